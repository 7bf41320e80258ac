/** @file What all convolution layers share: options and their checks, weights with their rules, bias and activation at the end. */

import { fail } from '../base/fail.ts';
import type { OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape, type Shape } from '../base/shape.ts';
import { type ConstraintSpec, resolveConstraint } from '../constraints/index.ts';
import type { Node } from '../graph/node.ts';
import { add, conv } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import type { WindowPadding } from '../graph/windows.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { type Regularizer, type RegularizerSpec, resolveRegularizer } from '../regularizers/index.ts';
import { type ActivationFunction, type ActivationSpec, resolveActivation } from './activations.ts';
import { positiveInteger } from './checks.ts';
import { Layer, type LayerOptions, type WeightOptions } from './layer.ts';
import { paddingOf, type SizeOption, sizesOf, spatialOf, windowedSize } from './windowed.ts';

/** Options that every convolution takes. */
export interface BaseConvOptions extends LayerOptions {
  /** Size of the kernel, one number or one for each spatial dimension. */
  readonly kernelSize: SizeOption;
  /** Steps of the kernel. Default 1. */
  readonly strides?: SizeOption;
  /** Distance between the elements of the kernel. Default 1. Not together with strides. */
  readonly dilationRate?: SizeOption;
  /** Applied to the result. Default linear. */
  readonly activation?: ActivationSpec;
  /** Whether a bias is added. Default true. */
  readonly useBias?: boolean;
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerSpec;
  /** Penalty on the bias. Default none. */
  readonly biasRegularizer?: RegularizerSpec;
  /** Penalty on the outputs, divided by the size of the batch. Default none. */
  readonly activityRegularizer?: RegularizerSpec;
  /** Bounds of the bias after every update. Default none. */
  readonly biasConstraint?: ConstraintSpec;
}

/** Names of {@link BaseConvOptions}. */
export const baseConvOptions: OwnOptions<BaseConvOptions, LayerOptions> = {
  kernelSize: true,
  strides: true,
  dilationRate: true,
  activation: true,
  useBias: true,
  biasInitializer: true,
  biasRegularizer: true,
  activityRegularizer: true,
  biasConstraint: true,
};

/** Options of a kernel of filters. */
export interface KernelOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerSpec;
  /** Penalty on the kernel. Default none. */
  readonly kernelRegularizer?: RegularizerSpec;
  /** Bounds of the kernel after every update. Default none. */
  readonly kernelConstraint?: ConstraintSpec;
}

/** Options of Conv1D, Conv2D and Conv3D. */
export interface ConvLayerOptions extends BaseConvOptions, KernelOptions {
  /** Edges: 'valid' leaves the kernel inside the input, 'same' pads so that stride 1 keeps the size. Default 'valid'. */
  readonly padding?: 'valid' | 'same';
  /** Groups of channels that see only each other. Default 1. */
  readonly groups?: number;
}

/** Names of {@link KernelOptions}. */
export const kernelOptions: OwnOptions<KernelOptions, LayerOptions> = {
  filters: true,
  kernelInitializer: true,
  kernelRegularizer: true,
  kernelConstraint: true,
};

/** Names of {@link ConvLayerOptions}. */
export const convOptions: OwnOptions<ConvLayerOptions, LayerOptions> = {
  ...baseConvOptions,
  ...kernelOptions,
  groups: true,
  padding: true,
};

/** How a weight starts, what it costs and what bounds it: checked as soon as the layer is made. */
function checkedRules(where: string, rules: WeightOptions): WeightOptions {
  resolveInitializer(rules.initializer ?? 'glorotUniform', where);
  resolveRegularizer(rules.regularizer, where);
  resolveConstraint(rules.constraint, where);
  return rules;
}

/** Base of all convolution layers over `dimensions` spatial dimensions. */
export abstract class BaseConv<O extends BaseConvOptions> extends Layer<O> {
  readonly kernelSize: Shape;
  readonly strides: Shape;
  readonly dilation: Shape;
  readonly padding: WindowPadding;
  protected readonly dimensions: number;
  readonly #activation: ActivationFunction;
  readonly #activityRegularizer: Regularizer | undefined;
  readonly #biasRules: WeightOptions;
  #bias: Variable | undefined;

