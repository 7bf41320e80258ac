/**
 * @file Kernels by name for their own tests: a build on a scratch memory of its own, without the engine around it.
 *
 * Builds come from build/wasm, or from the folder in `MYELIN_WASM` (see `--only` in scripts/build-kernels.mjs).
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instantiateSync } from '@assemblyscript/loader';
import type { Emitter } from '../../src/engine/generated/kernels.ts';

/** The builds of asconfig.json. `debug` keeps the kernels' asserts. */
export type BuildName = 'simd' | 'simd-shared' | 'relaxed' | 'relaxed-shared' | 'debug';

/** Every kernel as a plain function: all its parameters, then `part, parts` where it runs on every thread. */
export type KernelFunctions = { readonly [Name in keyof Emitter]: (...args: number[]) => void };

/** What {@link loadKernels} returns. */
export interface LoadedKernels {
  readonly memory: WebAssembly.Memory;
  readonly kernels: KernelFunctions;
  /** First address that tests may use; everything up to the end of the memory is theirs. */
  readonly base: number;
}

/** The bytes of a build. */
export function buildBytes(build: BuildName): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(process.env.MYELIN_WASM ?? 'build/wasm', `${build}.wasm`)));
}

/** Instantiates a build on a new memory of `pages` × 64 KiB. */
export function loadKernels(build: BuildName = 'simd', pages = 256): LoadedKernels {
  const shared = build === 'debug' || build.endsWith('-shared');
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  const imports = { env: { memory, wait() {} } };
  const { exports } = instantiateSync<Record<string, unknown>>(buildBytes(build), imports);
  const base = (((exports as unknown as { heapBase(): number }).heapBase() + 63) & ~63) >>> 0;
  return { memory, kernels: exports as unknown as KernelFunctions, base };
}
