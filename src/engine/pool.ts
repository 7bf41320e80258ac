/**
 * @file The threads of an engine: workers that share its memory, parked until a job comes.
 *
 * A pool has a control block of its own, so that a worker that is late to leave never disturbs the pool that follows.
 */

import { internal } from '../base/fail.ts';
import type { Instance } from './builds.ts';
import {
  CONTROL_BARRIER_SPINS,
  CONTROL_FAILED,
  CONTROL_FINISHED,
  CONTROL_IDLE_SPINS,
  CONTROL_MAIN_MAY_BLOCK,
  CONTROL_THREAD_BYTES,
  CONTROL_THREADS,
  JOB_STOP,
} from './generated/kernels.ts';
import { coreCount, mayBlock } from './host.ts';
import type { LinearMemory } from './memory.ts';
import { ProgramWriter, probed } from './program.ts';
import { createWorker, type WorkerHandle } from './worker-handle.ts';
import type { WorkerMessage } from './worker-source.ts';

/** Looks before a thread sleeps at a barrier, at most: 70 µs on a fast core, as long as waking it would take. */
const BARRIER_SPINS = 200_000;
/** Looks before an idle worker sleeps, at most: long enough for a host to prepare the next step. */
const IDLE_SPINS = 1_000_000;
/** With more threads than cores whoever looks takes time from those who work. */
const CROWDED_SPINS = 200;
const START_TIMEOUT = 20_000;

/** What control blocks are called in the memory's books. */
export const CONTROL_LABEL = 'control block';

/** A control block for `threads` threads. */
export function makeControl(memory: LinearMemory, threads: number, mainMayBlock: boolean): number {
  const bytes = CONTROL_THREADS + threads * CONTROL_THREAD_BYTES;
  const address = memory.allocate(bytes, CONTROL_LABEL);
  const words = memory.i32(address, bytes / 4).fill(0);
  const isCrowded = threads > coreCount();
  words[CONTROL_BARRIER_SPINS / 4] = isCrowded ? CROWDED_SPINS : BARRIER_SPINS;
  words[CONTROL_IDLE_SPINS / 4] = isCrowded ? CROWDED_SPINS : IDLE_SPINS;
  words[CONTROL_MAIN_MAY_BLOCK / 4] = mainMayBlock ? 1 : 0;
  return address;
}

interface WaitAsync {
  waitAsync?(words: Int32Array, index: number, value: number): { async: boolean; value: unknown };
}

/** Workers that run programs together, with the thread that made them (`remote` false) or for it (`remote` true). */
export class ThreadPool {
  /** Threads that take part in a program. */
  readonly threads: number;
  /** Whether the thread that made the pool leaves all the work to the others. */
  readonly remote: boolean;
  readonly control: number;
  readonly #memory: LinearMemory;
  readonly #instance: Instance;
  readonly #handles: WorkerHandle[] = [];
  #failure: string | undefined;
  #job = 0;
  #stopped = 0;

  private constructor(memory: LinearMemory, instance: Instance, threads: number, remote: boolean) {
    this.#memory = memory;
    this.#instance = instance;
    this.threads = threads;
    this.remote = remote;
    this.control = makeControl(memory, threads, remote || mayBlock());
  }

  /** Starts the workers and has them prove that they share memory and keep step. Rejects if they do not. */
  static async start(memory: LinearMemory, instance: Instance, threads: number, remote: boolean): Promise<ThreadPool> {
    const pool = new ThreadPool(memory, instance, threads, remote);
    try {
      await pool.#startWorkers();
      await pool.#test();
    } catch (error) {
      pool.abandon();
      throw error;
    }
    return pool;
  }

