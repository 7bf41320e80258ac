/**
 * @file Gated recurrent unit over whole sequences, gates in the order z, r, n, the reset gate applied after the product:
 *
 *   s = h·U + b,  z = σ(pz + sz),  r = σ(pr + sr),  n = tanh(pn + r·sn),  h' = z·h + (1 − z)·n
 *
 * `projected` p [batch, steps, 3·units] holds x·W + its own bias of all steps, `bias` is b. Gates, sn (`reset`) and states of
 * every step are kept for the gradient. Mask, reverse and scratch are as in lstm.ts.
 */
import { loadSome, storeSome } from '../../lib/gemm-edge';
import { sigmoid4, tanh4 } from '../../lib/math';
import { rangeStart } from '../../lib/parallel';
import {
  clearFloats, copyFloats, isSkipped, multiply, packedFloats, packTransposedWeights, packWeights, ROWS, scratchFloats,
  stateBefore, throughSigmoid, throughTanh,
} from '../../lib/recurrent';
import { madd } from '../../lib/simd';

/** Gates, reset and states h of every step; `gates` may be `projected`. */
export function gru(
  projected: usize, kernel: usize, bias: usize, h0: usize, mask: usize, gates: usize, h: usize, reset: usize, scratch: usize,
  batch: i32, steps: i32, units: i32, reverse: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && steps >= 0 && units > 0 && ((projected | kernel | bias | gates | h | reset | scratch) & 3) == 0);
  const end = rangeStart(batch, part + 1, parts, 2);
  let first = rangeStart(batch, part, parts, 2);
  if (first >= end) return;
  const width = 3 * units, gate = <usize>units << 2, wide = 3 * gate;
  const packed = scratch + (scratchFloats(3, units) << 2) * part;
  const block = packed + (packedFloats(3, units) << 2), state = block + (<usize>(ROWS * width) << 2);
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  packWeights(kernel, packed, units, width);
  for (; first < end; first += ROWS) {
    const rows = min(ROWS, end - first);
    copyFloats(h0 + <usize>first * gate, state, rows * units);
    for (let step = 0; step < steps; ++step) {
      const time = reverse ? steps - 1 - step : step;
      multiply(state, packed, block, rows, units, width, false);
      for (let r = 0; r < rows; ++r) {
        const at = <usize>(first + r) * steps + time;
        const hNow = state + <usize>r * gate, hAt = h + at * gate, sAt = reset + at * gate, yAt = gates + at * wide;
        if (isSkipped(mask, at)) {
          clearFloats(yAt, width);
          clearFloats(sAt, units);
          copyFloats(hNow, hAt, units);
          continue;
        }
        const x = projected + at * wide, s = block + <usize>r * wide;
        for (let j = 0; j < units; j += 4) {
          const o = <usize>j << 2, count = units - j;
          const sz = f32x4.add(loadSome(s + o, count), loadSome(bias + o, count));
          const sr = f32x4.add(loadSome(s + gate + o, count), loadSome(bias + gate + o, count));
          const sn = f32x4.add(loadSome(s + 2 * gate + o, count), loadSome(bias + 2 * gate + o, count));
          const z4 = sigmoid4(f32x4.add(loadSome(x + o, count), sz));
          const r4 = sigmoid4(f32x4.add(loadSome(x + gate + o, count), sr));
          const n4 = tanh4(madd(r4, sn, loadSome(x + 2 * gate + o, count)));
          const h4 = madd(z4, loadSome(hNow + o, count), f32x4.mul(f32x4.sub(one, z4), n4));
          storeSome(yAt + o, z4, count);
          storeSome(yAt + gate + o, r4, count);
          storeSome(yAt + 2 * gate + o, n4, count);
          storeSome(sAt + o, sn, count);
          storeSome(hAt + o, h4, count);
          storeSome(hNow + o, h4, count);
        }
      }
    }
  }
}

/**
 * Gradients from those of h at every step: of `projected` (`dp`, which may be `gates`) and of the initial state, and of s at every step
 * (`ds` [batch, steps, 3·units]): with `before` [batch, steps, units], the states each step began with, the gradient of U is
 * beforeᵀ·ds, and that of b the sum of the rows of ds.
 */
export function gruGrad(
  gates: usize, h: usize, reset: usize, kernel: usize, h0: usize, mask: usize, dh: usize,
  dp: usize, dh0: usize, ds: usize, before: usize, scratch: usize,
  batch: i32, steps: i32, units: i32, reverse: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && steps >= 0 && units > 0 && ((gates | kernel | h | dh | dp | ds | scratch) & 3) == 0);
  const end = rangeStart(batch, part + 1, parts, 2);
  let first = rangeStart(batch, part, parts, 2);
  if (first >= end) return;
  const width = 3 * units, gate = <usize>units << 2, wide = 3 * gate;
  const packed = scratch + (scratchFloats(3, units) << 2) * part;
  const block = packed + (packedFloats(3, units) << 2), carry = block + (<usize>(ROWS * width) << 2);
  const one = f32x4.splat(1);
  packTransposedWeights(kernel, packed, width, units);
  for (; first < end; first += ROWS) {
    const rows = min(ROWS, end - first);
    clearFloats(carry, rows * units);
    for (let step = steps - 1; step >= 0; --step) {
      const time = reverse ? steps - 1 - step : step;
      for (let r = 0; r < rows; ++r) {
        const row = first + r, at = <usize>row * steps + time;
        const hRow = carry + <usize>r * gate, sRow = block + <usize>r * wide;
        const hBefore = stateBefore(h0, h, row, time, steps, units, reverse);
        const dhAt = dh + at * gate, y = gates + at * wide, dpAt = dp + at * wide, sAt = reset + at * gate;
        copyFloats(hBefore, before + at * gate, units);
        const skip = isSkipped(mask, at);
        if (skip) {
          clearFloats(dpAt, width);
          clearFloats(sRow, width);
        }
        for (let j = 0; j < units; j += 4) {
          const o = <usize>j << 2, count = units - j;
          const dh4 = f32x4.add(loadSome(hRow + o, count), loadSome(dhAt + o, count));
          if (skip) {
            storeSome(hRow + o, dh4, count);
            continue;
          }
          const z4 = loadSome(y + o, count), r4 = loadSome(y + gate + o, count), n4 = loadSome(y + 2 * gate + o, count);
          const dz = throughSigmoid(z4, f32x4.mul(dh4, f32x4.sub(loadSome(hBefore + o, count), n4)));
          const dn = throughTanh(n4, f32x4.mul(dh4, f32x4.sub(one, z4)));
          const dr = throughSigmoid(r4, f32x4.mul(dn, loadSome(sAt + o, count)));
          storeSome(dpAt + o, dz, count);
          storeSome(dpAt + gate + o, dr, count);
          storeSome(dpAt + 2 * gate + o, dn, count);
          storeSome(sRow + o, dz, count);
          storeSome(sRow + gate + o, dr, count);
          storeSome(sRow + 2 * gate + o, f32x4.mul(dn, r4), count);
          storeSome(hRow + o, f32x4.mul(dh4, z4), count);
        }
        copyFloats(sRow, ds + at * wide, width);
      }
      multiply(block, packed, carry, rows, width, units, true);
    }
    copyFloats(carry, dh0 + <usize>first * gate, rows * units);
  }
}
