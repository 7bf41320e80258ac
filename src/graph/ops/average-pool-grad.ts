import { sizeOf } from '../../base/shape.ts';
import { zerosOf } from '../convolutions.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { poolCases, pooledSpec } from '../pools.ts';
import { forEachTap, geometryWords, tapsOf, type WindowAttrs } from '../windows.ts';
import { averagePoolOver } from './average-pool.ts';

const op = defineOp<WindowAttrs, 1>({
  name: 'averagePoolGrad',
  infer: ([dy], { inputSize, outputSize }) => pooledSpec('averagePoolGrad', dy, outputSize, inputSize),
  lower: (k, { inputs, outputs, inputSpecs, attrs, table }) => {
    const { shape } = inputSpecs[0]!;
    const channels = shape[shape.length - 1]!;
    k.averagePoolGrad(inputs[0]!, outputs[0]!, table(geometryWords(attrs, shape[0]!, channels, channels)));
  },
  // Linear: each output takes the mean of the gradients of its window.
  gradient: ({ dy: g, attrs }) => [averagePoolOver(g, attrs)],
  reference: ([dy], attrs) => {
    const [batch, channels] = [dy.shape[0]!, dy.shape[dy.shape.length - 1]!];
    const counts = new Float64Array(batch * sizeOf(attrs.outputSize));
    forEachTap(attrs, batch, (output) => counts[output]!++);
    const dx = zerosOf([batch, ...attrs.inputSize, channels]);
    forEachTap(attrs, batch, (output, input) => {
      for (let c = 0; c < channels; c++) dx.data[input * channels + c]! += dy.data[output * channels + c]! / counts[output]!;
    });
    return dx;
  },
  test: { cases: poolCases.map(({ y, attrs }) => ({ shapes: [y], attrs })) },
  work: ([dy], attrs) => sizeOf(dy!.shape) * tapsOf(attrs),
});

/** dL/dx of averagePool. */
export function averagePoolGrad(dy: Node, attrs: WindowAttrs): Node {
  return op([dy], attrs);
}
