/**
 * @file Random numbers for data: Philox4x32-10 counted by (pass, index), so that what happens to a sample depends on the key, the pass and
 * its place alone. Pass 7 can be repeated without the six before it, which is what going on after a crash needs. The rounds are those of
 * the kernels (assembly/lib/random.ts); only integers and divisions by powers of two lie on the way, so that all hosts agree in every bit.
 */

import { globalSource, type Key, type Seed, sourceFrom } from '../base/seed.ts';

/** The key of a seed; without one, the next key of the global source, which `setSeed` resets. */
export function keyOfSeed(seed: Seed | undefined): Key {
  return (seed === undefined ? globalSource() : sourceFrom(seed)).key();
}

/** Upper 32 bits of the product of two unsigned 32-bit words. */
function high(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  // `middle` may exceed 32 bits, so it is divided instead of shifted.
  const carried = aLow * bHigh + (middle % 65536);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carried / 65536)) >>> 0;
}

/** A stream of random numbers that follows from a key, a pass and an index. */
export class RandomStream {
  readonly #key: Key;
  readonly #index: number;
  readonly #passLow: number;
  readonly #passHigh: number;
  readonly #words = new Uint32Array(4);
  #block = 0;
  #used = 4;

  /** @param index of the sample, or of whatever has a stream of its own within the pass */
  constructor(key: Key, pass: number, index = 0) {
    this.#key = key;
    this.#index = index >>> 0;
    this.#passLow = pass >>> 0;
    this.#passHigh = Math.floor(pass / 2 ** 32) >>> 0;
  }

  /** The next 32 random bits, as an unsigned integer. */
  word(): number {
    if (this.#used === 4) this.#draw();
    return this.#words[this.#used++]!;
  }

  #draw(): void {
    let c0 = this.#block++;
    let c1 = this.#index;
    let c2 = this.#passLow;
    let c3 = this.#passHigh;
    let k0 = this.#key[0];
    let k1 = this.#key[1];
    for (let round = 0; round < 10; round++) {
      const high0 = high(0xd2511f53, c0);
      const high1 = high(0xcd9e8d57, c2);
      const low0 = Math.imul(0xd2511f53, c0) >>> 0;
      const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
      c0 = (high1 ^ c1 ^ k0) >>> 0;
      c1 = low1;
      c2 = (high0 ^ c3 ^ k1) >>> 0;
      c3 = low0;
      k0 = (k0 + 0x9e3779b9) >>> 0;
      k1 = (k1 + 0xbb67ae85) >>> 0;
    }
    const words = this.#words;
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
    this.#used = 0;
  }

  /** A stream of its own for part `i` of what this one is for, such as a row of a batch; this one is not moved on. */
  fork(i: number): RandomStream {
    const source = new RandomStream(this.#key, 2 ** 32 * this.#passHigh + this.#passLow, this.#index);
    source.#block = i >>> 0;
    const key: Key = [source.word(), source.word()];
    return new RandomStream(key, source.word(), source.word());
  }

  /** A number in [0, 1), of 32 random bits. */
  uniform(): number {
    return this.word() / 2 ** 32;
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A whole number from 0 up to, not including, `n` (at most 2³²), each as likely as the others. */
  below(n: number): number {
    // Words from the last multiple of n on would make small numbers likelier.
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % n;
    }
  }
}
