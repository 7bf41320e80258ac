/**
 * @file How a thread goes to sleep on a word of shared memory: by asking the host, whose `Atomics.wait` it is.
 *
 * WebAssembly has an instruction for it, `memory.atomic.wait32`, but V8's baseline compiler (seen in V8 11.3 of Node 20) writes its
 * operand over the neighbouring local variable: a barrier that slept then no longer knew which phase it was waiting for, and let its
 * thread pass at the first wake-up, whatever it was for. Going to sleep takes so long that a call more does not count.
 */

// @ts-ignore: decorator
@external("env", "wait")
declare function hostWait(word: usize, value: i32, milliseconds: i32): void;

/** Sleeps until someone notifies `word`, or for `milliseconds` (−1: for ever); not at all when the word differs from `value`. */
export function sleep(word: usize, value: i32, milliseconds: i32): void {
  hostWait(word, value, milliseconds);
}
