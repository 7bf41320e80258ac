import { sizeOf } from '../../base/shape.ts';
import {
  type BatchNormAttrs,
  batchNormCases,
  checkChannels,
  parametersOf,
  referenceNormalized,
  referenceStatistics,
} from '../batch-statistics.ts';
import { defineOp, type Operand, type Result } from '../define-op.ts';
import type { Node } from '../node.ts';
import { rowsOf } from '../rows.ts';
import { add } from './add.ts';
import { batchNormGrad } from './batch-norm-grad.ts';
import { broadcastTo } from './broadcast-to.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { sub } from './sub.ts';

const op = defineOp<BatchNormAttrs, number>({
  name: 'batchNormTraining',
  infer: ([x, ...parameters]) => {
    const channels = checkChannels('batchNormTraining', x!, parameters);
    return [{ shape: x!.shape, dtype: 'float32' }, channels, channels];
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, barrier }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    const { gamma, beta } = parametersOf(inputs, 1, attrs);
    const [y, mean, variance] = [outputs[0]!, outputs[1]!, outputs[2]!];
    k.batchNormStatistics(inputs[0]!, mean, variance, rows, cols);
    // Statistics are divided by columns, the result by rows.
    barrier();
    k.batchNormForward(inputs[0]!, mean, variance, gamma ?? 0, beta ?? 0, y, rows, cols, attrs.epsilon);
  },
  // Through y by its own op; through mean and variance: dx += dmean / rows + dvariance · 2 (x − mean) / rows.
  gradient: ({ inputs, outputs, dys, attrs }) => {
    const x = inputs[0]!;
    const [dy, dmean, dvariance] = dys;
    const [, mean, variance] = outputs;
    const perRow = 1 / rowsOf(x).rows;
    const normalized = dy
      ? batchNormGrad(x, dy, mean!, variance!, parametersOf(inputs, 1, attrs).gamma, attrs.epsilon)
      : undefined;
    const parts: Node[] = normalized ? [normalized.dx] : [];
    if (dmean) parts.push(broadcastTo(scale(dmean, perRow), x.shape));
    if (dvariance) parts.push(mul(sub(x, mean!), scale(dvariance, 2 * perRow)));
    const parameters = [
      ...(attrs.hasGamma ? [normalized?.dgamma ?? null] : []),
      ...(attrs.hasBeta ? [normalized?.dbeta ?? null] : []),
    ];
    return [parts.reduce((a, b) => add(a, b)), ...parameters];
  },
  reference: (inputs, attrs) => {
    const x = inputs[0]!;
    const { mean, variance } = referenceStatistics(x);
    const { gamma, beta } = parametersOf(inputs, 1, attrs);
    return [referenceNormalized(x, mean, variance, gamma, beta, attrs.epsilon), mean, variance];
  },
  test: { cases: batchNormCases((shape) => [shape]) },
  inPlace: [0],
  work: ([x]) => 8 * sizeOf(x!.shape),
});

/**
 * Normalizes the last axis with the mean and (biased) variance of the batch, then scales by `gamma` and shifts by `beta`, either of
 * which may be null. Shape: […, channels] → y […, channels], mean and variance [channels]. Ioffe & Szegedy 2015.
 */
export function batchNormTraining<X extends Operand, P extends Operand>(
  x: X,
  gamma: P | null,
  beta: P | null,
  { epsilon }: { epsilon: number },
): { y: Result<X | P>; mean: Result<X | P>; variance: Result<X | P> } {
  const inputs: Operand[] = [x, ...(gamma === null ? [] : [gamma]), ...(beta === null ? [] : [beta])];
  const [y, mean, variance] = op.all<Operand>(inputs, { epsilon, hasGamma: gamma !== null, hasBeta: beta !== null }) as Result<
    X | P
  >[];
  return { y: y!, mean: mean!, variance: variance! };
}
