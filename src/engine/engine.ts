/**
 * @file The engine: one build on one memory, the threads that run it, and the one way to run a program.
 *
 * Running a program is a single call into wasm per thread. How many threads take part never changes a bit of the result.
 */

import { describe, fail, internal } from '../base/fail.ts';
import { type Build, defaultBuild, type Instance, instantiate, requireSimd } from './builds.ts';
import { coreCount, whyNotShared } from './host.ts';
import { LinearMemory, type MemoryOptions } from './memory.ts';
import { CONTROL_LABEL, makeControl, ThreadPool } from './pool.ts';
import { type Program, ProgramWriter, type WriterOptions } from './program.ts';

/** How an engine is made; everything has a default. */
export interface EngineOptions extends Partial<MemoryOptions> {
  /** The build to run instead of the host's best. It must fit `shared`. */
  readonly build?: Build;
}

/** How many threads an engine gets, and whether the one that asks is among them. */
export interface ThreadOptions {
  readonly threads?: number;
  /** Leaves all the work to other threads. */
  readonly remote?: boolean;
}

function instantiatePlain(build: Build | undefined, memory: LinearMemory): Instance {
  try {
    return instantiate(build ?? defaultBuild(false), memory);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    const hint =
      "a Content-Security-Policy must allow script-src 'wasm-unsafe-eval'; hosts that take only modules get one by setup({ wasm }).";
    return fail('engine', 'a host that compiles WebAssembly', describe(error.message), hint);
  }
}

/** One build on one memory. Programs and buffers belong to the engine they were made with. */
export class Engine {
  readonly memory: LinearMemory;
  /** Why memory is not shared or threads are not used, where that is so. */
  reason: string | undefined;
  readonly #control: number;
  #instance: Instance;
  #run: Instance['exports']['run'];
  #pool: ThreadPool | undefined;
  /** Changes when threads come or go, so that programs choose anew. */
  #poolEpoch = 0;
  #maxThreads: number;
  #pending: Promise<void> | undefined;
  #onLargeProgram: (() => void) | undefined;

  /**
   * @param onLargeProgram is called once, when a program comes that threads would help with and there are none
   */
  constructor(options: EngineOptions = {}, onLargeProgram?: () => void) {
    requireSimd();
    const { build, shared = true, ...memoryOptions } = options;
    let instance: Instance | undefined;
    let memory: LinearMemory | undefined;
    this.reason = shared ? whyNotShared() : 'the engine was made without shared memory';
    if (this.reason === undefined) {
      try {
        memory = new LinearMemory({ ...memoryOptions, shared: true });
        instance = instantiate(build ?? defaultBuild(true), memory);
      } catch (error) {
        if (build) throw error;
        this.reason = `shared memory does not work here: ${error instanceof Error ? error.message : error}`;
      }
    }
    if (!memory || !instance) {
      memory = new LinearMemory({ ...memoryOptions, shared: false });
      instance = instantiatePlain(build, memory);
    }
    this.memory = memory;
    this.#instance = instance;
    this.#run = instance.exports.run;
    this.#onLargeProgram = onLargeProgram;
    memory.start(instance.exports.heapBase() >>> 0);
    this.#control = makeControl(memory, 1, true);
    this.#maxThreads = memory.shared ? coreCount() : 1;
  }

  /** The build that runs, on this engine's memory. */
  get instance(): Instance {
    return this.#instance;
  }

  /** Number of threads that can take part in a program now. */
  get threads(): number {
    return this.#pool?.threads ?? 1;
  }

  /** Number of threads that programs should be prepared for: those there are, or will be once they have started. */
  get maxThreads(): number {
    return this.#maxThreads;
  }

  /** Whether programs run without the thread that asks for it. */
  get isRemote(): boolean {
    return this.#pool?.remote ?? false;
  }

  /** Whether nobody but the engine itself has anything in its memory. */
  get isUntouched(): boolean {
    return this.memory.labels().every((label) => label === CONTROL_LABEL);
  }

