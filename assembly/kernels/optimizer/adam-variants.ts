/**
 * @file Relatives of Adam. All keep the average gradient m += (g − m)·(1 − β₁); corrections of the averages' start sit in numbers that
 * TypeScript computes in float64.
 *
 * Table rows (lib/segments.ts): `adamax` count, w, g, m, u; `nadam` and `radam` count, w, g, m, v; `lion` count, w, g, m.
 */
import { madd } from '../../lib/simd';
import { updateSegments } from '../../lib/segments';

// @ts-ignore: decorator
@inline
/** average + (x − average)·share. */
function moved(average: v128, x: v128, share: v128): v128 {
  return madd(f32x4.sub(x, average), share, average);
}

@unmanaged
class Adamax {
  @inline slots(): i32 { return 2; }
  @inline hypers(): i32 { return 4; }
  @inline step<L>(w: usize, g: usize, m: usize, u: usize, s2: usize, alpha: v128, c1: v128, beta2: v128, epsilon: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const m1 = moved(lanes.load(m), gradient, c1);
    const u1 = f32x4.max(f32x4.mul(beta2, lanes.load(u)), f32x4.abs(gradient));
    lanes.store(m, m1);
    lanes.store(u, u1);
    lanes.store(w, f32x4.sub(lanes.load(w), f32x4.div(f32x4.mul(alpha, m1), f32x4.add(u1, epsilon))));
  }
}

@unmanaged
class Nadam {
  @inline slots(): i32 { return 2; }
  @inline hypers(): i32 { return 5; }
  @inline step<L>(w: usize, g: usize, m: usize, v: usize, s2: usize, alpha: v128, c1: v128, c2: v128, epsilon: v128, gamma: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const m1 = moved(lanes.load(m), gradient, c1);
    const v1 = moved(lanes.load(v), f32x4.mul(gradient, gradient), c2);
    lanes.store(m, m1);
    lanes.store(v, v1);
    const ahead = madd(gamma, gradient, f32x4.mul(alpha, m1));
    lanes.store(w, f32x4.sub(lanes.load(w), f32x4.div(ahead, f32x4.add(f32x4.sqrt(v1), epsilon))));
  }
}

@unmanaged
class Radam {
  @inline slots(): i32 { return 2; }
  @inline hypers(): i32 { return 5; }
  @inline step<L>(w: usize, g: usize, m: usize, v: usize, s2: usize, alpha: v128, c1: v128, c2: v128, epsilon: v128, adaptive: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const m1 = moved(lanes.load(m), gradient, c1);
    const v1 = moved(lanes.load(v), f32x4.mul(gradient, gradient), c2);
    lanes.store(m, m1);
    lanes.store(v, v1);
    const divisor = madd(adaptive, f32x4.sqrt(v1), epsilon);
    lanes.store(w, f32x4.sub(lanes.load(w), f32x4.div(f32x4.mul(alpha, m1), divisor)));
  }
}

@unmanaged
class Lion {
  @inline slots(): i32 { return 1; }
  @inline hypers(): i32 { return 3; }
  @inline step<L>(w: usize, g: usize, m: usize, s1: usize, s2: usize, rate: v128, c1: v128, c2: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const m0 = lanes.load(m);
    const direction = moved(m0, gradient, c1);
    lanes.store(m, moved(m0, gradient, c2));
    // ±η by the sign of the direction, 0 for ±0, and NaN stays NaN.
    const signed = v128.or(rate, v128.and(direction, i32x4.splat(0x80000000)));
    const taken = v128.and(signed, f32x4.ne(direction, f32x4.splat(0)));
    lanes.store(w, f32x4.sub(lanes.load(w), v128.bitselect(taken, direction, f32x4.eq(direction, direction))));
  }
}

/** m as above; u ← max(β₂·u, |g|); w −= α·m / (u + ε) with α = η / (1 − β₁ˢ). Hyper: [α, 1 − β₁, β₂, ε]. */
export function adamax(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Adamax>(table, segments, hyper, extras, scratch, part, parts);
}

/** m as above; v += (g² − v)(1 − β₂); w −= (α·m + γ·g) / (√v + ε). Hyper: [α, 1 − β₁, 1 − β₂, ε, γ]. */
export function nadam(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Nadam>(table, segments, hyper, extras, scratch, part, parts);
}

/** m and v as in nadam; w −= α·m / (κ·√v + ε), where κ = 0, ε = 1 is a step without division. Hyper: [α, 1 − β₁, 1 − β₂, ε, κ]. */
export function radam(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Radam>(table, segments, hyper, extras, scratch, part, parts);
}

/** w −= η·sign(m + (g − m)(1 − β₁)); m += (g − m)(1 − β₂). Hyper: [η, 1 − β₁, 1 − β₂]. */
export function lion(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Lion>(table, segments, hyper, extras, scratch, part, parts);
}
