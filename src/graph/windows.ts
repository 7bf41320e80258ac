/**
 * @file Sliding windows, channels last, in one to three spatial dimensions: what convolutions and poolings share. Sizes by the rule
 * of TensorFlow and Keras, the table of sizes kernels read, and a walk over all taps for references.
 */

import { fail, failShape } from '../base/fail.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import type { TensorSpec } from './node.ts';

/** Windows over the spatial dimensions of [batch, …spatial, channels]: output o sees inputs o·stride − before + tap·dilation. */
export interface WindowAttrs {
  readonly inputSize: Shape;
  readonly outputSize: Shape;
  readonly kernelSize: Shape;
  readonly strides: Shape;
  readonly dilation: Shape;
  /** Positions before the input that the first window covers. */
  readonly before: Shape;
}

/** How the edges are treated: windows inside only, or padded so that all inputs count; `causal` pads before alone. */
export type WindowPadding = 'valid' | 'same' | 'causal';

/** How windows are placed; a number stands for every dimension. */
export interface WindowOptions {
  /** Default 1. */
  readonly strides?: number | Shape;
  /** Default 'valid'. */
  readonly padding?: WindowPadding;
  /** Default 1. */
  readonly dilation?: number | Shape;
}

const perDimension = (value: number | Shape, dimensions: number): Shape =>
  typeof value === 'number' ? new Array<number>(dimensions).fill(value) : value;

/** Output size and padding of one dimension, by the rule of TensorFlow: what 'same' cannot share equally goes to the end. */
export function placeWindows(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: WindowPadding,
): { output: number; before: number } {
  const extent = (kernel - 1) * dilation + 1;
  if (padding === 'valid') return { output: Math.floor((size - extent) / stride) + 1, before: 0 };
  const output = Math.ceil(size / stride);
  if (padding === 'causal') return { output, before: extent - 1 };
  return { output, before: Math.floor(Math.max((output - 1) * stride + extent - size, 0) / 2) };
}

/**
 * The windows of `kernelSize` over an input.
 *
 * @throws ShapeError when an input dimension is smaller than its window or the ranks do not fit
 */
export function windowsOver(where: string, inputSize: Shape, kernelSize: Shape, options: WindowOptions): WindowAttrs {
  const rank = kernelSize.length;
  if (rank < 1 || rank > 3 || inputSize.length !== rank) {
    failShape(
      where,
      'an input [batch, …spatial, channels] with one to three spatial axes, as many as the window has',
      `spatial axes ${formatShape(inputSize)} and a window ${formatShape(kernelSize)}`,
    );
  }
  const strides = perDimension(options.strides ?? 1, rank);
  const dilation = perDimension(options.dilation ?? 1, rank);
  const isSize = (size: number): boolean => Number.isInteger(size) && size >= 1;
  if (strides.length !== rank || dilation.length !== rank || ![...strides, ...dilation, ...kernelSize].every(isSize)) {
    fail(
      where,
      `window, strides and dilation to be ${rank} positive integers each`,
      `${formatShape(kernelSize)}, ${formatShape(strides)} and ${formatShape(dilation)}`,
    );
  }
  const placed = inputSize.map((size, i) =>
    placeWindows(size, kernelSize[i]!, strides[i]!, dilation[i]!, options.padding ?? 'valid'),
  );
  if (placed.some(({ output }) => output < 1)) {
    failShape(
      where,
      `an input at least as large as the window ${formatShape(kernelSize)} (dilation ${formatShape(dilation)})`,
      `spatial size ${formatShape(inputSize)}`,
      "use padding 'same'.",
    );
  }
  return {
    inputSize,
    kernelSize,
    strides,
    dilation,
    outputSize: placed.map(({ output }) => output),
    before: placed.map(({ before }) => before),
  };
}

/** Number of taps of a window. */
export const tapsOf = ({ kernelSize }: WindowAttrs): number => sizeOf(kernelSize);

/** The shape of an input (or output) of windows, checked against what came. */
export function checkWindowed(where: string, x: TensorSpec, size: Shape): void {
  if (x.shape.length === size.length + 2 && size.every((dimension, i) => x.shape[i + 1] === dimension)) return;
  failShape(where, `an input [batch, ${size.join(', ')}, channels]`, formatShape(x.shape));
}

/** The words of assembly/lib/conv-geometry.ts: fewer than three dimensions are the last ones. */
export function geometryWords(attrs: WindowAttrs, batch: number, inChannels: number, outChannels: number, groups = 1): number[] {
  const three = (sizes: Shape, missing: number): number[] => [...new Array<number>(3 - sizes.length).fill(missing), ...sizes];
  return [
    batch,
    ...three(attrs.inputSize, 1),
    inChannels,
    ...three(attrs.outputSize, 1),
    outChannels,
    ...three(attrs.kernelSize, 1),
    ...three(attrs.strides, 1),
    ...three(attrs.dilation, 1),
    ...three(attrs.before, 0),
    groups,
  ];
}

/** Calls `visit` with the flat positions of every output, of the input each of its taps sees, and of the tap, in order. */
export function forEachTap(attrs: WindowAttrs, batch: number, visit: (output: number, input: number, tap: number) => void): void {
  const { inputSize, outputSize, kernelSize, strides, dilation, before } = attrs;
  const indexOf = (flat: number, size: Shape): number[] => {
    const index = new Array<number>(size.length);
    for (let axis = size.length - 1; axis >= 0; axis--) {
      index[axis] = flat % size[axis]!;
      flat = Math.floor(flat / size[axis]!);
    }
    return index;
  };
  const [outputs, inputs] = [sizeOf(outputSize), sizeOf(inputSize)];
  for (let image = 0; image < batch; image++) {
    for (let o = 0; o < outputs; o++) {
      const at = indexOf(o, outputSize);
      for (let tap = 0; tap < sizeOf(kernelSize); tap++) {
        const seen = indexOf(tap, kernelSize).map((k, axis) => at[axis]! * strides[axis]! - before[axis]! + k * dilation[axis]!);
        if (seen.some((position, axis) => position < 0 || position >= inputSize[axis]!)) continue;
        const input = seen.reduce((flat, position, axis) => flat * inputSize[axis]! + position, 0);
        visit(image * outputs + o, image * inputs + input, tap);
      }
    }
  }
}
