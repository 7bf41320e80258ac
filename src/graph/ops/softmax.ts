import { defineOp, type Operand, type Result } from '../define-op.ts';
import { alongLastAxis, lastAxisCases, referenceSoftmax, rowSpec, rowsOf } from '../rows.ts';
import { softmaxGrad } from './softmax-grad.ts';

const op = defineOp<object, 1>({
  name: 'softmax',
  infer: ([x]) => rowSpec('softmax', x),
  lower: (k, { inputs, outputs, inputSpecs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    k.softmax(inputs[0]!, outputs[0]!, rows, cols);
  },
  // dL/dx = y · (dy − Σ dy·y)
  gradient: ({ outputs, dy }) => [softmaxGrad(outputs[0]!, dy)],
  reference: ([x]) => referenceSoftmax(x).probabilities,
  test: { cases: lastAxisCases.map((shape) => ({ shapes: [shape], attrs: {} })), domain: { low: -4, high: 4 } },
  inPlace: [0],
  lossActivation: 'softmax',
});

/** eˣ / Σ eˣ along `axis` (default: the last): positive numbers that add up to 1. Shape: any of rank >= 1 → same. */
export function softmax<X extends Operand>(x: X, axis = -1): Result<X> {
  return alongLastAxis('softmax', x, axis, (moved) => op<Operand>([moved], {}));
}