  /**
   * Replaces the threads there are. Where threads do not work, the engine is left with one and `reason` says why.
   * Programs and buffers stay as they are.
   */
  async useThreads({ threads = coreCount(), remote = false }: ThreadOptions): Promise<void> {
    await this.#pending;
    this.stopThreads();
    if (!this.memory.shared) return;
    this.reason = undefined;
    this.#maxThreads = threads;
    if (threads === 1 && !remote) return;
    try {
      this.#pool = await ThreadPool.start(this.memory, this.#instance, threads, remote);
      this.#poolEpoch++;
    } catch (error) {
      this.reason = `threads do not work here: ${error instanceof Error ? error.message : error}`;
      this.#maxThreads = 1;
    }
  }

  /** Ends all threads but the caller's. */
  stopThreads(): void {
    this.#pool?.settle();
    this.#pool?.stop();
    this.#pool = undefined;
    this.#poolEpoch++;
  }

  /** Runs another build from now on, on the same memory. The threads have to be started again. */
  useBuild(build: Build): void {
    this.stopThreads();
    this.#instance = instantiate(build, this.memory);
    this.#run = this.#instance.exports.run;
  }

  /** Starts a new program; its scratch buffers are for {@link maxThreads} threads unless `maxParts` says otherwise. */
  write(options: Partial<WriterOptions> = {}): ProgramWriter {
    return new ProgramWriter(this.memory, { ...options, maxParts: options.maxParts ?? this.#maxThreads });
  }

  /** Runs a program and returns when it is done. */
  runSync(program: Program): void {
    const { choice } = program;
    if (choice.epoch !== this.#poolEpoch) this.#prepare(program);
    const { parts } = choice;
    if (parts !== 1 || choice.isDue()) this.#runMeasured(program);
    else this.#run(this.#control, program.address, 0, 1);
  }

  /** Runs a program. With {@link isRemote} it is done when the promise resolves, else when this returns. */
  run(program: Program): undefined | Promise<void> {
    if (!this.#pool?.remote) {
      this.runSync(program);
      return undefined;
    }
    const before = this.#pending;
    this.#pending = before ? before.then(() => this.#runRemote(program)) : this.#runRemote(program);
    const forget = (): void => {
      this.#pending = undefined;
    };
    const mine = this.#pending;
    mine.then(forget, forget);
    return mine;
  }

  /** Runs a program on exactly `parts` threads: for tests and measurements. */
  runOn(program: Program, parts: number): void {
    this.#check(program);
    if (parts > Math.min(this.threads, program.maxParts))
      internal(`${parts} threads of ${this.threads} for a program of ${program.maxParts}`);
    this.#runParts(program, parts);
  }

  #check(program: Program): void {
    if (program.memory !== this.memory) internal('a program of another engine');
  }

  #prepare(program: Program): void {
    this.#check(program);
    program.choice.reset(Math.min(this.threads, program.maxParts), this.#poolEpoch);
    if (program.choice.isSmall || !this.#onLargeProgram || this.#pool || !this.memory.shared) return;
    this.#onLargeProgram();
    this.#onLargeProgram = undefined;
  }

  #runMeasured(program: Program): void {
    const { choice } = program;
    if (choice.parts) {
      this.#runParts(program, choice.parts);
      return;
    }
    const started = performance.now();
    this.#runParts(program, choice.next);
    choice.record(performance.now() - started);
  }

  #runParts(program: Program, parts: number): void {
    const pool = this.#pool;
    if (parts === 1 || !pool || pool.remote) {
      // The workers of a remote pool may still be busy with what `run` gave them.
      pool?.settle();
      this.#run(this.#control, program.address, 0, 1);
      return;
    }
    try {
      pool.run(program.address, parts);
    } catch (error) {
      this.#losePool(error);
      throw error;
    }
  }

  async #runRemote(program: Program): Promise<void> {
    const pool = this.#pool;
    if (!pool?.remote) return this.runSync(program);
    const { choice } = program;
    if (choice.epoch !== this.#poolEpoch) this.#prepare(program);
    const isMeasured = choice.parts === 0 || choice.isDue();
    const parts = choice.parts || choice.next;
    const started = performance.now();
    try {
      await pool.runRemote(program.address, parts);
    } catch (error) {
      this.#losePool(error);
      throw error;
    }
    if (isMeasured && choice.parts === 0) choice.record(performance.now() - started);
  }

  #losePool(error: unknown): void {
    this.#pool?.abandon();
    this.#pool = undefined;
    this.#poolEpoch++;
    this.reason = `a thread died: ${error instanceof Error ? error.message : error}`;
  }
}
