/** @file Activations as functions of nodes or tensors, under the names and with the defaults of Keras, in camelCase. */

import { failShape } from '../base/fail.ts';
import { formatShape, normalizeAxis } from '../base/shape.ts';
import { asNode, type Operand, type Result } from '../graph/define-op.ts';
import * as ops from '../graph/ops.ts';

export {
  celu,
  elu,
  gelu,
  geluTanh,
  hardSigmoid,
  hardSilu,
  hardSilu as hardSwish,
  leakyRelu,
  mish,
  selu,
  sigmoid,
  silu,
  silu as swish,
  softplus,
  softsign,
  squareplus,
  tanh,
} from '../graph/ops.ts';

/** x itself. */
export function linear<X extends Operand>(x: X): Result<X> {
  return (typeof x === 'number' ? ops.scale(x, 1) : x) as Result<X>;
}

/** Parameters of {@link relu}. */
export interface ReluOptions {
  /** Slope below the threshold. Default 0. */
  readonly negativeSlope?: number;
  /** Largest value. Default none. */
  readonly maxValue?: number | null;
  /** Where the left side begins. Default 0. */
  readonly threshold?: number;
}

/** x above the threshold, at most maxValue; negativeSlope · (x − threshold) below. Plain max(x, 0) by default. Shape: any → same. */
export function relu<X extends Operand>(x: X, { negativeSlope = 0, maxValue, threshold = 0 }: ReluOptions = {}): Result<X> {
  const limit = maxValue ?? Infinity;
  if (negativeSlope === 0 && threshold === 0 && limit === Infinity) return ops.relu(x);
  return ops.leakyRelu(x, { negativeSlope, maxValue: limit, threshold });
}

/** min(max(x, 0), 6). Shape: any → same. */
export function relu6<X extends Operand>(x: X): Result<X> {
  return relu(x, { maxValue: 6 });
}

/** min(max(x, −1), 1). Shape: any → same. */
export function hardTanh<X extends Operand>(x: X): Result<X> {
  return ops.clip(x, -1, 1);
}

/** eˣ. Shape: any → same. */
export function exponential<X extends Operand>(x: X): Result<X> {
  return ops.exp(x);
}

/** Which axis a function works along. */
export interface AxisOptions {
  /** Default −1, the last. */
  readonly axis?: number;
}

/** eˣ / Σ eˣ along an axis: positive numbers that add up to 1. Shape: any of rank >= 1 → same. */
export function softmax<X extends Operand>(x: X, { axis = -1 }: AxisOptions = {}): Result<X> {
  return ops.softmax(x, axis);
}

/** The logarithm of {@link softmax}. Shape: any of rank >= 1 → same. */
export function logSoftmax<X extends Operand>(x: X, { axis = -1 }: AxisOptions = {}): Result<X> {
  return ops.logSoftmax(x, axis);
}

/** The point of the simplex nearest to x: like softmax, with exact zeros. Shape: any of rank >= 1 → same. Martins & Astudillo 2016. */
export function sparsemax<X extends Operand>(x: X, { axis = -1 }: AxisOptions = {}): Result<X> {
  return ops.sparsemax(x, axis);
}

/** a · sigmoid(b) where a and b are the halves of x along an axis. Shape: [..., 2n] → [..., n]. Dauphin et al. 2016. */
export function glu<X extends Operand>(x: X, { axis = -1 }: AxisOptions = {}): Result<X> {
  const { shape } = asNode('glu', x);
  const at = normalizeAxis('glu', axis, shape.length);
  if (shape[at]! % 2 !== 0) failShape('glu', `an even size of axis ${axis}`, `shape ${formatShape(shape)}`);
  const [a, b] = ops.split<Operand>(x, 2, at);
  return ops.mul<Operand, Operand>(a!, ops.sigmoid<Operand>(b!)) as Result<X>;
}

/** ln sigmoid(x), without overflow. Shape: any → same. */
export function logSigmoid<X extends Operand>(x: X): Result<X> {
  return ops.neg<Operand>(ops.softplus<Operand>(ops.neg<Operand>(x))) as Result<X>;
}

/** x − tanh(x). Shape: any → same. */
export function tanhShrink<X extends Operand>(x: X): Result<X> {
  return ops.sub<Operand, Operand>(x, ops.tanh<Operand>(x)) as Result<X>;
}

/** Where the shrinking functions begin to pass something. */
export interface ShrinkOptions {
  /** Default 0.5. */
  readonly threshold?: number;
}

/** sign(x) · max(|x| − threshold, 0). Shape: any → same. */
export function softShrink<X extends Operand>(x: X, { threshold: t = 0.5 }: ShrinkOptions = {}): Result<X> {
  return ops.sub<Operand, Operand>(x, ops.clip<Operand>(x, -t, t)) as Result<X>;
}

/** x where |x| > threshold, else 0. Shape: any → same. */
export function hardShrink<X extends Operand>(x: X, { threshold: t = 0.5 }: ShrinkOptions = {}): Result<X> {
  const isOutside = ops.stopGradient<Operand>(ops.greater<Operand, Operand>(ops.abs<Operand>(x), t));
  return ops.mul<Operand, Operand>(x, isOutside) as Result<X>;
}

/** Parameters of {@link threshold}. */
export interface ThresholdOptions {
  /** x up to here is replaced. Default 0. */
  readonly threshold?: number;
  /** What replaces it. Default 0. */
  readonly value?: number;
}

/** x where x > threshold, else `value`. Shape: any → same. */
export function threshold<X extends Operand>(x: X, { threshold: t = 0, value = 0 }: ThresholdOptions = {}): Result<X> {
  const isAbove = ops.stopGradient<Operand>(ops.greater<Operand, Operand>(x, t));
  // Clipped first, so that nothing infinite meets the factor 0.
  const kept = ops.mul<Operand, Operand>(ops.clip<Operand>(x, t, Infinity), isAbove);
  return ops.add<Operand, Operand>(kept, ops.scale<Operand>(isAbove, -value, value)) as Result<X>;
}

/** 0 for x ≤ −1, (x + 1)²/4 up to 1, then x. Shape: any → same. */
export function sparsePlus<X extends Operand>(x: X): Result<X> {
  // The parabola lies above x and touches it at 1.
  return ops.maximum<Operand, Operand>(x, ops.square<Operand>(sparseSigmoid<Operand>(x))) as Result<X>;
}

/** min(max((x + 1)/2, 0), 1). Shape: any → same. */
export function sparseSigmoid<X extends Operand>(x: X): Result<X> {
  return ops.scale<Operand>(ops.clip<Operand>(x, -1, 1), 0.5, 0.5) as Result<X>;
}