  async #startWorkers(): Promise<void> {
    const { module, build } = this.#instance;
    const started: Promise<void>[] = [];
    for (let part = this.remote ? 0 : 1; part < this.threads; part++) {
      started.push(
        new Promise((resolve, reject) => {
          const onMessage = (message: WorkerMessage): void => {
            if (message.kind === 'ready') resolve();
            else {
              handle.terminate();
              if (message.kind === 'failed') this.#onFailure(message.message);
              else this.#onStopped();
              reject(new Error(this.#failure ?? 'a worker stopped'));
            }
          };
          const handle = createWorker(`myelin-${part}`, { onMessage, onError: (message) => reject(new Error(message)) });
          this.#handles.push(handle);
          const start = { memory: this.#memory.wasm, control: this.control, part, failed: (this.control + CONTROL_FAILED) / 4 };
          try {
            handle.start({ ...start, source: module });
          } catch {
            // Some hosts do not hand compiled modules to workers.
            handle.start({ ...start, source: build.source });
          }
        }),
      );
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`workers did not start within ${START_TIMEOUT / 1000} s`)), START_TIMEOUT);
    });
    try {
      await Promise.race([Promise.all(started), timeout]);
    } finally {
      clearTimeout(timer);
    }
    for (const handle of this.#handles) handle.unref();
  }

  async #test(): Promise<void> {
    const { threads } = this;
    const slots = [0, 1].map(() => this.#memory.allocate(4 * threads, 'self-test'));
    for (const address of slots) this.#memory.i32(address, threads).fill(0);
    const writer = new ProgramWriter(this.#memory, { maxParts: threads, label: 'self-test' });
    const rounds = 8;
    let expected = new Array<number>(threads).fill(0);
    for (let round = 0; round < rounds; round++) {
      if (round) writer.barrier();
      writer.probe(slots[round % 2]!, slots[(round + 1) % 2]!);
      expected = probed(expected);
    }
    const program = writer.finish();
    if (this.remote) await this.runRemote(program.address, threads);
    else this.run(program.address, threads);
    const result = this.#memory.i32(slots[rounds % 2]!, threads);
    if (expected.some((value, part) => result[part] !== value)) throw new Error('the threads do not see each other’s results');
    program.release();
    for (const address of slots) this.#memory.free(address);
  }

  /** Runs a program on the first `parts` threads, of which the caller is one. */
  run(program: number, parts: number): void {
    try {
      this.#instance.exports.runParallel(this.control, program, parts);
    } catch (error) {
      // Whoever waits for this thread gives up as well.
      this.#fail();
      throw error;
    }
  }

  /** Has the workers run a program and resolves when they are done. */
  async runRemote(program: number, parts: number): Promise<void> {
    const { exports } = this.#instance;
    const index = (this.control + CONTROL_FINISHED) / 4;
    const { waitAsync } = Atomics as WaitAsync;
    // A pending wait alone would let the process end.
    const hold = setTimeout(() => {}, 2 ** 30);
    try {
      this.#job = exports.submit(this.control, program, parts);
      for (;;) {
        const finished = Atomics.load(this.#memory.words, index);
        if (finished === this.#job) return;
        if (Atomics.load(this.#memory.words, (this.control + CONTROL_FAILED) / 4))
          throw new Error(this.#failure ?? 'a worker died');
        const waiting = waitAsync?.(this.#memory.words, index, finished);
        if (waiting) await waiting.value;
        else await new Promise((resolve) => setTimeout(resolve, 0));
      }
    } finally {
      clearTimeout(hold);
    }
  }

  /** Returns once the workers have finished what {@link runRemote} gave them last. */
  settle(): void {
    const index = (this.control + CONTROL_FINISHED) / 4;
    while (this.remote && Atomics.load(this.#memory.words, index) !== this.#job) {
      if (Atomics.load(this.#memory.words, (this.control + CONTROL_FAILED) / 4)) internal(this.#failure ?? 'a worker died');
    }
  }

  /** Whether a thread died: the pool can run nothing more. */
  get failed(): boolean {
    return Atomics.load(this.#memory.words, (this.control + CONTROL_FAILED) / 4) !== 0;
  }

  #fail(): void {
    Atomics.store(this.#memory.words, (this.control + CONTROL_FAILED) / 4, 1);
  }

  #onFailure(message: string): void {
    this.#failure ??= message;
    Atomics.notify(this.#memory.words, (this.control + CONTROL_FINISHED) / 4);
  }

  #onStopped(): void {
    // Now nobody looks at the control block any more.
    if (++this.#stopped === this.#handles.length) this.#memory.free(this.control);
  }

  /** Lets the workers leave after the job they are at. */
  stop(): void {
    this.#instance.exports.submit(this.control, 0, JOB_STOP);
  }

  /** Ends the workers whatever they are doing. */
  abandon(): void {
    this.#fail();
    this.stop();
    for (const handle of this.#handles) handle.terminate();
  }
}
