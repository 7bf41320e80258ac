/**
 * @file The comparator of the tests: relative plus absolute tolerance. NaN equals only NaN, Infinity only Infinity of the same sign.
 * Its message names the place, both values, and the largest error of all.
 */

/** How far apart two numbers may be: |got − wanted| ≤ absolute + relative · |wanted|. */
export interface Tolerance {
  readonly absolute: number | ((index: number) => number);
  readonly relative: number;
}

/** Error of one number as a multiple of what is allowed; more than 1 is a failure. */
function excess(got: number, wanted: number, absolute: number, relative: number): number {
  // A float64 beyond the range of float32 is an infinite float32.
  const target = Math.abs(wanted) > 3.4028235677973366e38 ? Math.sign(wanted) * Infinity : wanted;
  if (Number.isNaN(got) || Number.isNaN(target)) return Number.isNaN(got) && Number.isNaN(target) ? 0 : Infinity;
  if (!Number.isFinite(got) || !Number.isFinite(target)) return got === target ? 0 : Infinity;
  const error = Math.abs(got - target);
  return error === 0 ? 0 : error / (absolute + relative * Math.abs(target));
}

/** A sentence about where `got` differs most from `wanted`, or undefined when everything is within the tolerance. */
export function difference(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  { absolute, relative }: Tolerance,
): string | undefined {
  if (got.length !== wanted.length) return `${got.length} elements, expected ${wanted.length}`;
  let [first, worst, worstExcess] = [-1, -1, 1];
  for (let i = 0; i < got.length; i++) {
    const size = excess(got[i]!, wanted[i]!, typeof absolute === 'number' ? absolute : absolute(i), relative);
    if (size > 1 && first < 0) first = i;
    if (size > worstExcess) [worst, worstExcess] = [i, size];
  }
  if (first < 0) return undefined;
  const at = (i: number): string => `element ${i} is ${got[i]}, expected ${wanted[i]}`;
  return `${at(first)}; the largest error, ${worstExcess.toPrecision(3)} times what is allowed: ${at(worst)}`;
}

/** Throws where `got` differs from `wanted` by more than the tolerance. */
export function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: Tolerance, where = ''): void {
  const message = difference(got, wanted, tolerance);
  if (message) throw new Error(`${where ? `${where}: ` : ''}${message}`);
}

/** Throws unless both hold the same bits; all NaNs are alike. */
export function expectSameBits(got: ArrayLike<number>, wanted: ArrayLike<number>, where: string): void {
  if (got.length !== wanted.length) throw new Error(`${where}: ${got.length} elements, expected ${wanted.length}`);
  for (let i = 0; i < got.length; i++) {
    if (!Object.is(got[i], wanted[i])) throw new Error(`${where}: element ${i} is ${got[i]}, expected the bits of ${wanted[i]}`);
  }
}
