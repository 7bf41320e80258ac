import { defineOp, type Operand, type Result } from '../define-op.ts';
import { alongLastAxis, lastAxisCases, referenceRows, rowSpec, rowsOf } from '../rows.ts';
import { div } from './div.ts';
import { greater } from './greater.ts';
import { mul } from './mul.ts';
import { stopGradient } from './stop-gradient.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

/** max(z − τ, 0) with τ from the sorted row, as in the paper. */
function project(row: readonly number[]): number[] {
  const sorted = row.toSorted((a, b) => b - a);
  let [total, threshold] = [0, 0];
  for (const [i, z] of sorted.entries()) {
    total += z;
    if (1 + (i + 1) * z <= total) break;
    threshold = (total - 1) / (i + 1);
  }
  return row.map((z) => Math.max(z - threshold, 0));
}

const op = defineOp<object, 1>({
  name: 'sparsemax',
  infer: ([x]) => rowSpec('sparsemax', x),
  lower: (k, { inputs, outputs, inputSpecs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    k.sparsemax(inputs[0]!, outputs[0]!, rows, cols);
  },
  // dL/dx = dy − the mean of dy over the support, on the support; 0 elsewhere
  gradient: ({ outputs, dy }) => {
    const support = stopGradient(greater(outputs[0]!, 0));
    const mean = div(sum(mul(support, dy), -1, true), sum(support, -1, true));
    return [mul(support, sub(dy, mean))];
  },
  reference: ([x]) => referenceRows([x], ([row]) => project(row)),
  test: { cases: lastAxisCases.map((shape) => ({ shapes: [shape], attrs: {} })) },
  inPlace: [0],
});

/**
 * The point of the simplex nearest to x along `axis` (default: the last): like softmax, but with exact zeros. Shape: any of rank >= 1
 * → same. Martins & Astudillo 2016.
 */
export function sparsemax<X extends Operand>(x: X, axis = -1): Result<X> {
  return alongLastAxis('sparsemax', x, axis, (moved) => op<Operand>([moved], {}));
}
