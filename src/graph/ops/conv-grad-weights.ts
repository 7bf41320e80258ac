import { failShape } from '../../base/fail.ts';
import { formatShape, sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import {
  type ConvAttrs,
  type ConvSizes,
  convCases,
  convSizes,
  convWords,
  convWork,
  forEachProduct,
  isPointwise,
  shareOf,
  zerosOf,
} from '../convolutions.ts';
import { defineOp, type RefArray } from '../define-op.ts';
import type { Node } from '../node.ts';
import { checkWindowed } from '../windows.ts';
import { convOver } from './conv.ts';
import { convGradInput } from './conv-grad-input.ts';

function weightsOf(x: { shape: RefArray['shape'] }, dy: { shape: RefArray['shape'] }, attrs: ConvAttrs): number[] {
  return [...attrs.kernelSize, x.shape[x.shape.length - 1]! / attrs.groups, dy.shape[dy.shape.length - 1]!];
}

const sizesOf = (x: { shape: RefArray['shape'] }, dy: { shape: RefArray['shape'] }, attrs: ConvAttrs): ConvSizes =>
  convSizes('convGradWeights', x.shape[0]!, weightsOf(x, dy, attrs), attrs);

/** Pixels laid out at a time: long sums keep the tiles of the matrix product busy. */
const blockOf = ({ pixels }: ConvSizes): number => Math.min(256, Math.ceil(pixels / 16) * 16);

/** Weights with at least this many elements are split among threads by rows; of smaller ones, the pixels are. */
const manyWeights = 8192;
const mostPieces = 16;

/** Into how many sums over pixels the work is cut: by the shape alone. */
function piecesOf(sizes: ConvSizes): { pieces: number; piecePixels: number } {
  const block = blockOf(sizes);
  const blocks = Math.ceil(sizes.pixels / block);
  if (sizes.depth * sizes.outChannels >= manyWeights) return { pieces: 1, piecePixels: blocks * block };
  const each = Math.ceil(blocks / mostPieces);
  return { pieces: Math.ceil(blocks / each), piecePixels: each * block };
}

const op = defineOp<ConvAttrs, 2>({
  name: 'convGradWeights',
  infer: ([x, dy], attrs) => {
    requireFloat32('convGradWeights', x, dy);
    checkWindowed('convGradWeights', x, attrs.inputSize);
    checkWindowed('convGradWeights', dy, attrs.outputSize);
    const shape = weightsOf(x, dy, attrs);
    if (!shape.every(Number.isInteger) || x.shape[0] !== dy.shape[0])
      failShape('convGradWeights', 'an input and a gradient that fit', `${formatShape(x.shape)} and ${formatShape(dy.shape)}`);
    return { shape, dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch, table, barrier }) => {
    const sizes = sizesOf(inputSpecs[0]!, inputSpecs[1]!, attrs);
    const { pixels, depth, inChannels, outChannels } = sizes;
    const [x, dy, dw] = [inputs[0]!, inputs[1]!, outputs[0]!];
    if (isPointwise(attrs)) {
      k.gemmTN(x, dy, dw, 0, scratch, inChannels, outChannels, pixels, inChannels, outChannels, outChannels, 0, 0);
      return;
    }
    const [block, { pieces, piecePixels }] = [blockOf(sizes), piecesOf(sizes)];
    const size = depth * outChannels;
    const own = pieces > 1 ? scratch + 4 * (pieces * size) : scratch;
    const target = pieces > 1 ? scratch : dw;
    const share = shareOf(sizes, block);
    k.convGradWeights(x, dy, target, own, table(convWords(attrs, sizes)), block, share, pieces, piecePixels);
    if (pieces === 1) return;
    barrier();
    k.sum(scratch, dw, 1, pieces, size, 1);
  },
  // Linear in both: dx = what dy gives through the weights g, d(dy) = conv(x, g).
  gradient: ({ inputs: [x, dy], dy: g, attrs }) => [convGradInput(dy, g, attrs), convOver(x, g, attrs) as Node],
  reference: ([x, dy], attrs) => {
    const dw = zerosOf(weightsOf(x, dy, attrs));
    forEachProduct(attrs, sizesOf(x, dy, attrs), (o, i, weight) => {
      dw.data[weight]! += x.data[i]! * dy.data[o]!;
    });
    return dw;
  },
  test: { cases: convCases.map(({ x, y, attrs }) => ({ shapes: [x, y], attrs })) },
  scratch: ([x, dy], attrs, threads) => {
    const sizes = sizesOf(x!, dy!, attrs);
    const { pieces } = piecesOf(sizes);
    const partial = pieces > 1 ? pieces * sizeOf(weightsOf(x!, dy!, attrs)) : 0;
    return partial + shareOf(sizes, blockOf(sizes)) * threads;
  },
  work: ([x, dy], attrs) => convWork(sizesOf(x!, dy!, attrs), attrs.groups),
});

/** dL/dw of y = conv(x, w). Shape: x [batch, …, channels], dy [batch, …, filters] → [...kernelSize, channels / groups, filters]. */
export function convGradWeights(x: Node, dy: Node, attrs: ConvAttrs): Node {
  return op([x, dy], attrs);
}
