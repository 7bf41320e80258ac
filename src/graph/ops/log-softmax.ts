import { defineOp, type Operand, type Result } from '../define-op.ts';
import { alongLastAxis, lastAxisCases, referenceSoftmax, rowSpec, rowsOf } from '../rows.ts';
import { logSoftmaxGrad } from './log-softmax-grad.ts';

const op = defineOp<object, 1>({
  name: 'logSoftmax',
  infer: ([x]) => rowSpec('logSoftmax', x),
  lower: (k, { inputs, outputs, inputSpecs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    k.logSoftmax(inputs[0]!, outputs[0]!, rows, cols);
  },
  // dL/dx = dy − eʸ · Σ dy
  gradient: ({ outputs, dy }) => [logSoftmaxGrad(outputs[0]!, dy)],
  reference: ([x]) => {
    const { logTotals } = referenceSoftmax(x);
    const { cols } = rowsOf(x);
    return { shape: x.shape, data: x.data.map((v, i) => v - logTotals[Math.floor(i / cols)]!) };
  },
  test: { cases: lastAxisCases.map((shape) => ({ shapes: [shape], attrs: {} })), domain: { low: -4, high: 4 } },
  inPlace: [0],
});

/** The logarithm of {@link softmax} along `axis` (default: the last), exact where softmax itself has lost the small ones. Shape: any of rank >= 1 → same. */
export function logSoftmax<X extends Operand>(x: X, axis = -1): Result<X> {
  return alongLastAxis('logSoftmax', x, axis, (moved) => op<Operand>([moved], {}));
}
