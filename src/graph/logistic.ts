/** @file The logistic function in float64, for references. */

/** 1 / (1 + e⁻ˣ), without overflow on either side. */
export function sigmoidOf(x: number): number {
  const z = Math.exp(-Math.abs(x));
  return (x < 0 ? z : 1) / (1 + z);
}

/** x · f where f vanishes faster than x grows: 0 once f is 0. */
export function vanishing(x: number, f: number): number {
  return f === 0 ? 0 : x * f;
}

/** tanh(ln(1 + eˣ)), which multiplies x in mish. */
export function gateOfMish(x: number): number {
  return Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
}

/** 2√(2/π) · (x + 0.044715x³): the tanh form of gelu is x · sigmoid of it. */
export function argumentOfGelu(x: number): number {
  return 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
}
