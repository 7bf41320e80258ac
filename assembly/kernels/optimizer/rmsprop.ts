/**
 * @file RMSprop as in Keras: ε stands inside the root, and momentum accumulates increments that already hold the rate η.
 *
 *   v ← ρ·v + (1 − ρ)·g²;  centered: a ← ρ·a + (1 − ρ)·g, d = v − a² + ε;  else d = v + ε
 *   i = η·g / √d;  momentum: m ← μ·m + i, w −= m;  else w −= i
 *
 * v ≥ a² holds in exact arithmetic; v − a² is kept from falling below 0 by rounding, where the root would be NaN.
 *
 * Table rows (lib/segments.ts): count, w, g, then `rmsprop` v; `rmspropMomentum` v, m; `rmspropCentered` v, a;
 * `rmspropCenteredMomentum` v, m, a. Hyper-parameters: [η, ρ, ε], with momentum [η, ρ, ε, μ].
 */
import { madd } from '../../lib/simd';
import { updateSegments } from '../../lib/segments';

// @ts-ignore: decorator
@inline
/** ρ·average + (1 − ρ)·x. */
function averaged(average: v128, x: v128, rho: v128): v128 {
  return madd(f32x4.sub(f32x4.splat(1), rho), x, f32x4.mul(rho, average));
}

// @ts-ignore: decorator
@inline
/** η·g / √(v + ε). */
function increment(g: v128, v: v128, rate: v128, epsilon: v128): v128 {
  return f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(v, epsilon)));
}

// @ts-ignore: decorator
@inline
/** max(v − a², 0). */
function centered(v: v128, a: v128): v128 {
  return f32x4.max(f32x4.sub(v, f32x4.mul(a, a)), f32x4.splat(0));
}

@unmanaged
class Rmsprop {
  @inline slots(): i32 { return 1; }
  @inline hypers(): i32 { return 3; }
  @inline step<L>(w: usize, g: usize, v: usize, s1: usize, s2: usize, rate: v128, rho: v128, epsilon: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const v1 = averaged(lanes.load(v), f32x4.mul(gradient, gradient), rho);
    lanes.store(v, v1);
    lanes.store(w, f32x4.sub(lanes.load(w), increment(gradient, v1, rate, epsilon)));
  }
}

@unmanaged
class RmspropMomentum {
  @inline slots(): i32 { return 2; }
  @inline hypers(): i32 { return 4; }
  @inline step<L>(w: usize, g: usize, v: usize, m: usize, s2: usize, rate: v128, rho: v128, epsilon: v128, mu: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const v1 = averaged(lanes.load(v), f32x4.mul(gradient, gradient), rho);
    const m1 = madd(mu, lanes.load(m), increment(gradient, v1, rate, epsilon));
    lanes.store(v, v1);
    lanes.store(m, m1);
    lanes.store(w, f32x4.sub(lanes.load(w), m1));
  }
}

@unmanaged
class RmspropCentered {
  @inline slots(): i32 { return 2; }
  @inline hypers(): i32 { return 3; }
  @inline step<L>(w: usize, g: usize, v: usize, a: usize, s2: usize, rate: v128, rho: v128, epsilon: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const v1 = averaged(lanes.load(v), f32x4.mul(gradient, gradient), rho);
    const a1 = averaged(lanes.load(a), gradient, rho);
    lanes.store(v, v1);
    lanes.store(a, a1);
    lanes.store(w, f32x4.sub(lanes.load(w), increment(gradient, centered(v1, a1), rate, epsilon)));
  }
}

@unmanaged
class RmspropCenteredMomentum {
  @inline slots(): i32 { return 3; }
  @inline hypers(): i32 { return 4; }
  @inline step<L>(w: usize, g: usize, v: usize, m: usize, a: usize, rate: v128, rho: v128, epsilon: v128, mu: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const v1 = averaged(lanes.load(v), f32x4.mul(gradient, gradient), rho);
    const a1 = averaged(lanes.load(a), gradient, rho);
    const m1 = madd(mu, lanes.load(m), increment(gradient, centered(v1, a1), rate, epsilon));
    lanes.store(v, v1);
    lanes.store(m, m1);
    lanes.store(a, a1);
    lanes.store(w, f32x4.sub(lanes.load(w), m1));
  }
}

/** Slots v; hyper [η, ρ, ε]. */
export function rmsprop(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Rmsprop>(table, segments, hyper, extras, scratch, part, parts);
}

/** Slots v, m; hyper [η, ρ, ε, μ]. */
export function rmspropMomentum(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<RmspropMomentum>(table, segments, hyper, extras, scratch, part, parts);
}

/** Slots v, a; hyper [η, ρ, ε]. */
export function rmspropCentered(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<RmspropCentered>(table, segments, hyper, extras, scratch, part, parts);
}

/** Slots v, m, a; hyper [η, ρ, ε, μ]. */
export function rmspropCenteredMomentum(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<RmspropCenteredMomentum>(table, segments, hyper, extras, scratch, part, parts);
}
