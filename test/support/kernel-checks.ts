/**
 * @file What the tests of sums, losses and optimizers share: inputs that lie among NaNs, the check that threads do not change
 * bits, and comparators.
 */

import seedrandom from 'seedrandom';
import type { Block, GuardedMemory } from './guarded-memory.ts';

/** A kernel call with everything but its share of the work. */
export type KernelCall = (part: number, parts: number) => void;

/** `values` with NaNs before and after, so that a kernel which lets a neighbour into its result gives NaN. */
export function amongNaNs(memory: GuardedMemory, values: ArrayLike<number>, shift = 0): Block<Float32Array> {
  const padding = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const { pointer, view, bits } = memory.f32([...padding, ...Array.from(values), ...padding], shift);
  return { pointer: pointer + 16, view: view.subarray(4, -4), bits: bits.subarray(4, -4) };
}

/**
 * Runs a kernel whole, then with its work split among 2, 3 and 4 threads one after the other in either order, each time on
 * the same start values, and throws unless the bits of `changed` are the same every time.
 */
export function checkParts(call: KernelCall, changed: readonly Pick<Block<unknown>, 'bits'>[]): void {
  const before = changed.map(({ bits }) => bits.slice());
  call(0, 1);
  const wanted = changed.map(({ bits }) => bits.slice());
  for (const parts of [2, 3, 4]) {
    for (const isReversed of [false, true]) {
      changed.forEach(({ bits }, k) => {
        bits.set(before[k]!);
      });
      for (let k = 0; k < parts; k++) call(isReversed ? parts - 1 - k : k, parts);
      changed.forEach(({ bits }, k) => {
        sameBits(bits, wanted[k]!, `${parts} parts, buffer ${k}`);
      });
    }
  }
}

const isNaN32 = (word: number) => (word & 0x7fffffff) > 0x7f800000;

/** Throws unless both hold the same float32 bits; all NaNs are the same. */
export function sameBits(got: Uint32Array, wanted: Uint32Array, where: string): void {
  if (got.length !== wanted.length) throw new Error(`${where}: length ${got.length}, not ${wanted.length}`);
  for (let k = 0; k < got.length; k++) {
    if (got[k] === wanted[k] || (isNaN32(got[k]!) && isNaN32(wanted[k]!))) continue;
    throw new Error(`${where}: bits of element ${k} are ${got[k]!.toString(16)}, not ${wanted[k]!.toString(16)}`);
  }
}

/**
 * Throws unless |got − wanted| ≤ tolerance(k) for every element k. NaN equals only NaN, Infinity only Infinity of the same
 * sign, values beyond the float32 range counting as Infinity.
 */
export function expectWithin(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number | ((k: number) => number),
  where = 'result',
): void {
  if (got.length !== wanted.length) throw new Error(`${where}: length ${got.length}, not ${wanted.length}`);
  for (let k = 0; k < got.length; k++) {
    const a = got[k]!;
    const b = wanted[k]!;
    const limit = typeof tolerance === 'number' ? tolerance : tolerance(k);
    const isRight = Number.isFinite(a) ? Math.abs(a - b) <= limit : Object.is(a, Math.fround(b));
    if (!isRight) throw new Error(`${where}: element ${k} is ${a}, not ${b} (off by ${Math.abs(a - b)}, allowed ${limit})`);
  }
}

/** float32 numbers in [low, high), the same for the same seed. */
export function randomFloats(length: number, low = -1, high = 1, seed = 1): Float32Array {
  const next = seedrandom(`kernel-checks ${seed}`);
  return Float32Array.from({ length }, () => low + (high - low) * next());
}
