/**
 * @file The lower tail of the normal distribution, Φ(−a) = e^(−a²/2)·M(a) for a ≥ 0, with relative accuracy down to the last
 * subnormal. M is a polynomial in (a − k)/(a + k), as in Juffa's erfcx, over a + k.
 */

import { madd, nmadd } from '../simd';
import { expProduct } from './exp-product';

/** Centre of the fit of M. */
const CENTRE: f32 = 3.5;

/** M(a) = Φ(−a)·e^(a²/2) for 0 ≤ a ≤ 14.9: the fit is off by less than 2^-24.8. */
// @ts-ignore: decorator
@inline
export function normalTailFactor(a: v128): v128 {
  const r = f32x4.div(f32x4.splat(1), f32x4.add(a, f32x4.splat(CENTRE)));
  const t = f32x4.mul(f32x4.sub(a, f32x4.splat(CENTRE)), r);
  let p = madd(f32x4.splat(0.00010869430843740702), t, f32x4.splat(0.00041832367423921824));
  p = madd(p, t, f32x4.splat(-0.0004950404982082546));
  p = madd(p, t, f32x4.splat(-0.0031728290487080812));
  p = madd(p, t, f32x4.splat(0.006493727210909128));
  p = madd(p, t, f32x4.splat(0.01740582101047039));
  p = madd(p, t, f32x4.splat(-0.11605317145586014));
  p = madd(p, t, f32x4.splat(0.3154250979423523));
  p = madd(p, t, f32x4.splat(-0.5655617117881775));
  p = madd(p, t, f32x4.splat(0.7444160580635071));
  return f32x4.mul(p, r);
}

/** m·e^(−a²/2) for 0 ≤ a ≤ 14.9. */
// @ts-ignore: decorator
@inline
export function bellProduct(m: v128, a: v128): v128 {
  // a² = square + rest, where rest is what rounding the square loses: e^−rest/2 is 1 − rest/2.
  const square = f32x4.mul(a, a);
  const high = v128.and(a, i32x4.splat(0xfffff000));
  const rest = f32x4.add(
    f32x4.sub(f32x4.mul(high, high), square),
    f32x4.mul(f32x4.sub(a, high), f32x4.add(a, high)),
  );
  const half = f32x4.splat(0.5);
  return expProduct(nmadd(f32x4.mul(m, half), rest, m), f32x4.neg(f32x4.mul(square, half)));
}
