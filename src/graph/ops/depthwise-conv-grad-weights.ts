import { sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { zerosOf } from '../convolutions.ts';
import { defineOp } from '../define-op.ts';
import { depthwiseCases, forEachDepthwiseProduct } from '../depthwise.ts';
import type { Node, TensorSpec } from '../node.ts';
import { checkWindowed, geometryWords, tapsOf, type WindowAttrs } from '../windows.ts';
import { depthwiseConvOver } from './depthwise-conv.ts';
import { depthwiseConvGradInput } from './depthwise-conv-grad-input.ts';

const mostPieces = 16;

/** Into how many sums over rows of pixels the work is cut: by the shape alone. */
function piecesOf({ shape }: TensorSpec, { outputSize }: WindowAttrs): { pieces: number; pieceRows: number } {
  const rows = shape[0]! * sizeOf(outputSize.slice(0, -1));
  const pieceRows = Math.ceil(rows / mostPieces);
  return { pieces: Math.ceil(rows / pieceRows), pieceRows };
}

const op = defineOp<WindowAttrs, 2>({
  name: 'depthwiseConvGradWeights',
  infer: ([x, dy], attrs) => {
    requireFloat32('depthwiseConvGradWeights', x, dy);
    checkWindowed('depthwiseConvGradWeights', x, attrs.inputSize);
    checkWindowed('depthwiseConvGradWeights', dy, attrs.outputSize);
    return { shape: [...attrs.kernelSize, x.shape[x.shape.length - 1]!], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch, table, barrier, n }) => {
    const { shape } = inputSpecs[0]!;
    const channels = shape[shape.length - 1]!;
    const { pieces, pieceRows } = piecesOf(inputSpecs[0]!, attrs);
    const words = table(geometryWords(attrs, shape[0]!, channels, channels));
    k.depthwiseGradWeights(inputs[0]!, inputs[1]!, scratch, words, pieces, pieceRows);
    barrier();
    k.sum(scratch, outputs[0]!, 1, pieces, n, 1);
  },
  // Linear in both: dx = what dy gives through the weights g, d(dy) = depthwise(x, g).
  gradient: ({ inputs: [x, dy], dy: g, attrs }) => [depthwiseConvGradInput(dy, g, attrs), depthwiseConvOver(x, g, attrs)],
  reference: ([x, dy], attrs) => {
    const [batch, channels] = [x.shape[0]!, x.shape[x.shape.length - 1]!];
    const dw = zerosOf([...attrs.kernelSize, channels]);
    forEachDepthwiseProduct(attrs, batch, channels, (o, i, weight) => {
      dw.data[weight]! += x.data[i]! * dy.data[o]!;
    });
    return dw;
  },
  test: { cases: depthwiseCases.map(({ x, y, attrs }) => ({ shapes: [x, y], attrs })) },
  scratch: ([x], attrs) => piecesOf(x!, attrs).pieces * tapsOf(attrs) * x!.shape[x!.shape.length - 1]!,
  work: ([, dy], attrs) => 2 * sizeOf(dy!.shape) * tapsOf(attrs),
});

/** dL/dw of y = depthwiseConv(x, w). */
export function depthwiseConvGradWeights(x: Node, dy: Node, attrs: WindowAttrs): Node {
  return op([x, dy], attrs);
}
