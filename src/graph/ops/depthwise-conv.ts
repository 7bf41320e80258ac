import { sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { zerosOf } from '../convolutions.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { checkDepthwise, depthwiseCases, forEachDepthwiseProduct } from '../depthwise.ts';
import type { Node } from '../node.ts';
import { pooledSpec } from '../pools.ts';
import { geometryWords, tapsOf, type WindowAttrs, type WindowOptions, windowsOver } from '../windows.ts';
import { depthwiseConvGradInput } from './depthwise-conv-grad-input.ts';
import { depthwiseConvGradWeights } from './depthwise-conv-grad-weights.ts';

const op = defineOp<WindowAttrs, 2>({
  name: 'depthwiseConv',
  infer: ([x, w], attrs) => {
    requireFloat32('depthwiseConv', x, w);
    checkDepthwise('depthwiseConv', w.shape, attrs, x.shape[x.shape.length - 1]!);
    return pooledSpec('depthwiseConv', x, attrs.inputSize, attrs.outputSize);
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, table }) => {
    const { shape } = inputSpecs[0]!;
    const channels = shape[shape.length - 1]!;
    const words = table(geometryWords(attrs, shape[0]!, channels, channels));
    k.depthwiseForward(inputs[0]!, inputs[1]!, outputs[0]!, words);
  },
  // Each product x·w of y: dx gets dy·w, dw gets x·dy.
  gradient: ({ inputs: [x, w], dy, attrs }) => [depthwiseConvGradInput(dy, w, attrs), depthwiseConvGradWeights(x, dy, attrs)],
  reference: ([x, w], attrs) => {
    const [batch, channels] = [x.shape[0]!, x.shape[x.shape.length - 1]!];
    const y = zerosOf([batch, ...attrs.outputSize, channels]);
    forEachDepthwiseProduct(attrs, batch, channels, (o, i, weight) => {
      y.data[o]! += x.data[i]! * w.data[weight]!;
    });
    return y;
  },
  test: { cases: depthwiseCases.map(({ x, w, attrs }) => ({ shapes: [x, w], attrs })) },
  work: ([x], attrs) => 2 * (sizeOf(x!.shape) / sizeOf(attrs.inputSize)) * sizeOf(attrs.outputSize) * tapsOf(attrs),
});

/**
 * Convolution of every channel with a kernel of its own, over one to three spatial dimensions. Shape: x [batch, …spatial, channels],
 * w [...kernel, channels] → [batch, …spatial, channels].
 *
 * @throws ShapeError when the channels differ or the input is smaller than the kernel
 */
export function depthwiseConv<X extends Operand, W extends Operand>(x: X, w: W, options: WindowOptions = {}): Result<X | W> {
  const [{ shape }, { shape: weights }] = [asNode('depthwiseConv', x), asNode('depthwiseConv', w)];
  const attrs = windowsOver('depthwiseConv', shape.slice(1, -1), weights.slice(0, -1), options);
  return op<Operand>([x, w], attrs) as Result<X | W>;
}

/** As {@link depthwiseConv}, with the windows given. */
export function depthwiseConvOver(x: Node, w: Node, attrs: WindowAttrs): Node {
  return op([x, w], attrs);
}
