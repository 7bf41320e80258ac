/**
 * @file Where barriers go. Threads run a program without waiting for each other, so a barrier is needed exactly where a step
 * touches bytes that another thread may have written, or may still be reading, since the last barrier.
 */

/** Bytes a step reads or writes. */
export interface Access {
  readonly start: number;
  readonly end: number;
  /** Steps with equal shares touch the same elements on the same thread: no barrier between them. Undefined when shares differ. */
  readonly share: string | undefined;
}

/** Accesses since the last barrier. */
export class HazardTracker {
  #reads: Access[] = [];
  #writes: Access[] = [];

  /** Whether a step with these accesses must wait for the other threads first. */
  needsBarrier(reads: readonly Access[], writes: readonly Access[]): boolean {
    const clash = (pending: readonly Access[], next: readonly Access[]): boolean =>
      next.some((b) =>
        pending.some(
          (a) => a.start < b.end && b.start < a.end && !(a.share !== undefined && a.share === b.share && a.start === b.start),
        ),
      );
    return clash(this.#writes, reads) || clash(this.#writes, writes) || clash(this.#reads, writes);
  }

  /** Notes what a step touches. */
  add(reads: readonly Access[], writes: readonly Access[]): void {
    this.#reads.push(...reads);
    this.#writes.push(...writes);
  }

  /** Forgets everything: a barrier has been emitted. */
  clear(): void {
    this.#reads = [];
    this.#writes = [];
  }
}
