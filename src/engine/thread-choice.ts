/**
 * @file How many threads run a program: one when it is small, else whichever count was faster when both were tried.
 *
 * The bits are the same either way, so trying costs nothing but the time of the slower runs.
 */

/** Below this much work (operations + bytes) waking other threads cannot pay. */
const SMALL = 30_000;
/** The first runs are slower than the rest (the host is still compiling) and say nothing. */
const WARM_UP = 4;
const RUNS_PER_CANDIDATE = 15;
/** Runs until the choice is looked at again, doubled each time: soon at first, because other work may have held a core meanwhile. */
const FIRST_RETRY = 250;
const LONGEST_RETRY = 20_000;

/** The numbers of threads worth a try when there are `threads`. */
function candidatesFor(threads: number): number[] {
  const counts = [1, threads];
  if (threads >= 4) counts.push(threads >>> 1);
  return counts;
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >>> 1]!;
}

/** Chooses the number of threads for one program. */
export class ThreadChoice {
  /** Whether the program is too small for threads. */
  readonly isSmall: boolean;
  /** The number of threads to use as it stands; 0 while candidates are being timed. */
  parts = 1;
  /** The state of the engine's threads that the choice was made for; −1 before the first. */
  epoch = -1;
  #threads = 1;
  #candidates: number[] = [1];
  #times: number[][] = [];
  #run = 0;
  #left = 0;
  #retry = FIRST_RETRY;

  constructor(work: number) {
    this.isSmall = work < SMALL;
  }

  /** Starts over with up to `threads` threads. */
  reset(threads: number, epoch: number): void {
    this.#threads = threads;
    this.epoch = epoch;
    this.#retry = FIRST_RETRY;
    this.#try(WARM_UP);
  }

  /** The candidate whose turn it is. */
  get next(): number {
    return this.#candidates[Math.max(0, this.#run) % this.#candidates.length]!;
  }

  /** Takes note of how long the run with {@link next} threads took. */
  record(time: number): void {
    const index = Math.max(0, this.#run) % this.#candidates.length;
    if (this.#run >= 0) this.#times[index]!.push(time);
    this.#run++;
    if (this.#run < RUNS_PER_CANDIDATE * this.#candidates.length) return;
    const medians = this.#times.map(median);
    this.parts = this.#candidates[medians.indexOf(Math.min(...medians))]!;
    this.#left = this.#retry;
    this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY);
  }

  /** Counts a run with the chosen number; true when it is time to compare again. */
  isDue(): boolean {
    if (this.#threads === 1 || this.isSmall || this.parts === 0 || --this.#left > 0) return false;
    this.#try(0);
    return true;
  }

  #try(warmUp: number): void {
    this.#candidates = candidatesFor(this.#threads);
    this.#times = this.#candidates.map(() => []);
    this.#run = -warmUp;
    this.parts = this.isSmall || this.#threads === 1 ? 1 : 0;
  }
}
