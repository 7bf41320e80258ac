/**
 * @file Binary cross-entropy from logits, fused with the sigmoid: max(x, 0) − x·t + ln(1 + e^−|x|) neither overflows nor
 * loses the small losses of confident, right predictions.
 */
import { expNegativeAbs } from '../../lib/math/exp';
import { log1pUnit } from '../../lib/math/log';
import { sigmoid4 } from '../../lib/math/sigmoid';
import { map2, map3 } from '../../lib/loops';
import { nmadd } from '../../lib/simd';

@unmanaged
class SigmoidCrossEntropy {
  @inline f(x: v128, t: v128): v128 {
    return f32x4.add(nmadd(x, t, f32x4.pmax(x, f32x4.splat(0))), log1pUnit(expNegativeAbs(x)));
  }
}

@unmanaged
class SigmoidCrossEntropyGrad {
  @inline f(x: v128, t: v128, dloss: v128): v128 { return f32x4.mul(f32x4.sub(sigmoid4(x), t), dloss); }
}

/** loss[i] = max(x, 0) − x·t + ln(1 + e^−|x|) of logit x and target t. */
export function sigmoidCrossEntropy(logits: usize, targets: usize, loss: usize, n: i32, part: i32, parts: i32): void {
  assert(n >= 0);
  map2<SigmoidCrossEntropy>(logits, targets, loss, n, part, parts);
}

/** dx[i] = (σ(x) − t)·dloss[i]. */
export function sigmoidCrossEntropyGrad(
  logits: usize, targets: usize, dloss: usize, dx: usize, n: i32, part: i32, parts: i32,
): void {
  assert(n >= 0);
  map3<SigmoidCrossEntropyGrad>(logits, targets, dloss, dx, n, part, parts);
}
