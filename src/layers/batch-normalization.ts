import { fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, normalizeAxis, type PartialShape } from '../base/shape.ts';
import { type ConstraintSpec, resolveConstraint } from '../constraints/index.ts';
import type { Node } from '../graph/node.ts';
import { batchNormInference, batchNormTraining, movingAverage, transpose } from '../graph/ops.ts';
import { currentTrace } from '../graph/trace.ts';
import type { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { type RegularizerSpec, resolveRegularizer } from '../regularizers/index.ts';
import { inRange } from './checks.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';

/** Options of {@link BatchNormalization}. */
export interface BatchNormalizationOptions extends LayerOptions {
  /** Axis of the features. Default −1. */
  readonly axis?: number;
  /** Share of the old value in the moving statistics. Default 0.99. */
  readonly momentum?: number;
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number;
  /** Whether `beta` is added. Default true. */
  readonly center?: boolean;
  /** Whether the result is multiplied by `gamma`. Default true. */
  readonly scale?: boolean;
  /** Default 'zeros'. */
  readonly betaInitializer?: InitializerSpec;
  /** Default 'ones'. */
  readonly gammaInitializer?: InitializerSpec;
  /** Default 'zeros'. */
  readonly movingMeanInitializer?: InitializerSpec;
  /** Default 'ones'. */
  readonly movingVarianceInitializer?: InitializerSpec;
  /** Penalty on `beta`. Default none. */
  readonly betaRegularizer?: RegularizerSpec;
  /** Penalty on `gamma`. Default none. */
  readonly gammaRegularizer?: RegularizerSpec;
  /** Bounds of `beta` after every update. Default none. */
  readonly betaConstraint?: ConstraintSpec;
  /** Bounds of `gamma` after every update. Default none. */
  readonly gammaConstraint?: ConstraintSpec;
}

/**
 * Normalizes each feature: gamma·(x − mean)/√(variance + epsilon) + beta. In training with the statistics of the batch (variance
 * divided by N), which also move the moving statistics; otherwise, and when the layer is frozen, with the moving statistics.
 * Weights: `gamma`, `beta`, `moving_mean`, `moving_variance`.
 *
 * Shape: any → same. Ioffe & Szegedy 2015.
 *
 * @throws MyelinError when `momentum` is outside [0, 1] or `epsilon` is not positive
 */
export class BatchNormalization extends Layer<BatchNormalizationOptions> {
  static override readonly type: string = 'BatchNormalization';
  static override readonly optionNames: OptionNames = {
    axis: true,
    momentum: true,
    epsilon: true,
    center: true,
    scale: true,
    betaInitializer: true,
    gammaInitializer: true,
    movingMeanInitializer: true,
    movingVarianceInitializer: true,
    betaRegularizer: true,
    gammaRegularizer: true,
    betaConstraint: true,
    gammaConstraint: true,
  } satisfies OwnOptions<BatchNormalizationOptions, LayerOptions>;
  readonly momentum: number;
  readonly epsilon: number;
  #gamma: Variable | undefined;
  #beta: Variable | undefined;
  #movingMean!: Variable;
  #movingVariance!: Variable;

  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    this.momentum = inRange(this.where, 'momentum', options.momentum ?? 0.99, 0, 1);
    this.epsilon = options.epsilon ?? 0.001;
    if (!(this.epsilon > 0 && this.epsilon < Infinity))
      fail(this.where, '`epsilon` to be a positive number', String(options.epsilon));
    for (const key of ['betaInitializer', 'gammaInitializer', 'movingMeanInitializer', 'movingVarianceInitializer'] as const) {
      if (options[key] !== undefined) resolveInitializer(options[key], this.where);
    }
    for (const regularizer of [options.betaRegularizer, options.gammaRegularizer]) resolveRegularizer(regularizer, this.where);
    for (const constraint of [options.betaConstraint, options.gammaConstraint]) resolveConstraint(constraint, this.where);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: PartialShape): PartialShape {
    const { axis = -1, scale = true, center = true } = this.options;
    const size = inputShape[normalizeAxis(this.where, axis, inputShape.length)];
    if (size === null || size === undefined)
      return failShape(this.where, `a known size of axis ${axis}`, `shape ${formatShape(inputShape)}`);
    if (scale) {
      const { gammaInitializer = 'ones', gammaRegularizer: regularizer, gammaConstraint: constraint } = this.options;
      this.#gamma = this.addWeight('gamma', [size], { initializer: gammaInitializer, regularizer, constraint });
    }
    if (center) {
      const { betaInitializer = 'zeros', betaRegularizer: regularizer, betaConstraint: constraint } = this.options;
      this.#beta = this.addWeight('beta', [size], { initializer: betaInitializer, regularizer, constraint });
    }
    const still = { trainable: false };
    this.#movingMean = this.addWeight('moving_mean', [size], {
      initializer: this.options.movingMeanInitializer ?? 'zeros',
      ...still,
    });
    this.#movingVariance = this.addWeight('moving_variance', [size], {
      initializer: this.options.movingVarianceInitializer ?? 'ones',
      ...still,
    });
    return inputShape;
  }

  override call(x: Node, { training }: CallContext): Node {
    const axis = normalizeAxis(this.where, this.options.axis ?? -1, x.rank);
    if (axis === x.rank - 1) return this.#normalize(x, training);
    // Kernels work on the last axis; the feature axis goes there and back.
    const swapped = Array.from({ length: x.rank }, (_, i) => (i === axis ? x.rank - 1 : i === x.rank - 1 ? axis : i));
    return transpose(this.#normalize(transpose(x, swapped), training), swapped);
  }

  #normalize(x: Node, training: boolean): Node {
    const { epsilon, momentum } = this;
    const gamma = this.#gamma?.node ?? null;
    const beta = this.#beta?.node ?? null;
    if (!training || !this.trainable || currentTrace().keepsStatistics) {
      return batchNormInference(x, this.#movingMean.node, this.#movingVariance.node, gamma, beta, { epsilon });
    }
    const { y, mean, variance } = batchNormTraining(x, gamma, beta, { epsilon });
    movingAverage(mean, this.#movingMean.node, momentum);
    movingAverage(variance, this.#movingVariance.node, momentum);
    return y;
  }
}
