import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sizeOf } from '../../../src/base/shape.ts';
import { Tensor } from '../../../src/base/tensor.ts';
import type { Engine } from '../../../src/engine/index.ts';
import '../../../src/graph/eager.ts';
import { type OpRecord, type OpTestCase, opRegistry } from '../../../src/graph/define-op.ts';
import * as ops from '../../../src/graph/ops.ts';
import { expectClose, expectSameBits } from '../../support/compare.ts';
import { buildBytes } from '../../support/engine.ts';
import { checkGradient, differentiableInputs, guardedEngine, runOp } from '../../support/op-engine.ts';
import { drawInputs, extremeInputs } from '../../support/op-inputs.ts';
import { referenceOf, toReference } from '../../support/reference.ts';

const engines = new Map<string, Engine>();
const builds = [
  { build: 'simd', threads: 1 },
  { build: 'simd-shared', threads: 2 },
  { build: 'debug', threads: 2 },
  { build: 'relaxed', threads: 1 },
] as const;

/** Relaxed SIMD is behind a flag in some hosts, where its build does not even compile. */
const hasRelaxedSimd = WebAssembly.validate(buildBytes('relaxed'));

beforeAll(async () => {
  for (const { build, threads } of builds.filter((each) => each.build !== 'relaxed' || hasRelaxedSimd))
    engines.set(build, await guardedEngine(build, threads));
});

afterAll(() => {
  for (const engine of engines.values()) engine.stopThreads();
});

/** Default of {@link OpRecord.test}'s tolerance. */
const defaultTolerance = 2e-6;

/** Throws unless `results` are what the op's reference gives. */
function checkForward(op: OpRecord, inputs: readonly Tensor[], attrs: object, results: readonly Tensor[]): void {
  const expected = referenceOf(op, inputs.map(toReference), attrs);
  expect(results.length).toBe(expected.length);
  results.forEach((result, index) => {
    const { shape, data } = expected[index]!;
    expect(result.shape).toEqual(shape);
    const floats = inputs.filter(({ dtype }) => dtype === 'float32');
    // Of elementwise ops only the inputs of the same element can be involved.
    const isLocal = op.elementwise && floats.every(({ size }) => size === data.length);
    const finite = (values: ArrayLike<number>): number =>
      Array.from(values).reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
    const overall = finite([...floats.map(({ data: values }) => finite(values)), finite(data)]);
    const magnitude = (i: number): number =>
      isLocal ? finite([...floats.map(({ data: values }) => values[i]!), data[i]!]) : overall;
    const tolerance = result.dtype === 'float32' ? (op.test.tolerance ?? defaultTolerance) : 0;
    const rounded = result.dtype === 'float32' ? data.map(Math.fround) : data;
    if (tolerance === 0) expectClose(result.data, rounded, { absolute: 0, relative: 0 }, `output ${index}`);
    else
      expectClose(
        result.data,
        data,
        { absolute: (i) => tolerance * magnitude(i) + 2 ** -149, relative: tolerance },
        `output ${index}`,
      );
  });
}

/** `f32 [3, 5], [5] {"axes":[0,0]}`: what a case is called in messages. */
function nameOf({ shapes, attrs }: OpTestCase<object>): string {
  return `${shapes.map((shape) => `[${shape}]`).join(' ')} ${JSON.stringify(attrs)}`;
}

