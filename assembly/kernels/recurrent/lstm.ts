/**
 * @file Long short-term memory over whole sequences, gates in the order i, f, g, o:
 *
 *   z = projected + h·U,  i, f, o = σ(z),  g = tanh z,  c' = f·c + i·g,  h' = o·tanh c'
 *
 * `projected` [batch, steps, 4·units] holds x·W + b of all steps. Gates, states and cells of every step are kept for the gradient.
 * Where `mask` [batch, steps] (or 0) is 0, states are copied and gates are 0. With `reverse` time runs from the last step to the
 * first. Scratch per thread, for g gates: g · units · (units padded to 4) + RECURRENT_ROWS · (g + 2) · units floats.
 */
import { loadSome, storeSome } from '../../lib/gemm-edge';
import { sigmoid4, tanh4 } from '../../lib/math';
import { rangeStart } from '../../lib/parallel';
import {
  clearFloats, copyFloats, isSkipped, multiply, packedFloats, packTransposedWeights, packWeights, ROWS, scratchFloats,
  stateBefore, throughSigmoid, throughTanh,
} from '../../lib/recurrent';
import { madd } from '../../lib/simd';

/** Batch rows whose gates and states a thread keeps in its scratch. */
export const RECURRENT_ROWS: i32 = ROWS;

/** Gates, states h and cells c of every step; `gates` may be `projected`. */
export function lstm(
  projected: usize, kernel: usize, h0: usize, c0: usize, mask: usize, gates: usize, h: usize, c: usize, scratch: usize,
  batch: i32, steps: i32, units: i32, reverse: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && steps >= 0 && units > 0 && ((projected | kernel | gates | h | c | scratch) & 3) == 0);
  const end = rangeStart(batch, part + 1, parts, 2);
  let first = rangeStart(batch, part, parts, 2);
  if (first >= end) return;
  const width = 4 * units, gate = <usize>units << 2;
  const packed = scratch + (scratchFloats(4, units) << 2) * part;
  const block = packed + (packedFloats(4, units) << 2), state = block + (<usize>(ROWS * width) << 2);
  packWeights(kernel, packed, units, width);
  for (; first < end; first += ROWS) {
    const rows = min(ROWS, end - first);
    copyFloats(h0 + <usize>first * gate, state, rows * units);
    for (let step = 0; step < steps; ++step) {
      const time = reverse ? steps - 1 - step : step;
      multiply(state, packed, block, rows, units, width, false);
      for (let r = 0; r < rows; ++r) {
        const row = first + r, at = <usize>row * steps + time;
        const hNow = state + <usize>r * gate, hAt = h + at * gate, cAt = c + at * gate, zAt = gates + at * (gate << 2);
        const cBefore = stateBefore(c0, c, row, time, steps, units, reverse);
        if (isSkipped(mask, at)) {
          clearFloats(zAt, width);
          copyFloats(hNow, hAt, units);
          copyFloats(cBefore, cAt, units);
          continue;
        }
        const x = projected + at * (gate << 2), z = block + <usize>r * (gate << 2);
        for (let j = 0; j < units; j += 4) {
          const o = <usize>j << 2, count = units - j;
          const i4 = sigmoid4(f32x4.add(loadSome(x + o, count), loadSome(z + o, count)));
          const f4 = sigmoid4(f32x4.add(loadSome(x + gate + o, count), loadSome(z + gate + o, count)));
          const g4 = tanh4(f32x4.add(loadSome(x + 2 * gate + o, count), loadSome(z + 2 * gate + o, count)));
          const o4 = sigmoid4(f32x4.add(loadSome(x + 3 * gate + o, count), loadSome(z + 3 * gate + o, count)));
          const c4 = madd(f4, loadSome(cBefore + o, count), f32x4.mul(i4, g4));
          const h4 = f32x4.mul(o4, tanh4(c4));
          storeSome(zAt + o, i4, count);
          storeSome(zAt + gate + o, f4, count);
          storeSome(zAt + 2 * gate + o, g4, count);
          storeSome(zAt + 3 * gate + o, o4, count);
          storeSome(cAt + o, c4, count);
          storeSome(hAt + o, h4, count);
          storeSome(hNow + o, h4, count);
        }
      }
    }
  }
}

