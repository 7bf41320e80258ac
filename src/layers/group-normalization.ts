import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, normalizeAxis, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add, layerNorm, mul, reshape, transpose } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { type AffineOptions, type AffineWeights, affineWeights } from './affine.ts';
import { positiveNumber } from './checks.ts';
import type { LayerOptions } from './layer.ts';
import { Layer } from './layer.ts';

/** Options of {@link GroupNormalization}. */
export interface GroupNormalizationOptions extends AffineOptions {
  /** Number of groups the channels are divided into; −1 makes each channel its own group. Default 32. */
  readonly groups?: number;
  /** Axis of the channels. Default −1. */
  readonly axis?: number;
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number;
}

/**
 * Normalizes each sample by groups of neighbouring channels: gamma·(x − mean)/√(variance + epsilon) + beta, with mean and variance
 * (divided by N) over a group's channels and all other axes but the batch. Weights: `gamma`, `beta`, one per channel.
 *
 * Shape: any → same. Wu & He 2018.
 *
 * @throws MyelinError when `groups` is neither −1 nor a positive integer that divides the channels
 */
export class GroupNormalization extends Layer<GroupNormalizationOptions> {
  static override readonly type: string = 'GroupNormalization';
  static override readonly optionNames: OptionNames = {
    groups: true,
    axis: true,
    epsilon: true,
    center: true,
    scale: true,
    betaInitializer: true,
    gammaInitializer: true,
    betaRegularizer: true,
    gammaRegularizer: true,
    betaConstraint: true,
    gammaConstraint: true,
  } satisfies OwnOptions<GroupNormalizationOptions, LayerOptions>;
  readonly groups: number;
  readonly epsilon: number;
  readonly #affine: AffineWeights;
  #gamma: Variable | undefined;
  #beta: Variable | undefined;

  constructor(options: GroupNormalizationOptions = {}) {
    super(options);
    const { groups = 32, epsilon = 0.001 } = this.options;
    if (!Number.isInteger(groups) || (groups < 1 && groups !== -1))
      fail(this.where, '`groups` to be a positive integer or -1', describe(groups));
    this.groups = groups;
    this.epsilon = positiveNumber(this.where, 'epsilon', epsilon);
    this.#affine = affineWeights(this.where, this.options);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: PartialShape): PartialShape {
    const { gamma, beta } = this.#affine;
    const axis = this.#axisIn(inputShape);
    const channels = inputShape[axis];
    if (channels === null || channels === undefined)
      return failShape(this.where, `a known size of axis ${axis}`, `shape ${formatShape(inputShape)}`);
    if (this.groups > 0 && channels % this.groups !== 0) {
      failShape(this.where, `channels that ${this.groups} \`groups\` divide evenly`, `${channels} channels`);
    }
    if (gamma) this.#gamma = this.addWeight('gamma', [channels], gamma);
    if (beta) this.#beta = this.addWeight('beta', [channels], beta);
    return inputShape;
  }

  /** The channel axis counted from the front; the batch axis is none. */
  #axisIn(shape: PartialShape): number {
    const axis = normalizeAxis(this.where, this.options.axis ?? -1, shape.length);
    return axis > 0 ? axis : failShape(this.where, '`axis` to be another than the batch', `axis 0 of ${formatShape(shape)}`);
  }

  override call(x: Node): Node {
    const axis = this.#axisIn(x.shape);
    const channels = x.shape[axis]!;
    const groups = this.groups === -1 ? channels : this.groups;
    // With the channels right behind the batch, a group of one sample is one run of elements.
    const order = [0, axis, ...x.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis)];
    const channelsFirst = transpose(x, order);
    const rows = layerNorm(reshape(channelsFirst, [x.shape[0]! * groups, -1]), null, null, { epsilon: this.epsilon });
    const normalized = transpose(
      reshape(rows, channelsFirst.shape),
      order.map((_, i) => order.indexOf(i)),
    );
    const perChannel = (weight: Variable): Node =>
      reshape(
        weight.node,
        x.shape.map((_, i) => (i === axis ? channels : 1)),
      );
    const scaled = this.#gamma ? mul(normalized, perChannel(this.#gamma)) : normalized;
    return this.#beta ? add(scaled, perChannel(this.#beta)) : scaled;
  }
}
