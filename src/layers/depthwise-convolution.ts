/** @file What the depthwise and separable convolutions share: kernels of their own for every channel, several if asked for. */

import type { OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { ConstraintSpec } from '../constraints/index.ts';
import type { Node } from '../graph/node.ts';
import { broadcastTo, conv, depthwiseConv, reshape } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import type { InitializerSpec } from '../initializers/index.ts';
import type { RegularizerSpec } from '../regularizers/index.ts';
import { positiveInteger } from './checks.ts';
import { BaseConv, type BaseConvOptions, baseConvOptions } from './convolution.ts';
import type { LayerOptions, WeightOptions } from './layer.ts';

/** Options of the depthwise convolutions. */
export interface DepthwiseConvOptions extends BaseConvOptions {
  /** Edges: 'valid' leaves the kernel inside the input, 'same' pads so that stride 1 keeps the size. Default 'valid'. */
  readonly padding?: 'valid' | 'same';
  /** Kernels for each channel. Default 1. */
  readonly depthMultiplier?: number;
  /** Default 'glorotUniform'. */
  readonly depthwiseInitializer?: InitializerSpec;
  /** Penalty on the depthwise kernel. Default none. */
  readonly depthwiseRegularizer?: RegularizerSpec;
  /** Bounds of the depthwise kernel after every update. Default none. */
  readonly depthwiseConstraint?: ConstraintSpec;
}

/** Names of {@link DepthwiseConvOptions}. */
export const depthwiseConvOptions: OwnOptions<DepthwiseConvOptions, LayerOptions> = {
  ...baseConvOptions,
  padding: true,
  depthMultiplier: true,
  depthwiseInitializer: true,
  depthwiseRegularizer: true,
  depthwiseConstraint: true,
};

/** Options of the separable convolutions. */
export interface SeparableConvOptions extends DepthwiseConvOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Default 'glorotUniform'. */
  readonly pointwiseInitializer?: InitializerSpec;
  /** Penalty on the pointwise kernel. Default none. */
  readonly pointwiseRegularizer?: RegularizerSpec;
  /** Bounds of the pointwise kernel after every update. Default none. */
  readonly pointwiseConstraint?: ConstraintSpec;
}

/** Names of {@link SeparableConvOptions}. */
export const separableConvOptions: OwnOptions<SeparableConvOptions, LayerOptions> = {
  ...depthwiseConvOptions,
  filters: true,
  pointwiseInitializer: true,
  pointwiseRegularizer: true,
  pointwiseConstraint: true,
};

/** Base of all that begin with a depthwise convolution. */
abstract class DepthwiseBase<O extends DepthwiseConvOptions> extends BaseConv<O> {
  readonly depthMultiplier: number;
  readonly #kernelRules: WeightOptions;
  #kernel!: Variable;

  constructor(options: O, dimensions: number) {
    super(options, dimensions, options.padding ?? 'valid');
    const { depthMultiplier = 1, depthwiseInitializer, depthwiseRegularizer, depthwiseConstraint } = this.options;
    this.depthMultiplier = positiveInteger(this.where, 'depthMultiplier', depthMultiplier);
    this.#kernelRules = this.rules(depthwiseInitializer, depthwiseRegularizer, depthwiseConstraint);
  }

  /** Makes the depthwise kernel; returns the spatial sizes and channels it gives. */
  protected buildDepthwise(name: string, inputShape: PartialShape): { spatial: PartialShape; channels: number } {
    const { spatial, channels } = this.inputOf(inputShape);
    const outputs = this.outputSize(spatial);
    this.#kernel = this.addWeight(name, [...this.kernelSize, channels, this.depthMultiplier], this.#kernelRules);
    return { spatial: outputs, channels: channels * this.depthMultiplier };
  }

  /** The depthwise convolution of `x`. */
  protected depthwise(x: Node): Node {
    const { strides, padding, dilation, kernelSize, depthMultiplier } = this;
    const [sizes, channels] = [x.shape.slice(0, -1), x.shape[x.rank - 1]!];
    // Several kernels for a channel are one kernel each for as many copies of it.
    const copies =
      depthMultiplier === 1
        ? x
        : reshape(broadcastTo(reshape(x, [...x.shape, 1]), [...x.shape, depthMultiplier]), [
            ...sizes,
            channels * depthMultiplier,
          ]);
    const kernel = reshape(this.#kernel.node, [...kernelSize, channels * depthMultiplier]);
    return depthwiseConv(copies, kernel, { strides, padding, dilation });
  }
}

/** Base of DepthwiseConv1D and DepthwiseConv2D. */
export abstract class DepthwiseConv extends DepthwiseBase<DepthwiseConvOptions> {
  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = this.buildDepthwise('kernel', inputShape);
    this.buildBias(channels);
    return [inputShape[0] ?? null, ...spatial, channels];
  }

  override call(x: Node): Node {
    return this.finish(this.depthwise(x));
  }
}

/** Base of SeparableConv1D and SeparableConv2D. */
export abstract class SeparableConv extends DepthwiseBase<SeparableConvOptions> {
  readonly filters: number;
  readonly #pointwiseRules: WeightOptions;
  #pointwise!: Variable;

  constructor(options: SeparableConvOptions, dimensions: number) {
    super(options, dimensions);
    const { filters, pointwiseInitializer, pointwiseRegularizer, pointwiseConstraint } = this.options;
    this.filters = positiveInteger(this.where, 'filters', filters);
    this.#pointwiseRules = this.rules(pointwiseInitializer, pointwiseRegularizer, pointwiseConstraint);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = this.buildDepthwise('depthwise_kernel', inputShape);
    const ones = new Array<number>(this.dimensions).fill(1);
    this.#pointwise = this.addWeight('pointwise_kernel', [...ones, channels, this.filters], this.#pointwiseRules);
    this.buildBias(this.filters);
    return [inputShape[0] ?? null, ...spatial, this.filters];
  }

  override call(x: Node): Node {
    return this.finish(conv(this.depthwise(x), this.#pointwise.node));
  }
}
