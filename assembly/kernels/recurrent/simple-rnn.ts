/**
 * @file The plain recurrent layer over whole sequences: h' = tanh(projected + h·U). Names, mask, reverse and scratch are as in lstm.ts.
 */
import { loadSome, storeSome } from '../../lib/gemm-edge';
import { tanh4 } from '../../lib/math';
import { rangeStart } from '../../lib/parallel';
import {
  clearFloats, copyFloats, isSkipped, multiply, packedFloats, packTransposedWeights, packWeights, ROWS, scratchFloats,
  stateBefore, throughTanh,
} from '../../lib/recurrent';

/** States h of every step; `h` may be `projected`. */
export function simpleRnn(
  projected: usize, kernel: usize, h0: usize, mask: usize, h: usize, scratch: usize,
  batch: i32, steps: i32, units: i32, reverse: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && steps >= 0 && units > 0 && ((projected | kernel | h | scratch) & 3) == 0);
  const end = rangeStart(batch, part + 1, parts, 2);
  let first = rangeStart(batch, part, parts, 2);
  if (first >= end) return;
  const gate = <usize>units << 2;
  const packed = scratch + (scratchFloats(1, units) << 2) * part;
  const block = packed + (packedFloats(1, units) << 2), state = block + <usize>ROWS * gate;
  packWeights(kernel, packed, units, units);
  for (; first < end; first += ROWS) {
    const rows = min(ROWS, end - first);
    copyFloats(h0 + <usize>first * gate, state, rows * units);
    for (let step = 0; step < steps; ++step) {
      const time = reverse ? steps - 1 - step : step;
      multiply(state, packed, block, rows, units, units, false);
      for (let r = 0; r < rows; ++r) {
        const at = <usize>(first + r) * steps + time;
        const hNow = state + <usize>r * gate, hAt = h + at * gate, x = projected + at * gate, z = block + <usize>r * gate;
        if (isSkipped(mask, at)) {
          copyFloats(hNow, hAt, units);
          continue;
        }
        for (let j = 0; j < units; j += 4) {
          const o = <usize>j << 2, count = units - j;
          const h4 = tanh4(f32x4.add(loadSome(x + o, count), loadSome(z + o, count)));
          storeSome(hAt + o, h4, count);
          storeSome(hNow + o, h4, count);
        }
      }
    }
  }
}

/**
 * Gradients from those of h at every step: of `projected` (`dz`, which may be `dh`) and of the initial state. `before`
 * [batch, steps, units] gets the states each step began with: the gradient of U is beforeᵀ·dz.
 */
export function simpleRnnGrad(
  dh: usize, h: usize, kernel: usize, h0: usize, mask: usize, dz: usize, dh0: usize, before: usize, scratch: usize,
  batch: i32, steps: i32, units: i32, reverse: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && steps >= 0 && units > 0 && ((kernel | h | dh | dz | scratch) & 3) == 0);
  const end = rangeStart(batch, part + 1, parts, 2);
  let first = rangeStart(batch, part, parts, 2);
  if (first >= end) return;
  const gate = <usize>units << 2;
  const packed = scratch + (scratchFloats(1, units) << 2) * part;
  const block = packed + (packedFloats(1, units) << 2), carry = block + <usize>ROWS * gate;
  packTransposedWeights(kernel, packed, units, units);
  const zero = f32x4.splat(0);
  for (; first < end; first += ROWS) {
    const rows = min(ROWS, end - first);
    clearFloats(carry, rows * units);
    for (let step = steps - 1; step >= 0; --step) {
      const time = reverse ? steps - 1 - step : step;
      for (let r = 0; r < rows; ++r) {
        const row = first + r, at = <usize>row * steps + time;
        const hRow = carry + <usize>r * gate, zRow = block + <usize>r * gate;
        const dhAt = dh + at * gate, hAt = h + at * gate, dzAt = dz + at * gate;
        copyFloats(stateBefore(h0, h, row, time, steps, units, reverse), before + at * gate, units);
        const skip = isSkipped(mask, at);
        for (let j = 0; j < units; j += 4) {
          const o = <usize>j << 2, count = units - j;
          const dh4 = f32x4.add(loadSome(hRow + o, count), loadSome(dhAt + o, count));
          const dz4 = skip ? zero : throughTanh(loadSome(hAt + o, count), dh4);
          storeSome(hRow + o, skip ? dh4 : zero, count);
          storeSome(dzAt + o, dz4, count);
          storeSome(zRow + o, dz4, count);
        }
      }
      multiply(block, packed, carry, rows, units, units, true);
    }
    copyFloats(carry, dh0 + <usize>first * gate, rows * units);
  }
}
