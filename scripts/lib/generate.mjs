/** @file The sources made from the list of kernels: the runner's dispatch, the entry file, and the manifest for TypeScript. */

import { createHash } from 'node:crypto';
import { memoryFlagAt } from './wasm-sections.mjs';

const NOTE = '// Made by scripts/build-kernels.mjs from assembly/kernels: do not edit.\n';
const ASSEMBLY_TYPE = { p: 'usize', i: 'i32', f: 'f32' };
const TYPESCRIPT_TYPE = { p: 'Pointer', i: 'Int', f: 'number' };

/** A number that differs when opcodes or parameters differ, so that a foreign build is not run by mistake. */
export function manifestHash({ kernels }) {
  const text = JSON.stringify(kernels.map(({ name, parameters, parallel }) => [name, parameters, parallel]));
  return createHash('sha256').update(text).digest().readInt32LE(0);
}

function importPath(file) {
  return file.replace(/^assembly\//, '../').replace(/\.ts$/, '');
}

/** assembly/generated/dispatch.ts: from an opcode to the call of its kernel. */
export function dispatchSource(manifest) {
  const files = [...new Set(manifest.kernels.map((kernel) => kernel.file))];
  const lines = [NOTE, ...files.map((file, i) => `import * as file${i} from '${importPath(file)}';`), ''];
  lines.push('export function manifestHash(): i32 {', `  return ${manifestHash(manifest)};`, '}', '');
  lines.push('export function dispatch(opcode: i32, args: usize, part: i32, parts: i32): void {', '  switch (opcode) {');
  for (const { name, file, opcode, parallel, parameters } of manifest.kernels) {
    const values = parameters.map(({ type }, i) => `load<${ASSEMBLY_TYPE[type]}>(args, ${4 * i})`);
    if (parallel) values.push('part', 'parts');
    const call = `file${files.indexOf(file)}.${name}(${values.join(', ')});`;
    lines.push(`    case ${opcode}: ${parallel ? call : `if (part == 0) ${call}`} return;`);
  }
  lines.push('    default: assert(false);', '  }', '}', '');
  return lines.join('\n');
}

/** assembly/generated/index.ts: what every build exports. Kernels are exported for tests, and so that they stay functions of their own. */
export function entrySource(manifest) {
  const lines = [
    NOTE,
    `export { manifestHash } from './dispatch';`,
    `export { heapBase, runParallel, submit, work } from '../vm/pool';`,
  ];
  lines.push(`export { run } from '../vm/run';`);
  const entries = [...manifest.kernels, ...manifest.constants];
  for (const file of new Set(entries.map((entry) => entry.file))) {
    const names = entries.filter((entry) => entry.file === file).map((entry) => entry.name);
    lines.push(`export { ${names.join(', ')} } from '${importPath(file)}';`);
  }
  return `${lines.join('\n')}\n`;
}

/** src/engine/generated/kernels.ts: the manifest as TypeScript sees it; `exported` is what a build exports. */
export function manifestSource(manifest, exported) {
  const lines = [NOTE, `import type { Int, Pointer } from '../operand.ts';`, ''];
  for (const { name } of manifest.constants) lines.push(`export const ${name} = ${exported[name].value};`);
  lines.push('', '/** A kernel as programs know it: parameters are `name:type`, types p (pointer), i (i32), f (f32). */');
  lines.push(
    'export interface KernelRecord { readonly name: string; readonly opcode: number; readonly parallel: boolean; readonly parameters: string }',
  );
  lines.push(
    '',
    '/** One method per kernel; a call appends the instruction to the program being written. */',
    'export interface Emitter {',
  );
  for (const { name, parameters } of manifest.kernels) {
    lines.push(`  ${name}(${parameters.map((p) => `${p.name}: ${TYPESCRIPT_TYPE[p.type]}`).join(', ')}): void;`);
  }
  lines.push(
    '}',
    '',
    `export const manifestHash = ${manifestHash(manifest)};`,
    '',
    'export const kernelRecords: readonly KernelRecord[] = [',
  );
  for (const { name, opcode, parallel, parameters } of manifest.kernels) {
    const list = parameters.map((p) => `${p.name}:${p.type}`).join(' ');
    lines.push(`  { name: '${name}', opcode: ${opcode}, parallel: ${parallel}, parameters: '${list}' },`);
  }
  return `${lines.join('\n')}\n];\n`;
}

/** src/engine/generated/wasm-<target>.ts: one build, inlined, so that no bundler has to find a file. */
export function wasmSource(target, bytes) {
  return `${NOTE}
/** Where the flags of the imported memory stand: 3 for shared memory, 1 for plain memory. */
export const memoryFlagAt = ${memoryFlagAt(bytes)};

/** The ${target} build, as hexadecimal digits: half as long again as base64, but a third smaller when a bundle is zipped. */
export default '${bytes.toString('hex')}';
`;
}
