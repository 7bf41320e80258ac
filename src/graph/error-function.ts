/** @file The error function in float64, for references. */

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ·x^(2n+1) / (2n+1)!!, whose terms all have one sign (Abramowitz & Stegun 7.1.6). */
export function erfSeries(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = Number.isNaN(x) ? x : 0;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
    total += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** Φ(x), the share of a normal distribution below x. */
export function normalDistribution(x: number): number {
  return (1 + erfSeries(x / Math.SQRT2)) / 2;
}

/** φ(x), the density of the normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}
