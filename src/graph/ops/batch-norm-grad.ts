import { sizeOf } from '../../base/shape.ts';
import { type BatchNormAttrs, batchNormCases, checkChannels, columnMeans, rowAxes } from '../batch-statistics.ts';
import { composedGradient } from '../composed-gradient.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { rowsOf } from '../rows.ts';
import { mul } from './mul.ts';
import { rsqrt } from './rsqrt.ts';
import { scale } from './scale.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

const op = defineOp<BatchNormAttrs, number>({
  name: 'batchNormGrad',
  infer: ([x, dy, ...perChannel]) => {
    const channels = checkChannels('batchNormGrad', x!, perChannel);
    return [{ shape: dy!.shape, dtype: 'float32' }, channels, channels];
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs: { epsilon, hasGamma }, barrier }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    const [x, dy, mean, variance] = [inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]!];
    const [dx, dgamma, dbeta] = [outputs[0]!, outputs[1]!, outputs[2]!];
    k.batchNormGradParameters(x, dy, mean, variance, dgamma, dbeta, rows, cols, epsilon);
    barrier();
    k.batchNormGradInput(x, dy, mean, variance, hasGamma ? inputs[4]! : 0, dgamma, dbeta, dx, rows, cols, epsilon);
  },
  gradient: composedGradient(([x, dy, mean, variance, gamma], { epsilon }) => {
    const perRow = 1 / rowsOf(x!).rows;
    const inverse = rsqrt(scale(variance!, 1, epsilon));
    const normalized = mul(sub(x!, mean!), inverse);
    const dgamma = sum(mul(dy!, normalized), rowAxes(x!));
    const dbeta = sum(dy!, rowAxes(x!));
    const centred = sub(sub(dy!, scale(dbeta, perRow)), mul(normalized, scale(dgamma, perRow)));
    return [mul(centred, gamma ? mul(gamma, inverse) : inverse), dgamma, dbeta];
  }),
  reference: ([x, dy, mean, variance, gamma], { epsilon }) => {
    const { rows, cols } = rowsOf(x!);
    const normalized = x!.data.map(
      (value, i) => (value - mean!.data[i % cols]!) / Math.sqrt(variance!.data[i % cols]! + epsilon),
    );
    const dbeta = columnMeans(x!, (i) => dy!.data[i]! * rows);
    const dgamma = columnMeans(x!, (i) => dy!.data[i]! * normalized[i]! * rows);
    const dx = dy!.data.map((value, i) => {
      const c = i % cols;
      const centred = value - dbeta.data[c]! / rows - (normalized[i]! * dgamma.data[c]!) / rows;
      return ((gamma?.data[c] ?? 1) * centred) / Math.sqrt(variance!.data[c]! + epsilon);
    });
    return [{ shape: x!.shape, data: dx }, dgamma, dbeta];
  },
  test: {
    cases: batchNormCases((shape, cols) => [shape, shape, [cols], [cols]]).filter(({ attrs }) => !attrs.hasBeta),
    domain: [
      { low: -2, high: 2 },
      { low: -2, high: 2 },
      { low: -0.5, high: 0.5 },
      { low: 0.5, high: 2 },
      { low: -2, high: 2 },
    ],
  },
  inPlace: [0, 1],
  work: ([x]) => 12 * sizeOf(x!.shape),
});

/**
 * Gradients of {@link batchNormTraining} through the statistics of the batch, x̂ = (x − mean) / √(variance + ε):
 * dβ = Σ dy, dγ = Σ dy·x̂, dx = γ / √(variance + ε) · (dy − dβ / rows − x̂ · dγ / rows).
 */
export function batchNormGrad(
  x: Node,
  dy: Node,
  mean: Node,
  variance: Node,
  gamma: Node | undefined,
  epsilon: number,
): { dx: Node; dgamma: Node; dbeta: Node } {
  const inputs = [x, dy, mean, variance, ...(gamma ? [gamma] : [])];
  const [dx, dgamma, dbeta] = op.all(inputs, { epsilon, hasGamma: gamma !== undefined, hasBeta: false });
  return { dx: dx!, dgamma: dgamma!, dbeta: dbeta! };
}
