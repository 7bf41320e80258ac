/**
 * @file Follow the regularized leader: a weight is the minimum of a quadratic that gradients so far have drawn, with an L1 penalty that
 * makes small ones exactly 0.
 *
 * Table row (lib/segments.ts): count, w, g, A, z. Hyper-parameters: [η, λ₁, 2·λ₂, 2·λₛ, p].
 */
import { pow4 } from '../../lib/math';
import { madd } from '../../lib/simd';
import { updateSegments } from '../../lib/segments';

// @ts-ignore: decorator
@inline
/** x to the power p, the square root where p is ½. */
function raised(x: v128, p: v128): v128 {
  return f32x4.extract_lane(p, 0) == 0.5 ? f32x4.sqrt(x) : pow4(x, p);
}

@unmanaged
class Ftrl {
  @inline slots(): i32 { return 2; }
  @inline hypers(): i32 { return 5; }
  @inline step<L>(w: usize, g: usize, a: usize, z: usize, s2: usize, rate: v128, l1: v128, l2: v128, shrinkage: v128, p: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const w0 = lanes.load(w);
    const gradient = lanes.scaled(g, scale);
    const a0 = lanes.load(a);
    const a1 = madd(gradient, gradient, a0);
    const power = raised(a1, p);
    const change = f32x4.div(f32x4.sub(power, raised(a0, p)), rate);
    const pull = f32x4.sub(madd(shrinkage, w0, gradient), f32x4.mul(change, w0));
    const z1 = f32x4.add(lanes.load(z), pull);
    const bounded = f32x4.min(f32x4.max(z1, f32x4.neg(l1)), l1);
    lanes.store(a, a1);
    lanes.store(z, z1);
    lanes.store(w, f32x4.div(f32x4.sub(bounded, z1), f32x4.add(f32x4.div(power, rate), l2)));
  }
}

/**
 * A′ = A + g²; z += g + 2λₛ·w − (A′ᵖ − Aᵖ)/η·w; w = (clip(z, −λ₁, λ₁) − z) / (A′ᵖ/η + 2λ₂); A ← A′. Hyper: [η, λ₁, 2λ₂, 2λₛ, p].
 */
export function ftrl(table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32): void {
  updateSegments<Ftrl>(table, segments, hyper, extras, scratch, part, parts);
}