function eachCase(op: OpRecord, body: (testCase: OpTestCase<object>, inputs: Tensor[]) => void): void {
  expect(op.test.cases.length).toBeGreaterThan(0);
  for (const testCase of op.test.cases) {
    try {
      body(testCase, drawInputs(op, testCase));
    } catch (error) {
      throw new Error(`${op.name} ${nameOf(testCase)}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
}

describe.each([...opRegistry.values()].map((op) => ({ name: op.name, op })))('$name', ({ op }) => {
  test('gives what its reference gives, and keeps to its buffers', () => {
    eachCase(op, ({ attrs }, inputs) => checkForward(op, inputs, attrs, runOp(engines.get('simd')!, op, inputs, attrs)));
  });

  test('gives the same bits on two threads and in the debug build', () => {
    eachCase(op, ({ attrs }, inputs) => {
      const expected = runOp(engines.get('simd')!, op, inputs, attrs);
      for (const { build, parts } of [
        { build: 'simd-shared', parts: 1 },
        { build: 'simd-shared', parts: 2 },
        { build: 'debug', parts: 2 },
      ]) {
        runOp(engines.get(build)!, op, inputs, attrs, { parts }).forEach((result, i) => {
          expectSameBits(result.data, expected[i]!.data, `${build}, ${parts} threads, output ${i}`);
        });
      }
    });
  });

  test.skipIf(!hasRelaxedSimd)('gives what its reference gives with relaxed SIMD, where the host has it', () => {
    eachCase(op, ({ attrs }, inputs) => checkForward(op, inputs, attrs, runOp(engines.get('relaxed')!, op, inputs, attrs)));
  });

  if (op.inPlace) {
    test('gives the same bits written over an input', () => {
      let runs = 0;
      eachCase(op, ({ attrs }, inputs) => {
        const expected = runOp(engines.get('simd')!, op, inputs, attrs);
        for (const over of op.inPlace ?? []) {
          const input = inputs[over];
          if (!input || input.size !== expected[0]!.size || input.dtype !== expected[0]!.dtype) continue;
          runs++;
          runOp(engines.get('simd-shared')!, op, inputs, attrs, { over, parts: 2 }).forEach((result, i) => {
            expectSameBits(result.data, expected[i]!.data, `over input ${over}, output ${i}`);
          });
        }
      });
      expect(runs).toBeGreaterThan(0);
    });
  }

  const floatCase = op.test.cases.find((testCase) => drawInputs(op, testCase).every(({ dtype }) => dtype === 'float32'));
  if (op.elementwise && floatCase && !op.test.noExtremes) {
    test('gives what its reference gives for extreme values', () => {
      const { attrs, shapes } = floatCase;
      const inputs = extremeInputs(shapes.length);
      checkForward(op, inputs, attrs, runOp(engines.get('simd')!, op, inputs, attrs));
    });
  }

  if (op.gradient && !op.writes) {
    test('has the gradient that differences of its reference give', () => {
      eachCase(op, ({ attrs }, inputs) => {
        if (differentiableInputs(op, inputs).length > 0) checkGradient(op, inputs, attrs);
      });
    });
  }

  if (op.acceptsEpilogue) {
    const activations = [...opRegistry.values()].filter(({ epilogue }) => typeof epilogue === 'number');

    test('adds a bias and applies every activation on the way out', () => {
      eachCase(op, ({ attrs }, inputs) => {
        const [plain] = referenceOf(op, inputs.map(toReference), attrs);
        const width = plain!.shape[plain!.shape.length - 1]!;
        const bias = new Tensor(
          Float32Array.from({ length: width }, (_, i) => Math.fround(Math.sin(i))),
          [width],
        );
        const shifted = { shape: plain!.shape, data: plain!.data.map((value, i) => value + bias.data[i % width]!) };
        for (const activation of activations) {
          const [expected] = referenceOf(activation, [shifted], {});
          const epilogue = { bias, activation: activation.epilogue as number };
          const [result] = runOp(engines.get('simd-shared')!, op, inputs, attrs, { epilogue, parts: 2 });
          const absolute = defaultTolerance * Math.max(1, ...shifted.data.map(Math.abs));
          expectClose(result!.data, expected!.data, { absolute, relative: 0 }, activation.name);
        }
      });
      expect(activations.map(({ name }) => name).sort()).toEqual(['relu', 'sigmoid', 'tanh']);
    });
  }
});

describe('the barrel of ops', () => {
  const folder = new URL('../../../src/graph/ops/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));

  test('exports every file', () => {
    const barrel = readFileSync(new URL('../../../src/graph/ops.ts', import.meta.url), 'utf8');
    expect(files.filter((name) => !barrel.includes(`export * from './ops/${name}';`))).toEqual([]);
  });

  test('exports a function for the name of every file', () => {
    const camel = (name: string): string =>
      name.replace(/\.ts$/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    expect(files.map(camel).filter((name) => typeof (ops as Record<string, unknown>)[name] !== 'function')).toEqual([]);
  });

  test('registers the op of every file that defines one', () => {
    const defined = files.flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/^ {2}name: '(\w+)',$/gm)].map(([, op]) => op!),
    );
    expect(defined.filter((name) => !opRegistry.has(name))).toEqual([]);
    expect(defined.length).toBeGreaterThan(files.length / 2);
  });

  test('may be imported from any file first', async () => {
    for (const name of files) {
      vi.resetModules();
      await expect(import(new URL(name, folder).href), name).resolves.toBeDefined();
    }
  });

  test('has no op without test cases', () => {
    expect(
      [...opRegistry.values()].filter(
        ({ test: { cases } }) => cases.reduce((total, { shapes }) => total + sizeOf(shapes[0] ?? []), 0) === 0,
      ),
    ).toEqual([]);
  });
});
