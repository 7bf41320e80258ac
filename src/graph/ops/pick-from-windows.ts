import { sizeOf } from '../../base/shape.ts';
import { zerosOf } from '../convolutions.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { poolCases, pooledSpec } from '../pools.ts';
import { forEachTap, geometryWords, tapsOf, type WindowAttrs } from '../windows.ts';
import { maxPoolGrad } from './max-pool-grad.ts';

const op = defineOp<WindowAttrs, 2>({
  name: 'pickFromWindows',
  infer: ([, x], { inputSize, outputSize }) => pooledSpec('pickFromWindows', x, inputSize, outputSize),
  lower: (k, { inputs, outputs, inputSpecs, attrs, table }) => {
    const { shape } = inputSpecs[1]!;
    const channels = shape[shape.length - 1]!;
    k.pickFromWindows(inputs[0]!, inputs[1]!, outputs[0]!, table(geometryWords(attrs, shape[0]!, channels, channels)));
  },
  // What an output gets goes to the element it was picked from.
  gradient: ({ inputs: [indices], dy, attrs }) => [null, maxPoolGrad(indices, dy, attrs)],
  reference: ([indices, x], attrs) => {
    const channels = x.shape[x.shape.length - 1]!;
    const y = zerosOf([x.shape[0]!, ...attrs.outputSize, channels]);
    forEachTap(attrs, x.shape[0]!, (output, input, tap) => {
      for (let c = 0; c < channels; c++) {
        if (indices.data[output * channels + c] === tap) y.data[output * channels + c]! += x.data[input * channels + c]!;
      }
    });
    return y;
  },
  test: {
    cases: poolCases.map(({ x, y, attrs, taps }) => ({
      shapes: [y, x],
      attrs,
      domain: [
        { low: 0, high: taps - 1, dtype: 'int32' },
        { low: -2, high: 2 },
      ],
    })),
  },
  work: ([indices], attrs) => sizeOf(indices!.shape) * tapsOf(attrs),
});

/** The element of each window that `indices` tell (0 where that lies outside the input): the gradient of maxPoolGrad. */
export function pickFromWindows(indices: Node, x: Node, attrs: WindowAttrs): Node {
  return op([indices, x], attrs);
}
