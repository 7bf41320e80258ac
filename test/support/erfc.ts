/** @file The complementary error function in float64, with relative accuracy in its tail. */

import { erf } from './float64.ts';

/** erfc(x) = 1 − erf(x); beyond 2 the continued fraction e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3/2/(x + …)))) (Abramowitz & Stegun 7.1.14). */
export function erfc(x: number): number {
  if (!(x > 2)) return 1 - erf(x);
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
