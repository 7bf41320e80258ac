/**
 * @file Adam in Keras's "epsilon-hat" form: ε is added to √v as it stands, without bias correction, and both corrections
 * sit in the rate α = η·√(1 − β₂ˢ) / (1 − β₁ˢ), s = 1 at the first step, which TypeScript computes in float64.
 *
 * Table rows (lib/segments.ts): `adam` count, w, g, m, v; `adamAmsgrad` count, w, g, m, v, v̂.
 * Hyper-parameters: [α, 1 − β₁, 1 − β₂, ε].
 */
import { madd } from '../../lib/simd';
import { updateSegments } from '../../lib/segments';

/** w − α·m / (√v + ε). */
// @ts-ignore: decorator
@inline
function stepped(w: v128, m: v128, v: v128, alpha: v128, epsilon: v128): v128 {
  return f32x4.sub(w, f32x4.div(f32x4.mul(alpha, m), f32x4.add(f32x4.sqrt(v), epsilon)));
}

@unmanaged
class Adam {
  @inline slots(): i32 { return 2; }
  @inline hypers(): i32 { return 4; }
  @inline step<L>(w: usize, g: usize, m: usize, v: usize, s2: usize, alpha: v128, c1: v128, c2: v128, epsilon: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const m0 = lanes.load(m);
    const v0 = lanes.load(v);
    const m1 = madd(f32x4.sub(gradient, m0), c1, m0);
    const v1 = madd(f32x4.sub(f32x4.mul(gradient, gradient), v0), c2, v0);
    lanes.store(m, m1);
    lanes.store(v, v1);
    lanes.store(w, stepped(lanes.load(w), m1, v1, alpha, epsilon));
  }
}

@unmanaged
class AdamAmsgrad {
  @inline slots(): i32 { return 3; }
  @inline hypers(): i32 { return 4; }
  @inline step<L>(w: usize, g: usize, m: usize, v: usize, vHat: usize, alpha: v128, c1: v128, c2: v128, epsilon: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const m0 = lanes.load(m);
    const v0 = lanes.load(v);
    const m1 = madd(f32x4.sub(gradient, m0), c1, m0);
    const v1 = madd(f32x4.sub(f32x4.mul(gradient, gradient), v0), c2, v0);
    const largest = f32x4.max(lanes.load(vHat), v1);
    lanes.store(m, m1);
    lanes.store(v, v1);
    lanes.store(vHat, largest);
    lanes.store(w, stepped(lanes.load(w), m1, largest, alpha, epsilon));
  }
}

/** m += (g − m)(1 − β₁); v += (g² − v)(1 − β₂); w −= α·m / (√v + ε). Hyper: [α, 1 − β₁, 1 − β₂, ε]. */
export function adam(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Adam>(table, segments, hyper, extras, scratch, part, parts);
}

/** As adam, divided by the largest v so far: v̂ ← max(v̂, v); w −= α·m / (√v̂ + ε). Hyper: [α, 1 − β₁, 1 − β₂, ε]. */
export function adamAmsgrad(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<AdamAmsgrad>(table, segments, hyper, extras, scratch, part, parts);
}
