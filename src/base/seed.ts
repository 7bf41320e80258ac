/**
 * @file The user's seed and the keys drawn from it. seedrandom turns a string or number into one stream of integers;
 * every random layer, initializer and shuffle takes a key from that stream when it is made, and from then on counts for itself
 * (Philox), so that results do not depend on the order of evaluation or on threads.
 */

import seedrandom from 'seedrandom';
import { describe, fail } from './fail.ts';

/** What a user may seed with. */
export type Seed = string | number;

/** A 64-bit Philox key as two unsigned 32-bit words. */
export type Key = readonly [low: number, high: number];

/** A source of integers and keys that is determined by its seed. */
export interface KeySource {
  /** Next key. */
  key(): Key;
  /** Next number in [0, 1) with 53 random bits. */
  uniform(): number;
}

let source: KeySource = sourceFrom(`${Math.random()} ${Date.now()}`);

/** A new source whose whole stream follows from `seed`. */
export function sourceFrom(seed: Seed): KeySource {
  if ((typeof seed !== 'string' && typeof seed !== 'number') || Number.isNaN(seed)) {
    fail('setSeed', '`seed` to be a string or a number', describe(seed));
  }
  const generator = seedrandom(String(seed));
  return {
    key: () => [generator.int32() >>> 0, generator.int32() >>> 0],
    uniform: () => generator.double(),
  };
}

/**
 * Fixes all randomness that follows: initial weights, shuffles, dropout, noise. The same seed and the same program give the
 * same bits in every runtime and with any number of threads.
 *
 * @param seed any string or number
 */
export function setSeed(seed: Seed): void {
  source = sourceFrom(seed);
}

/** The source that everything without a seed of its own draws from; reset by {@link setSeed}. */
export function globalSource(): KeySource {
  return source;
}
