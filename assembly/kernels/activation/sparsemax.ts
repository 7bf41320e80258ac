/**
 * @file Sparsemax: the point of the simplex nearest to each row of x [rows, cols], max(x − τ, 0). τ comes from Michelot's iteration:
 * with the elements above the last τ as support, τ = (Σ support − 1) / |support|; the support only shrinks, so it ends. Threads share rows.
 */

import { rangeStart } from '../../lib/parallel';

/** y = max(x − τ, 0) in each row, Σ y = 1. The output may be the input. */
export function sparsemax(x: usize, y: usize, rows: i32, cols: i32, part: i32, parts: i32): void {
  assert(rows >= 0 && cols >= 0);
  const bytes = (<usize>cols) << 2;
  const end = rangeStart(rows, part + 1, parts, 1);
  for (let row = rangeStart(rows, part, parts, 1); row < end; row++) {
    const from = x + bytes * <usize>row;
    const to = y + bytes * <usize>row;
    // Relative to the largest element no digits of τ are lost to a common offset, and nothing below −1 can be in the support.
    let peak: f32 = -Infinity;
    for (let i: usize = 0; i < bytes; i += 4) {
      const value = load<f32>(from + i);
      // Once NaN, it stays.
      peak = value > peak || value != value ? value : peak;
    }
    let threshold: f32 = -1;
    let count = cols + 1;
    for (;;) {
      let members = 0;
      let total: f64 = 0;
      for (let i: usize = 0; i < bytes; i += 4) {
        const value = load<f32>(from + i) - peak;
        const isMember = value > threshold;
        total += isMember ? <f64>value : 0;
        members += i32(isMember);
      }
      if (members == 0 || members >= count) break;
      count = members;
      threshold = <f32>((total - 1) / members);
    }
    for (let i: usize = 0; i < bytes; i += 4) {
      const value = load<f32>(from + i) - peak - threshold;
      store<f32>(to + i, value < 0 ? 0 : value);
    }
  }
}
