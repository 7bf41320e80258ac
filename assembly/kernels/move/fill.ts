/** @file Filling and copying whole buffers of 4-byte elements. */

import { copyBytes, fillRow } from '../../lib/loops';
import { rangeStart } from '../../lib/parallel';

/** y = value. */
export function fill(y: usize, n: i32, value: f32, part: i32, parts: i32): void {
  assert(n >= 0);
  const start = rangeStart(n, part, parts, 16);
  fillRow(y + ((<usize>start) << 2), rangeStart(n, part + 1, parts, 16) - start, reinterpret<i32>(value));
}

/** y = x, bit for bit. */
export function copy(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  assert(n >= 0);
  const start = rangeStart(n, part, parts, 16);
  const offset = (<usize>start) << 2;
  copyBytes(x + offset, y + offset, (rangeStart(n, part + 1, parts, 16) - start) << 2);
}
