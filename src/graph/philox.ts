/**
 * @file Random numbers as references compute them: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011) word by word, and the
 * distributions from their definitions. The state is int32 [keyLo, keyHi, counterLo, counterHi]; block b of a call is made of the
 * counter (b, stream, counterLo, counterHi) and gives elements 4b…4b+3.
 */

import { failShape } from '../base/fail.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../base/shape.ts';
import type { Domain, RefArray } from './define-op.ts';
import type { Node, TensorSpec } from './node.ts';
import type { Variable } from './variable.ts';

/** Attributes of every op that draws numbers. */
export interface DrawAttrs {
  readonly shape: Shape;
  /** Tells apart the draws of a program that share a state. */
  readonly stream: number;
}

/** Attributes of ops that draw normal numbers. */
export interface NormalAttrs extends DrawAttrs {
  readonly mean: number;
  readonly stddev: number;
}

/** What every op that draws numbers needs to know. */
export interface DrawOptions {
  /** The random state, int32 [4]; it stays as it is until `advanceRandom`. */
  readonly state: Node | Variable;
}

/** What ops that draw normal numbers need to know. */
export interface NormalOptions extends DrawOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Default 1. */
  readonly stddev?: number;
}

/** Refuses what is no random state. */
export function checkState(where: string, state: TensorSpec): void {
  if (state.dtype !== 'int32' || !sameShape(state.shape, [4])) {
    failShape(where, 'a random `state`, int32 [4]', `${state.dtype} ${formatShape(state.shape)}`);
  }
}

/** Upper and lower 32 bits of the product of two unsigned 32-bit words. */
function multiply(a: number, b: number): [high: number, low: number] {
  const product = BigInt(a) * BigInt(b);
  return [Number(product >> 32n), Number(product & 0xffffffffn)];
}

/** The four random words of one counter and key. */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map((word) => word >>> 0) as [number, number, number, number];
  let [k0, k1] = key.map((word) => word >>> 0) as [number, number];
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, c0);
    const [high1, low1] = multiply(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Numbers of a draw, each pair (elements 2j and 2j+1) from a pair of random words. */
export function referenceDraw(
  state: RefArray,
  { shape, stream }: DrawAttrs,
  pair: (a: number, b: number) => readonly [number, number],
): RefArray {
  const [keyLow, keyHigh, counterLow, counterHigh] = state.data as unknown as [number, number, number, number];
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i += 4) {
    const [a, b, c, d] = philox([i / 4, stream, counterLow, counterHigh], [keyLow, keyHigh]) as [number, number, number, number];
    const four = [...pair(a, b), ...pair(c, d)];
    data.set(four.slice(0, data.length - i), i);
  }
  return { shape, data };
}

/** The upper 24 bits of a word as a number in [0, 1). */
export function unit(word: number): number {
  return (word >>> 8) / 2 ** 24;
}

/** Shapes and states a draw is tested with. */
export function drawCases<A>(attrs: A) {
  const domain: Domain = { low: -(2 ** 31), high: 2 ** 31 - 1, dtype: 'int32' };
  return [[], [1], [7], [3, 5], [1030]].map((shape, stream) => ({ shapes: [[4]], attrs: { ...attrs, shape, stream }, domain }));
}
