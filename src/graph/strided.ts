/** @file The strided copy for any element type: what transposing, broadcasting, slicing and joining come down to. */

import type { DType } from '../base/shape.ts';
import type { Emitter, Pointer } from '../engine/index.ts';

/** Copies from `x` to `y` by `words`: dimensions, strides in x, strides in y, `rank` of each. */
export function copyStrided(k: Emitter, dtype: DType, x: Pointer, y: Pointer, words: number, rank: number): void {
  if (dtype === 'uint8') k.stridedCopyU8(x, y, words, rank);
  else k.stridedCopy(x, y, words, rank);
}
