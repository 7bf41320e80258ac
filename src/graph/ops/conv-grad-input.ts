import { sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import {
  blockOf,
  type ConvAttrs,
  checkChannelsLast,
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
import { convOver } from './conv.ts';
import { convGradWeights } from './conv-grad-weights.ts';

const sizesOf = (dy: { shape: RefArray['shape'] }, w: { shape: RefArray['shape'] }, attrs: ConvAttrs) =>
  convSizes('convGradInput', dy.shape[0]!, w.shape, attrs);

/** Units of work (images, or bands of their rows) there should be at least, so that threads find something to share. */
const leastUnits = 8;

/** Input rows of a band: by the shape alone. Narrow bands would compute too much twice. */
function bandRowsOf({ inputSize, kernelSize, dilation }: ConvAttrs, batch: number): number {
  const axis = inputSize.length - 2;
  if (axis < 0) return 1;
  const bands = Math.ceil(leastUnits / batch);
  const reach = (kernelSize[axis]! - 1) * dilation[axis]!;
  return Math.min(inputSize[axis]!, Math.max(Math.ceil(inputSize[axis]! / bands), 2 * reach + 1));
}

const op = defineOp<ConvAttrs, 2>({
  name: 'convGradInput',
  infer: ([dy, w], attrs) => {
    requireFloat32('convGradInput', dy, w);
    const { batch, inChannels, outChannels } = sizesOf(dy, w, attrs);
    checkChannelsLast('convGradInput', dy, attrs.outputSize, outChannels);
    return { shape: [batch, ...attrs.inputSize, inChannels], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch, epilogue: { bias, activation }, table, barrier }) => {
    const sizes = sizesOf(inputSpecs[0]!, inputSpecs[1]!, attrs);
    const { batch, pixels, depth, inChannels, outChannels } = sizes;
    const [dy, w, dx] = [inputs[0]!, inputs[1]!, outputs[0]!];
    if (isPointwise(attrs)) {
      k.gemmNT(dy, w, dx, bias, scratch, pixels, inChannels, outChannels, outChannels, outChannels, inChannels, activation, 0);
      return;
    }
    // Wᵀ once for all blocks, whose products would otherwise turn it each time.
    k.stridedCopy(w, scratch, table([outChannels, depth, 1, outChannels, depth, 1]), 2);
    barrier();
    const block = blockOf(sizes, attrs.groups);
    const [words, share, bandRows] = [table(convWords(attrs, sizes)), shareOf(sizes, block), bandRowsOf(attrs, batch)];
    const own = scratch + 4 * (depth * outChannels);
    k.convGradInput(dy, scratch, dx, bias, own, words, block, share, bandRows, activation);
  },
  // Linear in both: d(dy) = conv(g, w), dw = Σ over pixels of what g shows times dy.
  gradient: ({ inputs: [dy, w], dy: g, attrs }) => [convOver(g, w, attrs) as Node, convGradWeights(g, dy, attrs)],
  reference: ([dy, w], attrs) => {
    const sizes = sizesOf(dy, w, attrs);
    const dx = zerosOf([sizes.batch, ...attrs.inputSize, sizes.inChannels]);
    forEachProduct(attrs, sizes, (o, i, weight) => {
      dx.data[i]! += dy.data[o]! * w.data[weight]!;
    });
    return dx;
  },
  test: { cases: convCases.map(({ y, w, attrs }) => ({ shapes: [y, w], attrs })) },
  acceptsEpilogue: true,
  scratch: ([dy, w], attrs, threads) => {
    const sizes = sizesOf(dy!, w!, attrs);
    return sizeOf(w!.shape) + shareOf(sizes, blockOf(sizes, attrs.groups)) * threads;
  },
  work: ([dy, w], attrs) => convWork(sizesOf(dy!, w!, attrs), attrs.groups),
});

/** dL/dx of y = conv(x, w); also a transposed convolution of `dy`. Shape: dy [batch, …outputSize, filters] → [batch, …inputSize, channels]. */
export function convGradInput(dy: Node, w: Node, attrs: ConvAttrs): Node {
  return op([dy, w], attrs);
}
