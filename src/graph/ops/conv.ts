import { failShape } from '../../base/fail.ts';
import { formatShape } from '../../base/shape.ts';
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
import { asNode, defineOp, type Operand, type RefArray, type Result } from '../define-op.ts';
import { type WindowOptions, windowsOver } from '../windows.ts';
import { convGradInput } from './conv-grad-input.ts';
import { convGradWeights } from './conv-grad-weights.ts';

const sizesOf = (x: { shape: RefArray['shape'] }, w: { shape: RefArray['shape'] }, attrs: ConvAttrs) =>
  convSizes('conv', x.shape[0]!, w.shape, attrs);

const op = defineOp<ConvAttrs, 2>({
  name: 'conv',
  infer: ([x, w], attrs) => {
    requireFloat32('conv', x, w);
    const { batch, inChannels, outChannels } = sizesOf(x, w, attrs);
    checkChannelsLast('conv', x, attrs.inputSize, inChannels);
    return { shape: [batch, ...attrs.outputSize, outChannels], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch, epilogue: { bias, activation }, table }) => {
    const sizes = sizesOf(inputSpecs[0]!, inputSpecs[1]!, attrs);
    const { pixels, depth, inChannels, outChannels } = sizes;
    const [x, w, y] = [inputs[0]!, inputs[1]!, outputs[0]!];
    if (isPointwise(attrs)) {
      k.gemmNN(x, w, y, bias, scratch, pixels, outChannels, depth, inChannels, outChannels, outChannels, activation, 0);
      return;
    }
    const block = blockOf(sizes, attrs.groups);
    k.convForward(x, w, y, bias, scratch, table(convWords(attrs, sizes)), block, shareOf(sizes, block), activation);
  },
  // Each product x·w of y: dx gets dy·w, dw gets x·dy.
  gradient: ({ inputs: [x, w], dy, attrs }) => [convGradInput(dy, w, attrs), convGradWeights(x, dy, attrs)],
  reference: ([x, w], attrs) => {
    const sizes = sizesOf(x, w, attrs);
    const y = zerosOf([sizes.batch, ...attrs.outputSize, sizes.outChannels]);
    forEachProduct(attrs, sizes, (o, i, weight) => {
      y.data[o]! += x.data[i]! * w.data[weight]!;
    });
    return y;
  },
  test: { cases: convCases.map(({ x, w, attrs }) => ({ shapes: [x, w], attrs })) },
  acceptsEpilogue: true,
  scratch: ([x, w], attrs, threads) => {
    const sizes = sizesOf(x!, w!, attrs);
    return shareOf(sizes, blockOf(sizes, attrs.groups)) * threads;
  },
  work: ([x, w], attrs) => convWork(sizesOf(x!, w!, attrs), attrs.groups),
});

/** Options of {@link conv}. */
export interface ConvOptions extends WindowOptions {
  /** Groups of channels that see only each other. Default 1. */
  readonly groups?: number;
}

/**
 * Convolution (the kernel is not turned) over one to three spatial dimensions, channels last. Shape: x [batch, …spatial, channels],
 * w [...kernel, channels / groups, filters] → [batch, …spatial, filters].
 *
 * @throws ShapeError when the channels do not fit or the input is smaller than the kernel
 */
export function conv<X extends Operand, W extends Operand>(x: X, w: W, options: ConvOptions = {}): Result<X | W> {
  const [{ shape }, { shape: weights }] = [asNode('conv', x), asNode('conv', w)];
  if (shape.length < 3) failShape('conv', 'an input [batch, …spatial, channels]', formatShape(shape));
  const { groups = 1, ...windows } = options;
  const attrs = { ...windowsOver('conv', shape.slice(1, -1), weights.slice(0, -2), windows), groups };
  return op<Operand>([x, w], attrs) as Result<X | W>;
}

/** As {@link conv}, with the windows given. */
export function convOver(x: Operand, w: Operand, attrs: ConvAttrs) {
  return op<Operand>([x, w], attrs);
}
