/** @file The step from one run's random numbers to the next one's. */

/** Adds 1 to the 64-bit counter of a state [keyLo, keyHi, counterLo, counterHi]. */
export function advanceRandom(state: usize): void {
  const low = load<u32>(state, 8) + 1;
  store<u32>(state, low, 8);
  if (low == 0) store<u32>(state, load<u32>(state, 12) + 1, 12);
}
