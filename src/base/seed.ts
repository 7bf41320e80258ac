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

/** Where a source stands, as plain JSON: seedrandom's own state, RC4's permutation and its two counters. */
export interface SourceState {
  readonly i: number;
  readonly j: number;
  readonly S: readonly number[];
}

/** A source of integers and keys that is determined by its seed. */
export interface KeySource {
  /** Next key. */
  key(): Key;
  /** Next number in [0, 1) with 53 random bits. */
  uniform(): number;
  /** Where it stands now: {@link sourceAt} goes on from there. */
  state(): SourceState;
}

let source: KeySource = sourceFrom(`${Math.random()} ${Date.now()}`);

/** A new source whose whole stream follows from `seed`. */
export function sourceFrom(seed: Seed): KeySource {
  if ((typeof seed !== 'string' && typeof seed !== 'number') || Number.isNaN(seed)) {
    fail('setSeed', '`seed` to be a string or a number', describe(seed));
  }
  return sourceOf(seedrandom(String(seed), { state: true }));
}

function sourceOf(generator: seedrandom.StatefulPRNG<seedrandom.State.Arc4>): KeySource {
  return {
    key: () => [generator.int32() >>> 0, generator.int32() >>> 0],
    uniform: () => generator.double(),
    state: () => {
      const { i, j, S } = generator.state();
      return { i, j, S: [...S] };
    },
  };
}

/**
 * A source that goes on where another stood.
 *
 * @throws MyelinError when `state` is none that a source gave
 */
export function sourceAt(state: unknown): KeySource {
  const { i, j, S } = (state ?? {}) as Partial<SourceState>;
  const isByte = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256;
  const isPermutation = Array.isArray(S) && S.length === 256 && S.every(isByte) && new Set(S).size === 256;
  if (!isByte(i) || !isByte(j) || !isPermutation) fail('resume', 'the state of a random generator', describe(state));
  return sourceOf(seedrandom('', { state: { i: i!, j: j!, S: [...S] } }));
}

/** Lets everything that has no seed of its own go on from a state of {@link globalSource}. */
export function restoreGlobalSource(state: unknown): void {
  source = sourceAt(state);
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