  constructor(options: O, dimensions: number, padding: WindowPadding, paddings: readonly WindowPadding[] = ['valid', 'same']) {
    super(options);
    const { kernelSize, strides = 1, dilationRate = 1, activation, activityRegularizer } = this.options;
    this.dimensions = dimensions;
    this.kernelSize = sizesOf(this.where, 'kernelSize', kernelSize, dimensions);
    this.strides = sizesOf(this.where, 'strides', strides, dimensions);
    this.dilation = sizesOf(this.where, 'dilationRate', dilationRate, dimensions);
    this.padding = paddingOf(this.where, padding, paddings);
    if (this.strides.some((stride) => stride > 1) && this.dilation.some((rate) => rate > 1)) {
      const got = `${formatShape(this.strides)} and ${formatShape(this.dilation)}`;
      fail(this.where, '`strides` or `dilationRate` to be 1', got, 'a kernel may step or be spread out, not both.');
    }
    this.#activation = resolveActivation(this.where, activation);
    this.#activityRegularizer = resolveRegularizer(activityRegularizer, this.where);
    const { biasInitializer = 'zeros', biasRegularizer, biasConstraint } = this.options;
    this.#biasRules = this.rules(biasInitializer, biasRegularizer, biasConstraint);
  }

  /** Rules of a weight, refused here when a name is unknown. */
  protected rules(
    initializer: InitializerSpec = 'glorotUniform',
    regularizer: RegularizerSpec | undefined,
    constraint: ConstraintSpec | undefined,
  ): WeightOptions {
    return checkedRules(this.where, { initializer, regularizer, constraint });
  }

  /** The spatial sizes and channels of an input. */
  protected inputOf(inputShape: PartialShape): { spatial: PartialShape; channels: number } {
    return spatialOf(this.where, inputShape, this.dimensions);
  }

  /** Spatial size of the output. */
  protected outputSize(spatial: PartialShape): PartialShape {
    return windowedSize(this.where, spatial, this);
  }

  /** Makes the bias, the last weight. */
  protected buildBias(filters: number): void {
    if (this.options.useBias ?? true) this.#bias = this.addWeight('bias', [filters], this.#biasRules);
  }

  /** Adds the bias and applies the activation, right behind the convolution so that they fuse with it. */
  protected finish(y: Node): Node {
    return this.regularize(this.#activation(this.#bias ? add(y, this.#bias) : y), this.#activityRegularizer);
  }
}

/** Base of Conv1D, Conv2D and Conv3D. Weights: `kernel` [...kernelSize, channels / groups, filters], `bias` [filters]. */
export abstract class Conv<O extends BaseConvOptions & KernelOptions & { readonly groups?: number }> extends BaseConv<O> {
  readonly filters: number;
  readonly groups: number;
  readonly #kernelRules: WeightOptions;
  #kernel!: Variable;

  constructor(options: O, dimensions: number, padding: WindowPadding, paddings?: readonly WindowPadding[]) {
    super(options, dimensions, padding, paddings);
    const { filters, groups = 1, kernelInitializer, kernelRegularizer, kernelConstraint } = this.options;
    this.filters = positiveInteger(this.where, 'filters', filters);
    this.groups = positiveInteger(this.where, 'groups', groups);
    if (this.filters % this.groups !== 0)
      fail(this.where, `\`filters\` to be a multiple of the ${this.groups} \`groups\``, String(filters));
    this.#kernelRules = this.rules(kernelInitializer, kernelRegularizer, kernelConstraint);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = this.inputOf(inputShape);
    if (channels % this.groups !== 0)
      fail(this.where, `channels that ${this.groups} \`groups\` divide`, `${channels} of shape ${formatShape(inputShape)}`);
    const outputs = this.outputSize(spatial);
    this.#kernel = this.addWeight('kernel', [...this.kernelSize, channels / this.groups, this.filters], this.#kernelRules);
    this.buildBias(this.filters);
    return [inputShape[0] ?? null, ...outputs, this.filters];
  }

  override call(x: Node): Node {
    const { strides, padding, dilation, groups } = this;
    return this.finish(conv(x, this.#kernel.node, { strides, padding, dilation, groups }));
  }
}
