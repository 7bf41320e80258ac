/** @file Activations and their derivatives in float64, accurate in their tails too. */

import { erfc } from './erfc.ts';
import { sigmoid, softplus } from './float64.ts';

/** A function, its derivative, and the size of the largest term of the derivative, which its rounding errors are measured by. */
export interface ActivationReference {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}

/** Φ(x). */
const normal = (x: number): number => erfc(-x / Math.SQRT2) / 2;
const bell = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
/** 0 where the other factor has vanished, even for infinite x. */
const times = (x: number, factor: number): number => (factor === 0 ? Math.sign(x) * 0 : x * factor);
const tanhArgument = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

export const SELU_SCALE = 1.0507009873554805;
export const SELU_ALPHA = 1.6732632423543772;

/** tanh(ln(1 + eˣ)). */
const mishGate = (x: number): number => {
  if (x > 0) {
    const w = Math.exp(-x);
    return (1 + 2 * w) / (1 + 2 * w + 2 * w * w);
  }
  const z = Math.exp(x);
  return (z * (z + 2)) / (z * (z + 2) + 2);
};

const eluFamily = (right: number, left: number): ActivationReference => ({
  value: (x) => (x >= 0 ? right * x : left * Math.expm1(x)),
  slope: (x) => (x >= 0 ? right : left * Math.exp(x)),
});

/** Kernel name → reference of the kernel with the scalars its test gives. */
export const references = {
  silu: {
    value: (x) => times(x, sigmoid(x)),
    slope: (x) => sigmoid(x) + times(times(x, sigmoid(x)), sigmoid(-x)),
  },
  mish: {
    value: (x) => times(x, mishGate(x)),
    slope: (x) => mishGate(x) + times(times(x, sigmoid(x)), 1 - mishGate(x) ** 2),
  },
  gelu: {
    value: (x) => times(x, normal(x)),
    slope: (x) => normal(x) + times(x, bell(x)),
  },
  geluTanh: {
    value: (x) => times(x, sigmoid(tanhArgument(x))),
    slope: (x) => {
      const s = sigmoid(tanhArgument(x));
      const product = s * sigmoid(-tanhArgument(x));
      return s + (product === 0 ? 0 : x * product * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x));
    },
  },
  elu: eluFamily(1, 0.75),
  selu: eluFamily(Math.fround(SELU_SCALE), Math.fround(SELU_SCALE * SELU_ALPHA)),
  celu: {
    value: (x) => (x >= 0 ? x : 2 * Math.expm1(x / 2)),
    slope: (x) => (x >= 0 ? 1 : Math.exp(x / 2)),
  },
  softsign: {
    value: (x) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
    slope: (x) => 1 / (1 + Math.abs(x)) ** 2,
  },
  softplus: { value: softplus, slope: sigmoid },
  hardSigmoid: {
    value: (x) => (Number.isNaN(x) ? x : Math.min(Math.max(x + 3, 0), 6) / 6),
    slope: (x) => (Math.abs(x) < 3 ? 1 / 6 : 0),
  },
  hardSilu: {
    value: (x) => (x <= -3 ? -0 : x * Math.min(x + 3, 6)) / (x <= -3 ? 1 : 6),
    slope: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6),
  },
  squareplus: {
    value: (x) => Math.max(x, 0) + 2 / (Math.sqrt(x * x + 4) + Math.abs(x)),
    slope: (x) => {
      const h = Math.sqrt(x * x + 4);
      const left = 2 / (h * (h + Math.abs(x)));
      return x < 0 ? left : 1 - left;
    },
  },
} satisfies Readonly<Record<string, ActivationReference>>;
