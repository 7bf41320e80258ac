/**
 * @file Updates that divide each element of the gradient by its own history of squares, as in Keras: ε stands inside the roots.
 *
 * Table rows (lib/segments.ts): `adagrad` count, w, g, A; `adadelta` count, w, g, E, D.
 */
import { madd, nmadd } from '../../lib/simd';
import { updateSegments } from '../../lib/segments';

@unmanaged
class Adagrad {
  @inline slots(): i32 { return 1; }
  @inline hypers(): i32 { return 2; }
  @inline step<L>(w: usize, g: usize, a: usize, s1: usize, s2: usize, rate: v128, epsilon: v128, h2: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const a1 = madd(gradient, gradient, lanes.load(a));
    lanes.store(a, a1);
    lanes.store(w, f32x4.sub(lanes.load(w), f32x4.div(f32x4.mul(rate, gradient), f32x4.sqrt(f32x4.add(a1, epsilon)))));
  }
}

@unmanaged
class Adadelta {
  @inline slots(): i32 { return 2; }
  @inline hypers(): i32 { return 3; }
  @inline step<L>(w: usize, g: usize, e: usize, d: usize, s2: usize, rate: v128, rho: v128, epsilon: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const rest = f32x4.sub(f32x4.splat(1), rho);
    const gradient = lanes.scaled(g, scale);
    const e1 = madd(rest, f32x4.mul(gradient, gradient), f32x4.mul(rho, lanes.load(e)));
    const d0 = lanes.load(d);
    const root = f32x4.div(f32x4.sqrt(f32x4.add(d0, epsilon)), f32x4.sqrt(f32x4.add(e1, epsilon)));
    const delta = f32x4.mul(gradient, root);
    lanes.store(e, e1);
    lanes.store(d, madd(rest, f32x4.mul(delta, delta), f32x4.mul(rho, d0)));
    lanes.store(w, nmadd(rate, delta, lanes.load(w)));
  }
}

/** A += g²; w −= η·g / √(A + ε). Hyper: [η, ε]. */
export function adagrad(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Adagrad>(table, segments, hyper, extras, scratch, part, parts);
}

/** E ← ρ·E + (1 − ρ)·g²; δ = g·√(D + ε) / √(E + ε); D ← ρ·D + (1 − ρ)·δ²; w −= η·δ. Hyper: [η, ρ, ε]. */
export function adadelta(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Adadelta>(table, segments, hyper, extras, scratch, part, parts);
}
