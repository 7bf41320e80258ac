import type { OptionNames, OwnOptions } from '../base/names.ts';
import { type PartialShape, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { layerNorm, reshape } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { type AffineOptions, type AffineWeights, affineWeights } from './affine.ts';
import { positiveNumber } from './checks.ts';
import type { LayerOptions } from './layer.ts';
import { Layer } from './layer.ts';
import { type AxisSpec, checkAxes, overAxes, sizesOfAxes } from './normalized-axes.ts';

/** Options of {@link LayerNormalization}. */
export interface LayerNormalizationOptions extends AffineOptions {
  /** Axes that are normalized together. Default −1. */
  readonly axis?: AxisSpec;
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number;
}

/**
 * Normalizes each sample over `axis`: gamma·(x − mean)/√(variance + epsilon) + beta, with the sample's own mean and variance (divided
 * by N), in training and in use alike. Weights: `gamma`, `beta`, in the shape of the axes.
 *
 * Shape: any → same. Ba, Kiros & Hinton 2016.
 *
 * @throws MyelinError when `epsilon` is not positive or `axis` names no axis
 */
export class LayerNormalization extends Layer<LayerNormalizationOptions> {
  static override readonly type: string = 'LayerNormalization';
  static override readonly optionNames: OptionNames = {
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
  } satisfies OwnOptions<LayerNormalizationOptions, LayerOptions>;
  readonly epsilon: number;
  readonly #axis: AxisSpec;
  readonly #affine: AffineWeights;
  #gamma: Variable | undefined;
  #beta: Variable | undefined;

  constructor(options: LayerNormalizationOptions = {}) {
    super(options);
    const { axis = -1, epsilon = 0.001 } = this.options;
    checkAxes(this.where, axis);
    this.#axis = axis;
    this.#affine = affineWeights(this.where, this.options);
    this.epsilon = positiveNumber(this.where, 'epsilon', epsilon);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: PartialShape): PartialShape {
    const { gamma, beta } = this.#affine;
    const sizes = sizesOfAxes(this.where, this.#axis, inputShape);
    if (gamma) this.#gamma = this.addWeight('gamma', sizes, gamma);
    if (beta) this.#beta = this.addWeight('beta', sizes, beta);
    return inputShape;
  }

  override call(x: Node): Node {
    const row = (weight: Variable | undefined): Node | null => (weight ? reshape(weight.node, [sizeOf(weight.shape)]) : null);
    return overAxes(this.where, x, this.#axis, (rows) =>
      layerNorm(rows, row(this.#gamma), row(this.#beta), { epsilon: this.epsilon }),
    );
  }
}
