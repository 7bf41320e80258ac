/**
 * @file State that follows the gradients while the weights wait: for optimizers whose step in the weights is made of more than elements
 * (LAMB, Muon). The weight in the table is not touched.
 *
 * Table rows (lib/segments.ts): `keepMoments` count, w, g, m, v; `keepMomentum` count, w, g, m.
 */
import { madd } from '../../lib/simd';
import { updateSegments } from '../../lib/segments';

@unmanaged
class Moments {
  @inline slots(): i32 { return 2; }
  @inline hypers(): i32 { return 3; }
  @inline step<L>(w: usize, g: usize, m: usize, v: usize, s2: usize, rate: v128, c1: v128, c2: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const m0 = lanes.load(m);
    const v0 = lanes.load(v);
    lanes.store(m, madd(f32x4.sub(gradient, m0), c1, m0));
    lanes.store(v, madd(f32x4.sub(f32x4.mul(gradient, gradient), v0), c2, v0));
  }
}

@unmanaged
class Momentum {
  @inline slots(): i32 { return 1; }
  @inline hypers(): i32 { return 2; }
  @inline step<L>(w: usize, g: usize, m: usize, s1: usize, s2: usize, rate: v128, momentum: v128, h2: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    lanes.store(m, madd(momentum, lanes.load(m), lanes.scaled(g, scale)));
  }
}

/** m += (g − m)(1 − β₁); v += (g² − v)(1 − β₂). Hyper: [η (not read), 1 − β₁, 1 − β₂]. */
export function keepMoments(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Moments>(table, segments, hyper, extras, scratch, part, parts);
}

/** m ← μ·m + g. Hyper: [η (not read), μ]. */
export function keepMomentum(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Momentum>(table, segments, hyper, extras, scratch, part, parts);
}
