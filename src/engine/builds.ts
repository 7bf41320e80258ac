/**
 * @file The builds of the kernels and how one of them becomes an instance: {simd, relaxed} × {plain, shared memory}.
 *
 * The builds are inlined, so that no bundler has to find a file; that with relaxed SIMD is loaded only when asked for. Those for plain
 * memory are not inlined a second time: they differ from those for shared memory in one flag of the imported memory.
 */

import { instantiateSync } from '@assemblyscript/loader';
import { describe, fail } from '../base/fail.ts';
import { manifestHash } from './generated/kernels.ts';
import simd, { memoryFlagAt } from './generated/wasm-simd-shared.ts';
import type { LinearMemory } from './memory.ts';

/** Anything that WebAssembly can instantiate. */
export type WasmSource = WebAssembly.Module | BufferSource;

/** What the engine calls in a build. */
export interface EngineExports {
  heapBase(): number;
  manifestHash(): number;
  run(control: number, program: number, part: number, parts: number): void;
  runParallel(control: number, program: number, parts: number): void;
  submit(control: number, program: number, parts: number): number;
}

/** A build that fits the host. */
export interface Build {
  readonly name: string;
  readonly relaxedSimd: boolean;
  readonly source: WasmSource;
}

/** A build on a memory. */
export interface Instance {
  readonly build: Build;
  readonly module: WebAssembly.Module;
  readonly exports: EngineExports;
}

/** The flags of a memory that has a maximum and is not shared. */
const PLAIN_MEMORY = 1;

/** The bytes of a build for shared or plain memory. */
function bytesOf(hex: string, flagAt: number, shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = decode(hex);
  if (!shared) bytes[flagAt] = PLAIN_MEMORY;
  return bytes;
}

/** The bytes of a build. Hexadecimal digits keep bytes whole, so that a zipped bundle is a third smaller than with base64. */
function decode(hex: string): Uint8Array<ArrayBuffer> {
  const { fromHex } = Uint8Array as { fromHex?: (text: string) => Uint8Array<ArrayBuffer> };
  if (fromHex) return fromHex.call(Uint8Array, hex);
  const digit = (at: number): number => {
    const code = hex.charCodeAt(at);
    return code < 58 ? code - 48 : code - 87;
  };
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = digit(2 * i) * 16 + digit(2 * i + 1);
  return bytes;
}

const precompiled = new Map<boolean, WebAssembly.Module>();

/** The build that every host with SIMD can run. */
export function defaultBuild(shared: boolean): Build {
  const source = precompiled.get(shared) ?? bytesOf(simd, memoryFlagAt, shared);
  return { name: shared ? 'simd-shared' : 'simd', relaxedSimd: false, source };
}

/** Compiles the default build without holding up the calling thread; {@link defaultBuild} then has nothing left to do. */
export async function precompile(shared: boolean): Promise<void> {
  requireSimd();
  const { source } = defaultBuild(shared);
  if (!(source instanceof WebAssembly.Module)) precompiled.set(shared, await WebAssembly.compile(source));
}

/** The build that may round a·b + c once, where the hardware does it faster. */
export async function relaxedBuild(shared: boolean): Promise<Build> {
  const { default: relaxed, memoryFlagAt: flagAt } = await import('./generated/wasm-relaxed-shared.ts');
  return { name: shared ? 'relaxed-shared' : 'relaxed', relaxedSimd: true, source: bytesOf(relaxed, flagAt, shared) };
}

/** The smallest module with a SIMD instruction: (func (result v128) (i8x16.splat (i32.const 0))). */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/** Throws when the host cannot run any build. */
export function requireSimd(): void {
  if (typeof WebAssembly !== 'object')
    fail('engine', 'a host with WebAssembly', 'one without', 'use a current browser, Node, Deno or Bun.');
  if (WebAssembly.validate(SIMD_PROBE)) return;
  const hint = 'use Chrome or Edge 91, Firefox 89, Safari 16.4, Node 16.4 or later.';
  fail('engine', 'a host with WebAssembly SIMD (128 bits)', 'one without', hint);
}

/** Instantiates a build on `memory`; throws when they do not fit together. */
export function instantiate(build: Build, memory: LinearMemory): Instance {
  const imports = {
    env: {
      memory: memory.wasm,
      wait(word: number, value: number, milliseconds: number) {
        Atomics.wait(memory.words, word >>> 2, value, milliseconds < 0 ? Infinity : milliseconds);
      },
    },
  };
  const { module, exports } = instantiateSync<Record<string, unknown>>(build.source, imports);
  const engineExports = exports as unknown as EngineExports;
  const hash = engineExports.manifestHash?.();
  if (hash !== manifestHash) {
    const hint = 'take the file from the same version of the package.';
    fail('setup', `\`wasm\` with the kernels of this version (${manifestHash})`, describe(hash), hint);
  }
  return { build, module, exports: engineExports };
}
