import { sizeOf } from '../../base/shape.ts';
import { parametersOf, rowAxes } from '../batch-statistics.ts';
import { defineOp, type Operand, type Result } from '../define-op.ts';
import { type LayerNormAttrs, layerNormCases, referenceRowStatistics, rowStatistics } from '../layer-statistics.ts';
import type { Node } from '../node.ts';
import { rowsOf } from '../rows.ts';
import { add } from './add.ts';
import { broadcastTo } from './broadcast-to.ts';
import { layerNormGrad } from './layer-norm-grad.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';
import { scale } from './scale.ts';
import { square } from './square.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

/** A number per row as a column that stretches over `x`. */
function column(perRow: Node): Node {
  return reshape(perRow, [...perRow.shape, 1]);
}

const op = defineOp<LayerNormAttrs, number>({
  name: 'layerNorm',
  // y, what the gradient needs of each row: 1 / √(variance + ε), and the mean where there is one.
  infer: ([x, ...parameters], { isCentered }) => {
    const perRow = rowStatistics('layerNorm', x!, parameters);
    return [{ shape: x!.shape, dtype: 'float32' }, perRow, ...(isCentered ? [perRow] : [])];
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    const { gamma, beta } = parametersOf(inputs, 1, attrs);
    const [y, inverse, mean] = [outputs[0]!, outputs[1]!, outputs[2] ?? 0];
    k.layerNormForward(inputs[0]!, gamma ?? 0, beta ?? 0, y, mean, inverse, rows, cols, attrs.epsilon);
  },
  // Through y by its own op, dβ = Σ dy. With s = 1/√(variance + ε): dx += dmean / cols − ds · s³ · (x − mean) / cols
  gradient: ({ inputs, outputs, dys, attrs }) => {
    const x = inputs[0]!;
    const [dy, dinverse, dmean] = dys;
    const [, inverse, mean] = outputs;
    const perElement = 1 / rowsOf(x).cols;
    const { gamma } = parametersOf(inputs, 1, attrs);
    const through = dy ? layerNormGrad(x, dy, inverse!, mean, gamma) : undefined;
    const parts: Node[] = through ? [through.dx] : [];
    if (dmean) parts.push(broadcastTo(column(scale(dmean, perElement)), x.shape));
    if (dinverse) {
      const slope = scale(mul(dinverse, mul(inverse!, square(inverse!))), -perElement);
      parts.push(mul(column(slope), mean ? sub(x, column(mean)) : x));
    }
    const parameters = [
      ...(attrs.hasGamma ? [through?.dgamma ?? null] : []),
      ...(attrs.hasBeta ? [through?.dbeta ?? (dy ? sum(dy, rowAxes(x)) : null)] : []),
    ];
    return [parts.reduce((a, b) => add(a, b)), ...parameters];
  },
  reference: (inputs, attrs) => {
    const x = inputs[0]!;
    const { gamma, beta } = parametersOf(inputs, 1, attrs);
    const { mean, inverse } = referenceRowStatistics(x, attrs);
    const { cols } = rowsOf(x);
    const data = x.data.map((value, i) => {
      const row = Math.floor(i / cols);
      const normalized = (value - mean.data[row]!) * inverse.data[row]!;
      return normalized * (gamma?.data[i % cols] ?? 1) + (beta?.data[i % cols] ?? 0);
    });
    return [{ shape: x.shape, data }, inverse, ...(attrs.isCentered ? [mean] : [])];
  },
  test: {
    cases: layerNormCases(
      [true, false].flatMap((isCentered) =>
        [true, false].flatMap((hasGamma) => [true, false].map((hasBeta) => ({ isCentered, hasGamma, hasBeta }))),
      ),
      (shape) => [shape],
    ),
  },
  inPlace: [0],
  work: ([x]) => 10 * sizeOf(x!.shape),
});

function call<X extends Operand>(x: X, gamma: X | null, beta: X | null, epsilon: number, isCentered: boolean): Result<X> {
  const inputs = [x, ...(gamma === null ? [] : [gamma]), ...(beta === null ? [] : [beta])];
  return op<X>(inputs, { epsilon, isCentered, hasGamma: gamma !== null, hasBeta: beta !== null });
}

/**
 * Normalizes each row: gamma·(x − mean) / √(variance + epsilon) + beta over the last axis, with the row's own mean and (biased)
 * variance; `gamma` and `beta` may be null. Shape: […, n] → same; the others are [n]. Ba, Kiros & Hinton 2016.
 */
export function layerNorm<X extends Operand, P extends Operand>(
  x: X,
  gamma: P | null,
  beta: P | null,
  { epsilon }: { epsilon: number },
): Result<X | P> {
  return call<Operand>(x, gamma, beta, epsilon, true) as Result<X | P>;
}

/**
 * Divides each row by its root mean square: gamma·x / √(mean(x²) + epsilon) over the last axis; `gamma` may be null.
 * Shape: […, n] → same; gamma is [n]. Zhang & Sennrich 2019.
 */
export function rmsNorm<X extends Operand, P extends Operand>(
  x: X,
  gamma: P | null,
  { epsilon }: { epsilon: number },
): Result<X | P> {
  return call<Operand>(x, gamma, null, epsilon, false) as Result<X | P>;
}
