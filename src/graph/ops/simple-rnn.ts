import { sizeOf } from '../../base/shape.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import {
  checkSequence,
  maskDomain,
  type RecurrentAttrs,
  recurrentCases,
  recurrentProduct,
  recurrentScratch,
  sizesOf,
  stateBefore,
  timeSteps,
  unitDomain,
} from '../recurrence.ts';
import type { RecurrentOptions } from './lstm.ts';
import { simpleRnnGrad } from './simple-rnn-grad.ts';

const op = defineOp<RecurrentAttrs, number>({
  name: 'simpleRnn',
  infer: ([projected, kernel, h0, mask]) => {
    const { batch, steps, units } = checkSequence('simpleRnn', 1, [projected!, kernel!, h0!], mask);
    return { shape: [batch, steps, units], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch }) => {
    const { batch, steps, units } = sizesOf(inputSpecs[1]!, inputSpecs[0]!);
    const [projected, kernel, h0, mask = 0] = inputs;
    k.simpleRnn(projected!, kernel!, h0!, mask, outputs[0]!, scratch, batch, steps, units, attrs.reverse ? 1 : 0);
  },
  // See simple-rnn-grad.ts.
  gradient: ({ inputs, outputs, dy, attrs }) => {
    const [, kernel, h0, mask] = inputs as readonly [Node, Node, Node, Node | undefined];
    const grads = simpleRnnGrad({ h: outputs[0]!, kernel, h0, mask, dh: dy }, attrs);
    return [grads.projected, grads.kernel, grads.h0, ...(mask ? [null] : [])];
  },
  reference: ([projected, kernel, h0, mask], { reverse }) => {
    const sizes = sizesOf(kernel!, projected!);
    const { units } = sizes;
    const h = new Float64Array(projected!.data.length);
    for (const step of timeSteps(sizes, reverse, mask)) {
      for (let j = 0; j < units; j++) {
        const at = step.at * units + j;
        h[at] = step.isSkipped
          ? stateBefore(step, h0!, h, units, j)
          : Math.tanh(projected!.data[at]! + recurrentProduct(step, h0!, h, kernel!, j));
      }
    }
    return { shape: projected!.shape, data: h };
  },
  test: {
    cases: recurrentCases(
      (batch, steps, units, hasMask) => [
        [batch, steps, units],
        [units, units],
        [batch, units],
        ...(hasMask ? [[batch, steps]] : []),
      ],
      (_hasMask, kernel) => [unitDomain, kernel, unitDomain, maskDomain],
      (reverse) => ({ reverse }),
    ),
    nonDifferentiable: [3],
  },
  inPlace: [0],
  scratch: ([projected, kernel], _attrs, threads) => recurrentScratch(1, sizesOf(kernel!, projected!).units, threads),
  work: ([projected, kernel]) => sizeOf(projected!.shape) * (2 * kernel!.shape[0]! + 20),
});

/**
 * The plain recurrent layer over whole sequences: h' = tanh(projected + h·kernel). Returns h after every step, at its time.
 *
 * Shape: projected [batch, steps, units], kernel [units, units], h0 [batch, units] → [batch, steps, units].
 */
export function simpleRnn(projected: Node, kernel: Node, h0: Node, { mask, reverse = false }: RecurrentOptions = {}): Node {
  return op([projected, kernel, h0, ...(mask ? [mask] : [])], { reverse });
}
