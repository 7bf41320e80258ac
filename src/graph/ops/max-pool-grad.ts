import { sizeOf } from '../../base/shape.ts';
import { zerosOf } from '../convolutions.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { poolCases, pooledSpec } from '../pools.ts';
import { forEachTap, geometryWords, tapsOf, type WindowAttrs } from '../windows.ts';
import { pickFromWindows } from './pick-from-windows.ts';

const op = defineOp<WindowAttrs, 2>({
  name: 'maxPoolGrad',
  infer: ([, dy], { inputSize, outputSize }) => pooledSpec('maxPoolGrad', dy, outputSize, inputSize),
  lower: (k, { inputs, outputs, inputSpecs, attrs, table }) => {
    const { shape } = inputSpecs[1]!;
    const channels = shape[shape.length - 1]!;
    k.maxPoolGrad(inputs[0]!, inputs[1]!, outputs[0]!, table(geometryWords(attrs, shape[0]!, channels, channels)));
  },
  // Linear in dy: each output takes the gradient of the element it gave to.
  gradient: ({ inputs: [indices], dy: g, attrs }) => [null, pickFromWindows(indices, g, attrs)],
  reference: ([indices, dy], attrs) => {
    const channels = dy.shape[dy.shape.length - 1]!;
    const dx = zerosOf([dy.shape[0]!, ...attrs.inputSize, channels]);
    forEachTap(attrs, dy.shape[0]!, (output, input, tap) => {
      for (let c = 0; c < channels; c++) {
        if (indices.data[output * channels + c] === tap) dx.data[input * channels + c]! += dy.data[output * channels + c]!;
      }
    });
    return dx;
  },
  test: {
    cases: poolCases.map(({ y, attrs, taps }) => ({
      shapes: [y, y],
      attrs,
      domain: [
        { low: 0, high: taps - 1, dtype: 'int32' },
        { low: -2, high: 2 },
      ],
    })),
  },
  work: ([, dy], attrs) => sizeOf(dy!.shape) * tapsOf(attrs),
});

/** dL/dx of maxPool: dy at the elements `indices` tell, 0 elsewhere; what overlapping windows give adds up. */
export function maxPoolGrad(indices: Node, dy: Node, attrs: WindowAttrs): Node {
  return op([indices, dy], attrs);
}
