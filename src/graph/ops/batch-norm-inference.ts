import {
  type BatchNormAttrs,
  batchNormCases,
  checkChannels,
  parametersOf,
  referenceNormalized,
  rowAxes,
} from '../batch-statistics.ts';
import { defineOp, type Operand, type Result } from '../define-op.ts';
import { rowsOf } from '../rows.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { rsqrt } from './rsqrt.ts';
import { scale } from './scale.ts';
import { square } from './square.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

const op = defineOp<BatchNormAttrs, number>({
  name: 'batchNormInference',
  infer: ([x, ...perChannel]) => {
    checkChannels('batchNormInference', x!, perChannel);
    return { shape: x!.shape, dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    const { gamma, beta } = parametersOf(inputs, 3, attrs);
    k.batchNormForward(inputs[0]!, inputs[1]!, inputs[2]!, gamma ?? 0, beta ?? 0, outputs[0]!, rows, cols, attrs.epsilon);
  },
  // With s = 1/√(variance + ε) and x̂ = (x − mean)·s: dβ = Σ dy, dγ = Σ dy·x̂, dx = dy·γ·s, dmean = −γ·s·dβ, dvariance = −½·s²·γ·dγ
  gradient: ({ inputs, dy, attrs }) => {
    const [x, mean, variance] = [inputs[0]!, inputs[1]!, inputs[2]!];
    const { gamma } = parametersOf(inputs, 3, attrs);
    const inverse = rsqrt(scale(variance, 1, attrs.epsilon));
    const slope = gamma ? mul(gamma, inverse) : inverse;
    const dbeta = sum(dy, rowAxes(x));
    const dgamma = sum(mul(dy, mul(sub(x, mean), inverse)), rowAxes(x));
    const weighted = gamma ? mul(gamma, dgamma) : dgamma;
    const parameters = [...(attrs.hasGamma ? [dgamma] : []), ...(attrs.hasBeta ? [dbeta] : [])];
    return [mul(dy, slope), neg(mul(slope, dbeta)), scale(mul(square(inverse), weighted), -0.5), ...parameters];
  },
  reference: (inputs, attrs) => {
    const { gamma, beta } = parametersOf(inputs, 3, attrs);
    return referenceNormalized(inputs[0]!, inputs[1]!, inputs[2]!, gamma, beta, attrs.epsilon);
  },
  test: {
    cases: batchNormCases((shape, cols) => [shape, [cols], [cols]]),
    domain: [
      { low: -2, high: 2 },
      { low: -0.5, high: 0.5 },
      { low: 0.5, high: 2 },
      { low: -2, high: 2 },
      { low: -2, high: 2 },
    ],
  },
  inPlace: [0],
});

/**
 * Normalizes the last axis with a given mean and variance, then scales by `gamma` and shifts by `beta`, either of which may be null.
 * Shape: […, channels] → same; the others are [channels].
 */
export function batchNormInference<X extends Operand, P extends Operand>(
  x: X,
  mean: P,
  variance: P,
  gamma: P | null,
  beta: P | null,
  { epsilon }: { epsilon: number },
): Result<X | P> {
  const inputs: Operand[] = [x, mean, variance, ...(gamma === null ? [] : [gamma]), ...(beta === null ? [] : [beta])];
  return op<Operand>(inputs, { epsilon, hasGamma: gamma !== null, hasBeta: beta !== null }) as Result<X | P>;
}
