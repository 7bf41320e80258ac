/** @file What the transposed convolutions share: the size of the output, and where the kernel's result is cut. */

import { fail } from '../base/fail.ts';
import type { OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape, type Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { convGradInput } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { positiveInteger } from './checks.ts';
import { BaseConv, type BaseConvOptions, baseConvOptions, type KernelOptions, kernelOptions } from './convolution.ts';
import type { LayerOptions, WeightOptions } from './layer.ts';
import { type SizeOption, sizesOf } from './windowed.ts';

/** Options of the transposed convolutions. */
export interface ConvTransposeOptions extends BaseConvOptions, KernelOptions {
  /** Edges: 'valid' keeps all a kernel reaches, 'same' gives stride times the size of the input. Default 'valid'. */
  readonly padding?: 'valid' | 'same';
  /** Elements added to the end of the output, less than the strides. Default: as many as `padding` asks for. */
  readonly outputPadding?: SizeOption | null;
}

/** Names of {@link ConvTransposeOptions}. */
export const convTransposeOptions: OwnOptions<ConvTransposeOptions, LayerOptions> = {
  ...baseConvOptions,
  ...kernelOptions,
  padding: true,
  outputPadding: true,
};

/** Size of the output along a dimension, and how many elements of the full result are cut off before it, by the rule of Keras. */
function transposedSize(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: string,
  extra: number | undefined,
): { output: number; before: number } {
  const extent = (kernel - 1) * dilation + 1;
  const full = (size - 1) * stride;
  if (padding === 'valid') return { output: full + extent + (extra ?? Math.max(stride - extent, 0)), before: 0 };
  const odd = extent % 2;
  const output = extra === undefined ? size * stride : full + odd + extra;
  const padded = extra === undefined ? stride + extent - 2 : extent + odd - 2 + extra;
  return { output, before: extent - 1 - Math.min(Math.ceil(padded / 2), extent - 1) };
}

/** Base of the transposed convolutions. Weights: `kernel` [...kernelSize, filters, channels], `bias` [filters]. */
export abstract class ConvTranspose extends BaseConv<ConvTransposeOptions> {
  readonly filters: number;
  readonly outputPadding: Shape | undefined;
  readonly #kernelRules: WeightOptions;
  #kernel!: Variable;

  constructor(options: ConvTransposeOptions, dimensions: number) {
    super(options, dimensions, options.padding ?? 'valid');
    const { filters, outputPadding, kernelInitializer, kernelRegularizer, kernelConstraint } = this.options;
    this.filters = positiveInteger(this.where, 'filters', filters);
    if (outputPadding !== undefined && outputPadding !== null) {
      this.outputPadding = sizesOf(this.where, 'outputPadding', outputPadding, dimensions, 0);
      if (this.outputPadding.some((extra, i) => extra >= this.strides[i]!)) {
        const limit = `less than the strides ${formatShape(this.strides)}`;
        fail(this.where, `\`outputPadding\` to be ${limit}`, formatShape(this.outputPadding));
      }
    }
    this.#kernelRules = this.rules(kernelInitializer, kernelRegularizer, kernelConstraint);
  }

  #place(size: number, axis: number): { output: number; before: number } {
    const { kernelSize, strides, dilation, padding, outputPadding } = this;
    return transposedSize(size, kernelSize[axis]!, strides[axis]!, dilation[axis]!, padding, outputPadding?.[axis]);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = this.inputOf(inputShape);
    this.#kernel = this.addWeight('kernel', [...this.kernelSize, this.filters, channels], this.#kernelRules);
    this.buildBias(this.filters);
    const outputs = spatial.map((size, axis) => (size === null ? null : this.#place(size, axis).output));
    return [inputShape[0] ?? null, ...outputs, this.filters];
  }

  override call(x: Node): Node {
    const outputSize = x.shape.slice(1, -1);
    const placed = outputSize.map((size, axis) => this.#place(size, axis));
    const { kernelSize, strides, dilation } = this;
    // The gradient of a convolution that would take the output to the input.
    const attrs = {
      inputSize: placed.map(({ output }) => output),
      outputSize,
      kernelSize,
      strides,
      dilation,
      before: placed.map(({ before }) => before),
      groups: 1,
    };
    return this.finish(convGradInput(x, this.#kernel.node, attrs));
  }
}
