/** @file float64 references for float32 kernels, and the distance between the two in ulp. */

const view = new DataView(new ArrayBuffer(8));

/** Spacing of float32 at a value, which is also the spacing of subnormals below 2^-126. */
function spacing(value: number): number {
  view.setFloat64(0, value);
  const exponent = ((view.getUint32(0) >>> 20) & 2047) - 1023;
  return 2 ** (Math.min(Math.max(exponent, -126), 127) - 23);
}

/**
 * Error of a float32 in units of the last place of the true value. Infinity for a NaN without need, a missing NaN, an exact
 * zero or infinity with the wrong sign. An overflow counts as 2^128.
 */
export function ulpError(got: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(got) ? 0 : Number.POSITIVE_INFINITY;
  if (exact === 0 || Math.abs(exact) === Number.POSITIVE_INFINITY) return Object.is(got, exact) ? 0 : Number.POSITIVE_INFINITY;
  if (Object.is(got, Math.fround(exact)) && !Number.isFinite(got)) return 0;
  const finite = Math.abs(got) === Number.POSITIVE_INFINITY ? Math.sign(got) * 2 ** 128 : got;
  const error = Math.abs(finite - exact) / spacing(exact);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: number): number {
  const z = Math.exp(-Math.abs(x));
  return (x < 0 ? z : 1) / (1 + z);
}

/** ln(1 + e^x). */
export function softplus(x: number): number {
  return Number.isNaN(x) ? x : Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Error function: the series e^-x²·Σ 2ⁿ·x²ⁿ⁺¹ / (1·3·5…(2n+1)), all of whose terms have one sign; 1 from 6 on. */
export function erf(x: number): number {
  if (!(Math.abs(x) < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Rounds halves to even. */
export function roundEven(x: number): number {
  if (!(Math.abs(x) < 2 ** 52)) return x;
  const lower = Math.floor(x);
  const rest = x - lower;
  const rounded = rest < 0.5 || (rest === 0.5 && lower % 2 === 0) ? lower : lower + 1;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

/** a^b as IEEE 754 has it: where JavaScript answers NaN, 1^b and (−1)^±Infinity are 1. */
export function pow(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1;
  return a ** b;
}
