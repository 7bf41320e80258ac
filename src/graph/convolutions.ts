/** @file What a convolution and its two gradients share: attributes, shapes, how the work is cut, references and test cases. */

import { failShape } from '../base/fail.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { GEMM_SCRATCH_PER_THREAD } from '../engine/index.ts';
import type { RefArray } from './define-op.ts';
import {
  checkWindowed,
  forEachTap,
  geometryWords,
  tapsOf,
  type WindowAttrs,
  type WindowOptions,
  windowsOver,
} from './windows.ts';

/** Windows, and the number of groups of channels that see only each other. */
export interface ConvAttrs extends WindowAttrs {
  readonly groups: number;
}

/** Sizes of a convolution of x [batch, …inputSize, inChannels] to y [batch, …outputSize, outChannels]. */
export interface ConvSizes {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Rows of the weights seen as a matrix: taps × channels of a group. */
  readonly depth: number;
  /** Output pixels of the whole batch. */
  readonly pixels: number;
}

/** Sizes from those of weights [...kernelSize, channels of a group, filters]. */
export function convSizes(where: string, batch: number, weights: Shape, attrs: ConvAttrs): ConvSizes {
  const rank = attrs.kernelSize.length;
  const [channels, outChannels] = weights.slice(-2) as [number, number];
  const fits = weights.length === rank + 2 && attrs.kernelSize.every((size, i) => weights[i] === size);
  if (!fits) failShape(where, `weights [${attrs.kernelSize.join(', ')}, channels, filters]`, formatShape(weights));
  if (outChannels % attrs.groups !== 0) failShape(where, `filters that ${attrs.groups} groups divide`, `${outChannels}`);
  return {
    batch,
    inChannels: channels * attrs.groups,
    outChannels,
    depth: tapsOf(attrs) * channels,
    pixels: batch * sizeOf(attrs.outputSize),
  };
}

/** Refuses a tensor that is not [batch, …size, channels]. */
export function checkChannelsLast(where: string, x: { shape: Shape; dtype?: string }, size: Shape, channels: number): void {
  checkWindowed(where, { shape: x.shape, dtype: 'float32' }, size);
  if (x.shape[x.shape.length - 1] !== channels) failShape(where, `an input of ${channels} channels`, formatShape(x.shape));
}

/** The table of sizes kernels read. */
export function convWords(attrs: ConvAttrs, { batch, inChannels, outChannels }: ConvSizes): number[] {
  return geometryWords(attrs, batch, inChannels, outChannels, attrs.groups);
}

/** Whether a convolution is a plain matrix product of pixels and weights. */
export function isPointwise({ kernelSize, strides, before, inputSize, outputSize, groups }: ConvAttrs): boolean {
  const all = (sizes: Shape, value: number): boolean => sizes.every((size) => size === value);
  const same = inputSize.every((size, i) => size === outputSize[i]);
  return groups === 1 && same && all(kernelSize, 1) && all(strides, 1) && all(before, 0);
}

/** Pixels a thread lays out at a time: by the shape alone, because the bits of results depend on it. */
export function blockOf({ depth, inChannels, pixels }: ConvSizes, groups: number): number {
  const most = inChannels === groups ? 256 : depth > 512 ? 128 : 64;
  return Math.min(most, Math.ceil(pixels / 16) * 16);
}

/** Scratch of one thread, in floats: a block of patches and what a matrix product needs. */
export function shareOf(sizes: ConvSizes, block: number): number {
  return Math.ceil((block * sizes.depth) / 16) * 16 + GEMM_SCRATCH_PER_THREAD;
}

/** Floating-point operations of a convolution or of one of its gradients. */
export function convWork({ pixels, depth, outChannels }: ConvSizes, groups: number): number {
  return (2 * pixels * depth * outChannels) / groups;
}

/** Calls `visit` with the flat positions in y, x and w of every product a convolution adds up. */
export function forEachProduct(
  attrs: ConvAttrs,
  { batch, inChannels, outChannels }: ConvSizes,
  visit: (y: number, x: number, w: number) => void,
): void {
  const [channels, filters] = [inChannels / attrs.groups, outChannels / attrs.groups];
  forEachTap(attrs, batch, (output, input, tap) => {
    for (let o = 0; o < outChannels; o++) {
      const first = input * inChannels + Math.floor(o / filters) * channels;
      for (let c = 0; c < channels; c++) visit(output * outChannels + o, first + c, (tap * channels + c) * outChannels + o);
    }
  });
}

/** Float64 zeros of a shape. */
export function zerosOf(shape: Shape): RefArray {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

/** One convolution of the tests: shapes of x, w and y, and the attributes. */
export interface ConvCase {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly attrs: ConvAttrs;
}

function convCase(x: Shape, w: Shape, options: WindowOptions & { groups?: number } = {}): ConvCase {
  const { groups = 1, ...windows } = options;
  const attrs = { ...windowsOver('convCase', x.slice(1, -1), w.slice(0, -2), windows), groups };
  return { x, w, y: [x[0]!, ...attrs.outputSize, w[w.length - 1]!], attrs };
}

/** What every op of the family is tested with: odd sizes, one to three dimensions, strides, dilation, groups, edges, 1×1. */
export const convCases: readonly ConvCase[] = [
  convCase([1, 3, 3, 1], [3, 3, 1, 1]),
  convCase([2, 7, 6, 1], [3, 3, 1, 5], { padding: 'same' }),
  convCase([2, 9, 8, 1], [3, 2, 1, 3], { strides: [2, 3], padding: 'same' }),
  convCase([3, 8, 9, 3], [3, 3, 3, 17]),
  convCase([2, 7, 7, 5], [3, 3, 5, 4], { strides: 2, padding: 'same' }),
  convCase([1, 9, 7, 2], [3, 2, 2, 6], { dilation: [2, 3], padding: 'same' }),
  convCase([2, 5, 6, 6], [2, 3, 2, 9], { groups: 3 }),
  convCase([1, 5, 4, 3], [3, 3, 1, 6], { groups: 3, padding: 'same' }),
  convCase([2, 4, 3, 7], [1, 1, 7, 5]),
  convCase([2, 5, 5, 2], [1, 1, 2, 3], { strides: 2 }),
  convCase([2, 11, 3], [4, 3, 2], { padding: 'causal' }),
  convCase([2, 13, 2], [3, 2, 5], { dilation: 2, padding: 'causal' }),
  convCase([1, 4, 5, 3, 2], [3, 2, 2, 2, 3], { padding: 'same' }),
  convCase([2, 5, 4, 6, 1], [2, 2, 3, 1, 4], { strides: [2, 1, 2] }),
  convCase([2, 19, 17, 4], [3, 3, 4, 12]),
  convCase([2, 6, 7, 32], [3, 3, 32, 32], { padding: 'same' }),
];