/**
 * Gradients from those of h (`dh`) and of c (`dc`, or 0) at every step: of `projected` (`dz`, which may be `gates`) and of the initial
 * states. `before` [batch, steps, units] gets the states each step began with: the gradient of U is beforeᵀ·dz.
 */
export function lstmGrad(
  gates: usize, h: usize, c: usize, kernel: usize, h0: usize, c0: usize, mask: usize, dh: usize, dc: usize,
  dz: usize, dh0: usize, dc0: usize, before: usize, scratch: usize,
  batch: i32, steps: i32, units: i32, reverse: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && steps >= 0 && units > 0 && ((gates | kernel | h | c | dh | dz | scratch) & 3) == 0);
  const end = rangeStart(batch, part + 1, parts, 2);
  let first = rangeStart(batch, part, parts, 2);
  if (first >= end) return;
  const width = 4 * units, gate = <usize>units << 2;
  const packed = scratch + (scratchFloats(4, units) << 2) * part;
  const block = packed + (packedFloats(4, units) << 2);
  const carryH = block + (<usize>(ROWS * width) << 2), carryC = carryH + (<usize>ROWS * gate);
  packTransposedWeights(kernel, packed, width, units);
  const zero = f32x4.splat(0);
  for (; first < end; first += ROWS) {
    const rows = min(ROWS, end - first);
    clearFloats(carryH, rows * units);
    clearFloats(carryC, rows * units);
    for (let step = steps - 1; step >= 0; --step) {
      const time = reverse ? steps - 1 - step : step;
      for (let r = 0; r < rows; ++r) {
        const row = first + r, at = <usize>row * steps + time;
        const hRow = carryH + <usize>r * gate, cRow = carryC + <usize>r * gate, zRow = block + <usize>r * (gate << 2);
        const dhAt = dh + at * gate, dcAt = dc ? dc + at * gate : 0, cAt = c + at * gate;
        const cBefore = stateBefore(c0, c, row, time, steps, units, reverse);
        const y = gates + at * (gate << 2), dzAt = dz + at * (gate << 2);
        copyFloats(stateBefore(h0, h, row, time, steps, units, reverse), before + at * gate, units);
        const skip = isSkipped(mask, at);
        if (skip) {
          clearFloats(dzAt, width);
          clearFloats(zRow, width);
        }
        for (let j = 0; j < units; j += 4) {
          const o = <usize>j << 2, count = units - j;
          const dh4 = f32x4.add(loadSome(hRow + o, count), loadSome(dhAt + o, count));
          let dc4 = loadSome(cRow + o, count);
          if (dcAt) dc4 = f32x4.add(dc4, loadSome(dcAt + o, count));
          if (skip) {
            storeSome(hRow + o, dh4, count);
            storeSome(cRow + o, dc4, count);
            continue;
          }
          const i4 = loadSome(y + o, count), f4 = loadSome(y + gate + o, count);
          const g4 = loadSome(y + 2 * gate + o, count), o4 = loadSome(y + 3 * gate + o, count);
          const t4 = tanh4(loadSome(cAt + o, count));
          dc4 = f32x4.add(dc4, throughTanh(t4, f32x4.mul(dh4, o4)));
          const di = throughSigmoid(i4, f32x4.mul(dc4, g4));
          const df = throughSigmoid(f4, f32x4.mul(dc4, loadSome(cBefore + o, count)));
          const dg = throughTanh(g4, f32x4.mul(dc4, i4));
          const dO = throughSigmoid(o4, f32x4.mul(dh4, t4));
          storeSome(dzAt + o, di, count);
          storeSome(dzAt + gate + o, df, count);
          storeSome(dzAt + 2 * gate + o, dg, count);
          storeSome(dzAt + 3 * gate + o, dO, count);
          storeSome(zRow + o, di, count);
          storeSome(zRow + gate + o, df, count);
          storeSome(zRow + 2 * gate + o, dg, count);
          storeSome(zRow + 3 * gate + o, dO, count);
          storeSome(cRow + o, f32x4.mul(dc4, f4), count);
          storeSome(hRow + o, zero, count);
        }
      }
      multiply(block, packed, carryH, rows, width, units, true);
    }
    copyFloats(carryH, dh0 + <usize>first * gate, rows * units);
    copyFloats(carryC, dc0 + <usize>first * gate, rows * units);
  }
}
