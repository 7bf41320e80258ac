/**
 * @file The engine that everything runs on, and the public functions that choose how it runs.
 *
 * The engine is there when it is first asked for, with one thread; the others start when they are awaited (`ready`, which
 * `fit` calls, or `setup`) or when a program comes that is large enough for them.
 */

import { describe, fail } from '../base/fail.ts';
import { type Build, defaultBuild, precompile, relaxedBuild, type WasmSource } from './builds.ts';
import { Engine, type ThreadOptions } from './engine.ts';
import { MAX_THREADS } from './generated/kernels.ts';
import { builtin, type Host, host, whyNotShared } from './host.ts';
import type { MemoryUsage } from './memory.ts';

/** Options of {@link setup}. */
export interface SetupOptions {
  /** Number of threads, the calling one included. Default: all cores. */
  readonly threads?: number;
  /** Lets kernels fuse multiplication and addition: faster on some machines, but results differ from host to host. Default false. */
  readonly relaxedSimd?: boolean;
  /** A build to use in place of the inlined one, for hosts that refuse to compile bytes: a module, its bytes, or where to find them. */
  readonly wasm?: WebAssembly.Module | URL | string | BufferSource;
  /** Leaves all computing to other threads, so that a page stays responsive. Default false. */
  readonly worker?: boolean;
}

/** What {@link engineInfo} tells. */
export interface EngineInfo {
  /** The build that runs: `simd-shared`, `simd`, `relaxed-shared`, `relaxed` or `custom`. */
  readonly build: string;
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** Threads that take part in a program now. */
  readonly threads: number;
  readonly sharedMemory: boolean;
  /** Whether all computing is left to other threads. */
  readonly worker: boolean;
  readonly host: Host;
  /** Why there is one thread, no shared memory or no relaxed SIMD, where that was not asked for. */
  readonly reason?: string;
  readonly memory: MemoryUsage;
}

let current: Engine | undefined;
let wanted: ThreadOptions = {};
/** Why the build is not the one that was asked for. */
let buildReason: string | undefined;
/** The latest change of the threads; undefined before anybody asked for them. */
let starting: Promise<void> | undefined;

function make(options?: { build?: Build; shared?: boolean }): Engine {
  return new Engine(options, () => void ready());
}

/** The engine that everything runs on, made when it is first asked for. */
export function engine(): Engine {
  current ??= make();
  return current;
}

/** The engine with its threads started, by default as many as there are cores. */
export async function ready(): Promise<Engine> {
  await compileAhead();
  starting ??= engine().useThreads(wanted);
  await starting;
  return engine();
}

/** Before there is an engine, compiles its build in the background; a host that refuses says so when the engine is made. */
async function compileAhead(): Promise<void> {
  if (!current) await precompile(whyNotShared() === undefined).catch(() => {});
}

async function read(wasm: NonNullable<SetupOptions['wasm']>): Promise<WasmSource> {
  if (typeof wasm !== 'string' && !(wasm instanceof URL)) return wasm;
  const address = String(wasm);
  const fs = builtin<{ promises: { readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>> } }>('node:fs');
  if (fs && !/^(https?|data|blob):/.test(address)) {
    return fs.promises.readFile(address.startsWith('file:') ? new URL(address) : address);
  }
  const response = await fetch(address);
  if (!response.ok) fail('setup', `\`wasm\` at ${address}`, `HTTP status ${response.status}`);
  return response.arrayBuffer();
}

/** An engine with a build of the user's, on shared memory if the build is made for it. */
function makeCustom(source: WasmSource, relaxedSimd: boolean): Engine {
  const build: Build = { name: 'custom', relaxedSimd, source };
  if (whyNotShared() === undefined) {
    try {
      return make({ build, shared: true });
    } catch (error) {
      if (!(error instanceof WebAssembly.LinkError)) throw error;
    }
  }
  return make({ build, shared: false });
}

function checkOptions(options: SetupOptions): void {
  const { threads, wasm, ...flags } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
    fail('setup', `\`threads\` to be an integer in [1, ${MAX_THREADS}]`, describe(threads));
  }
  for (const [name, value] of Object.entries(flags)) {
    if (name !== 'relaxedSimd' && name !== 'worker') fail('setup', 'options threads, relaxedSimd, wasm, worker', describe(name));
    if (value !== undefined && typeof value !== 'boolean') fail('setup', `\`${name}\` to be true or false`, describe(value));
  }
}

async function useBuild(relaxedSimd: boolean): Promise<void> {
  const { shared } = engine().memory;
  try {
    engine().useBuild(relaxedSimd ? await relaxedBuild(shared) : defaultBuild(shared));
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    buildReason = 'the host has no relaxed SIMD';
  }
}

async function apply(options: SetupOptions): Promise<void> {
  if (options.wasm !== undefined) {
    if (current && !current.isUntouched) {
      fail('setup', '`wasm` before anything else is done', 'an engine in use', 'call setup() at the start of the program.');
    }
    const source = await read(options.wasm);
    current?.stopThreads();
    current = makeCustom(source, options.relaxedSimd ?? false);
  }
  if (options.relaxedSimd !== undefined) buildReason = undefined;
  await compileAhead();
  const { instance } = engine();
  if (options.relaxedSimd !== undefined && options.relaxedSimd !== instance.build.relaxedSimd && options.wasm === undefined) {
    await useBuild(options.relaxedSimd);
  }
  wanted = { threads: options.threads ?? wanted.threads, remote: options.worker ?? wanted.remote };
  await engine().useThreads(wanted);
}

/**
 * Chooses how Myelin computes; without it, everything has a sensible default. Options that are left out stay as they are.
 * May be called again at any time: models and data stay valid.
 *
 * @example await setup({ threads: 2 });
 */
export async function setup(options: SetupOptions = {}): Promise<EngineInfo> {
  checkOptions(options);
  const before = starting?.catch(() => {});
  const mine = Promise.resolve(before).then(() => apply(options));
  starting = mine.catch(() => {});
  await mine;
  return engineInfo();
}

/** How Myelin computes here, and why not better. */
export function engineInfo(): EngineInfo {
  const { instance, memory, threads, isRemote, reason: threadReason } = engine();
  const reasons = [buildReason, threadReason].filter((reason) => reason !== undefined);
  return {
    build: instance.build.name,
    simd: true,
    relaxedSimd: instance.build.relaxedSimd,
    threads,
    sharedMemory: memory.shared,
    worker: isRemote,
    host,
    ...(reasons.length ? { reason: reasons.join('; ') } : {}),
    memory: memory.usage(),
  };
}
