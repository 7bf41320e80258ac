import { sizeOf } from '../../base/shape.ts';
import { columnMeans, rowAxes } from '../batch-statistics.ts';
import { composedGradient } from '../composed-gradient.ts';
import { defineOp, type RefArray } from '../define-op.ts';
import { type LayerNormAttrs, layerNormCases, rowStatistics } from '../layer-statistics.ts';
import type { Node } from '../node.ts';
import { rowsOf } from '../rows.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';
import { sub } from './sub.ts';
import { mean as meanOf, sum } from './sum.ts';

type GradAttrs = Pick<LayerNormAttrs, 'isCentered' | 'hasGamma'>;

/** The inputs after x, dy and 1 / √(variance + ε): the means of the rows where they are taken away, then γ where there is one. */
function optionalInputs<T>(inputs: readonly T[], { isCentered, hasGamma }: GradAttrs): { mean?: T; gamma?: T } {
  return { ...(isCentered && { mean: inputs[3]! }), ...(hasGamma && { gamma: inputs[isCentered ? 4 : 3]! }) };
}

const op = defineOp<GradAttrs, number>({
  name: 'layerNormGrad',
  // dx, with γ its gradient, and then where rows are centred that of a shift β.
  infer: ([x, dy, ...others], attrs) => {
    const { gamma } = optionalInputs([x!, dy!, ...others], attrs);
    rowStatistics('layerNormGrad', x!, gamma ? [gamma] : []);
    const parameters = gamma ? [gamma, ...(attrs.isCentered ? [gamma] : [])] : [];
    return [dy!, ...parameters].map(({ shape }) => ({ shape, dtype: 'float32' as const }));
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, barrier }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    const [x, dy, inverse] = [inputs[0]!, inputs[1]!, inputs[2]!];
    const { mean = 0, gamma = 0 } = optionalInputs(inputs, attrs);
    if (attrs.hasGamma) {
      k.layerNormGradParameters(x, dy, mean, inverse, outputs[1]!, outputs[2] ?? 0, rows, cols);
      // The parameters read all rows of a column, and dx may be written over dy or x.
      barrier();
    }
    k.layerNormGradInput(x, dy, mean, inverse, gamma, outputs[0]!, rows, cols);
  },
  gradient: composedGradient((inputs, attrs) => {
    const [x, dy, inverse] = [inputs[0]!, inputs[1]!, inputs[2]!];
    const { mean, gamma } = optionalInputs(inputs, attrs);
    const column = (perRow: Node): Node => reshape(perRow, [...perRow.shape, 1]);
    const normalized = mul(mean ? sub(x, column(mean)) : x, column(inverse));
    const g = gamma ? mul(gamma, dy) : dy;
    const along = mul(normalized, meanOf(mul(g, normalized), -1, true));
    const dx = mul(column(inverse), sub(mean ? sub(g, meanOf(g, -1, true)) : g, along));
    const dgamma = sum(mul(dy, normalized), rowAxes(x));
    return [dx, ...(gamma ? [dgamma, ...(mean ? [sum(dy, rowAxes(x))] : [])] : [])];
  }),
  reference: (inputs, attrs) => {
    const [x, dy, inverse] = [inputs[0]!, inputs[1]!, inputs[2]!];
    const { mean, gamma } = optionalInputs(inputs, attrs);
    const { rows, cols } = rowsOf(x);
    const rowOf = (i: number): number => Math.floor(i / cols);
    const normalized = x.data.map((value, i) => (value - (mean?.data[rowOf(i)] ?? 0)) * inverse.data[rowOf(i)]!);
    const g = dy.data.map((value, i) => value * (gamma?.data[i % cols] ?? 1));
    const rowMeans = (value: (i: number) => number): Float64Array => {
      const means = new Float64Array(rows);
      x.data.forEach((_, i) => {
        means[rowOf(i)]! += value(i) / cols;
      });
      return means;
    };
    const [total, dot] = [rowMeans((i) => (mean ? g[i]! : 0)), rowMeans((i) => g[i]! * normalized[i]!)];
    const data = g.map((value, i) => inverse.data[rowOf(i)]! * (value - total[rowOf(i)]! - normalized[i]! * dot[rowOf(i)]!));
    const columnSums = (value: (i: number) => number): RefArray => columnMeans(x, (i) => value(i) * rows);
    const dgamma = columnSums((i) => dy.data[i]! * normalized[i]!);
    return [{ shape: x.shape, data }, ...(gamma ? [dgamma, ...(mean ? [columnSums((i) => dy.data[i]!)] : [])] : [])];
  },
  test: {
    cases: layerNormCases(
      [true, false].flatMap((isCentered) => [true, false].map((hasGamma) => ({ isCentered, hasGamma, hasBeta: false }))),
      (shape, isCentered) => {
        const perRow = shape.slice(0, -1);
        return [shape, shape, perRow, ...(isCentered ? [perRow] : [])];
      },
    ),
    domain: { low: 0.5, high: 2 },
  },
  inPlace: [0, 1],
  work: ([x]) => 14 * sizeOf(x!.shape),
});

/**
 * Gradients of the normalization of rows, with x̂ = (x − mean)·inverse, g = γ·dy and means taken along the row:
 * dx = inverse·(g − mean(g) − x̂·mean(g·x̂)), dγ = Σ dy·x̂, dβ = Σ dy. Without `mean`, mean(g) and dβ are left out; without `gamma`,
 * dγ and dβ are.
 */
export function layerNormGrad(
  x: Node,
  dy: Node,
  inverse: Node,
  mean: Node | undefined,
  gamma: Node | undefined,
): { dx: Node; dgamma?: Node; dbeta?: Node } {
  const inputs = [x, dy, inverse, ...(mean ? [mean] : []), ...(gamma ? [gamma] : [])];
  const [dx, dgamma, dbeta] = op.all(inputs, { isCentered: mean !== undefined, hasGamma: gamma !== undefined });
  return { dx: dx!, ...(dgamma && { dgamma }), ...(dbeta && { dbeta }) };
}
