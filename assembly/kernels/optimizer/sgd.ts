/**
 * @file Stochastic gradient descent as in Keras: the learning rate η is folded into the velocity v, so a change of η acts
 * on new gradients only.
 *
 * Table rows (lib/segments.ts): `sgd` count, w, g; the others count, w, g, v. Hyper-parameters: [η, μ].
 */
import { nmadd } from '../../lib/simd';
import { updateSegments } from '../../lib/segments';

/** w −= η·g. */
@unmanaged
class Sgd {
  @inline slots(): i32 { return 0; }
  @inline hypers(): i32 { return 1; }
  @inline step<L>(w: usize, g: usize, s0: usize, s1: usize, s2: usize, rate: v128, h1: v128, h2: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    lanes.store(w, nmadd(rate, lanes.scaled(g, scale), lanes.load(w)));
  }
}

/** v ← μ·v − η·g; w += v. */
@unmanaged
class SgdMomentum {
  @inline slots(): i32 { return 1; }
  @inline hypers(): i32 { return 2; }
  @inline step<L>(w: usize, g: usize, v: usize, s1: usize, s2: usize, rate: v128, momentum: v128, h2: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const velocity = nmadd(rate, lanes.scaled(g, scale), f32x4.mul(momentum, lanes.load(v)));
    lanes.store(v, velocity);
    lanes.store(w, f32x4.add(lanes.load(w), velocity));
  }
}

/** v ← μ·v − η·g; w += μ·v − η·g with the new v. */
@unmanaged
class SgdNesterov {
  @inline slots(): i32 { return 1; }
  @inline hypers(): i32 { return 2; }
  @inline step<L>(w: usize, g: usize, v: usize, s1: usize, s2: usize, rate: v128, momentum: v128, h2: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    const gradient = lanes.scaled(g, scale);
    const velocity = nmadd(rate, gradient, f32x4.mul(momentum, lanes.load(v)));
    lanes.store(v, velocity);
    lanes.store(w, f32x4.add(lanes.load(w), nmadd(rate, gradient, f32x4.mul(momentum, velocity))));
  }
}

/** w −= η·g. Hyper: [η]. */
export function sgd(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Sgd>(table, segments, hyper, extras, scratch, part, parts);
}

/** v ← μ·v − η·g; w += v. Hyper: [η, μ]. */
export function sgdMomentum(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<SgdMomentum>(table, segments, hyper, extras, scratch, part, parts);
}

/** As sgdMomentum, with a step of μ·v − η·g from the new v. Hyper: [η, μ]. */
export function sgdNesterov(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<SgdNesterov>(table, segments, hyper, extras, scratch, part, parts);
}
