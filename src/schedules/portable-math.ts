/**
 * @file Powers and cosines from additions, multiplications and divisions alone, accurate to a few units in the last place: engines differ in
 * `Math.pow` and `Math.cos`, and a rate that differs in one bit would make weights that differ.
 */

/** Highest part of ln 2, whose multiples by small integers are exact, and the rest. */
const [ln2High, ln2Low] = [0.6931471803691238, 1.9082149292705877e-10];

/** x to the power of a whole number, by repeated squaring. */
function wholePower(x: number, exponent: number): number {
  let result = 1;
  let factor = exponent < 0 ? 1 / x : x;
  for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= factor;
    factor *= factor;
  }
  return result;
}

/** eˣ: Taylor's series on what is left after whole multiples of ln 2. */
function exponential(x: number): number {
  if (x < -745) return 0;
  if (x > 710) return Number.POSITIVE_INFINITY;
  const k = Math.round(x / Math.LN2);
  const r = x - k * ln2High - k * ln2Low;
  let sum = 1;
  for (let i = 16; i >= 1; i--) sum = 1 + (r * sum) / i;
  return sum * wholePower(2, k);
}

/** ln x for a positive finite x: 2·artanh((m − 1) / (m + 1)) of the part m in [√½, √2) that is left without powers of two. */
function logarithm(x: number): number {
  let [m, k] = [x, 0];
  for (; m >= Math.SQRT2; k++) m /= 2;
  for (; m < Math.SQRT1_2; k--) m *= 2;
  const s = (m - 1) / (m + 1);
  let sum = 0;
  for (let i = 25; i >= 1; i -= 2) sum = sum * s * s + 1 / i;
  return k * ln2High + (2 * s * sum + k * ln2Low);
}

/** x to the power of y, for x >= 0. */
export function power(x: number, y: number): number {
  if (Number.isInteger(y) && Math.abs(y) < 2 ** 31) return wholePower(x, y);
  if (x === 0) return y > 0 ? 0 : Number.POSITIVE_INFINITY;
  return exponential(y * logarithm(x));
}

/** Sum of (−1)ⁱ·xᵏ/k! over k = first, first + 2, …: the series of cosine (first 0) and sine (first 1). */
function alternating(x: number, first: number): number {
  let sum = 1;
  for (let k = first + 20; k > first; k -= 2) sum = 1 - (x * x * sum) / (k * (k - 1));
  return first === 0 ? sum : x * sum;
}

/** cos(π·x) for x >= 0. */
export function cosPi(x: number): number {
  const turn = x % 2;
  const half = turn > 1 ? 2 - turn : turn;
  const quarter = half > 0.5 ? 1 - half : half;
  const value = quarter > 0.25 ? alternating(Math.PI * (0.5 - quarter), 1) : alternating(Math.PI * quarter, 0);
  return half > 0.5 ? -value : value;
}
