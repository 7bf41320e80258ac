/** @file Every TypeScript block of README.md runs, each in a process of its own, and prints what it should. */

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url)).replace(/[\\/]$/, '');
const readme = readFileSync(`${root}/README.md`, 'utf8');
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);

/** Numbers in what a block printed. */
const numbersIn = (text: string): number[] => [...text.matchAll(/-?\d+(\.\d+)?(e-?\d+)?/g)].map(([number]) => Number(number));

/** What each block must print, found by a word only that block has. */
const checks: Readonly<Record<string, (printed: string) => void>> = {
  'new Adam({ learningRate: 0.05 })': (printed) => {
    const [loss, ...predictions] = numbersIn(printed);
    expect(loss).toBeLessThan(0.2);
    expect(predictions.map(Math.round)).toEqual([0, 1, 1, 0]);
  },
  'Dataset.fromGenerator': (printed) => {
    const [accuracy, ...shapes] = numbersIn(printed);
    expect(accuracy).toBeGreaterThan(0.9);
    expect(shapes).toEqual([1, 1, 1, 1]);
  },
  checkGradients: (printed) => {
    expect(printed).toMatch(/^true false Gradients are right: largest relative error/);
  },
  toMermaid: (printed) => {
    expect(printed).toMatch(/^\[ 4, 1 \] \[ 4, 1 \] flowchart TD/);
    expect(printed).toContain('Concatenate');
  },
  valueAndGrad: (printed) => {
    const [first, second, ...sum] = numbersIn(printed);
    // The targets are x·[1, 2].
    expect(Math.abs(first! - 1)).toBeLessThan(0.01);
    expect(Math.abs(second! - 2)).toBeLessThan(0.01);
    expect(sum).toEqual([4, 5]);
  },
  'class Scale': (printed) => {
    expect(printed).toMatch(/^\{ loss: [\d.]+ \}\n$/);
  },
  engineInfo: (printed) => {
    expect(printed).toMatch(/^simd(-shared)? [12] .*\n$/);
  },
};

/** Writes a block to a file that imports the library's source. */
function writeBlock(code: string, index: number): string {
  const folder = `${root}/build/readme`;
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/block-${index}.ts`;
  const imported = code.replace(/from 'myelin'/g, "from '../../src/index.ts'");
  expect(imported, 'a block imports the library').not.toBe(code);
  writeFileSync(file, imported);
  return file;
}

async function run(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { cwd: root, timeout: 30_000 });
  return stdout;
}

describe('README.md', () => {
  test('has blocks, and a check for each', () => {
    expect(blocks.length).toBeGreaterThan(0);
    const found = blocks.map((code) => Object.keys(checks).filter((word) => code.includes(word)));
    expect(found.map((words) => words.length)).toEqual(blocks.map(() => 1));
    expect(found.flat().sort()).toEqual(Object.keys(checks).sort());
  });

  test.each(blocks.map((code, i) => [i, code] as const))('block %i runs', async (index, code) => {
    const [, check] = Object.entries(checks).find(([word]) => code.includes(word))!;
    check(await run(writeBlock(code, index)));
  });

  test('blocks have no type errors', () => {
    const files = blocks.map(writeBlock);
    const { config } = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
    const errors = ts.getPreEmitDiagnostics(ts.createProgram(files, { ...options, noEmit: true }));
    const texts = errors.map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
    expect(texts).toEqual([]);
  });
});
