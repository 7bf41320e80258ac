/** @file Random order of samples: Fisher–Yates by the seeded generator, so that equal seeds give equal epochs everywhere. */

import type { KeySource } from '../base/seed.ts';

/** 0 … n − 1 in order. */
export function sequence(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}

/** Puts `indices` in random order, in place. */
export function shuffle(indices: Int32Array, source: KeySource): void {
  for (let i = indices.length - 1; i > 0; i--) {
    const j = Math.floor(source.uniform() * (i + 1));
    const held = indices[i]!;
    indices[i] = indices[j]!;
    indices[j] = held;
  }
}
