import { sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { zerosOf } from '../convolutions.ts';
import { defineOp } from '../define-op.ts';
import { checkDepthwise, depthwiseCases, forEachDepthwiseProduct } from '../depthwise.ts';
import type { Node } from '../node.ts';
import { pooledSpec } from '../pools.ts';
import { geometryWords, tapsOf, type WindowAttrs } from '../windows.ts';
import { depthwiseConvOver } from './depthwise-conv.ts';
import { depthwiseConvGradWeights } from './depthwise-conv-grad-weights.ts';

const op = defineOp<WindowAttrs, 2>({
  name: 'depthwiseConvGradInput',
  infer: ([dy, w], attrs) => {
    requireFloat32('depthwiseConvGradInput', dy, w);
    checkDepthwise('depthwiseConvGradInput', w.shape, attrs, dy.shape[dy.shape.length - 1]!);
    return pooledSpec('depthwiseConvGradInput', dy, attrs.outputSize, attrs.inputSize);
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, table }) => {
    const { shape } = inputSpecs[0]!;
    const channels = shape[shape.length - 1]!;
    const words = table(geometryWords(attrs, shape[0]!, channels, channels));
    k.depthwiseGradInput(inputs[0]!, inputs[1]!, outputs[0]!, words);
  },
  // Linear in both: d(dy) = depthwise(g, w), dw = Σ over pixels of g times dy.
  gradient: ({ inputs: [dy, w], dy: g, attrs }) => [depthwiseConvOver(g, w, attrs), depthwiseConvGradWeights(g, dy, attrs)],
  reference: ([dy, w], attrs) => {
    const [batch, channels] = [dy.shape[0]!, dy.shape[dy.shape.length - 1]!];
    const dx = zerosOf([batch, ...attrs.inputSize, channels]);
    forEachDepthwiseProduct(attrs, batch, channels, (o, i, weight) => {
      dx.data[i]! += dy.data[o]! * w.data[weight]!;
    });
    return dx;
  },
  test: { cases: depthwiseCases.map(({ y, w, attrs }) => ({ shapes: [y, w], attrs })) },
  work: ([dy], attrs) => 2 * sizeOf(dy!.shape) * tapsOf(attrs),
});

/** dL/dx of y = depthwiseConv(x, w). */
export function depthwiseConvGradInput(dy: Node, w: Node, attrs: WindowAttrs): Node {
  return op([dy, w], attrs);
}
