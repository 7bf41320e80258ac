import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, normalizeAxes, type PartialShape, type Shape, sizeOf, stridesOf } from '../base/shape.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import { checkFinite, samples, tensorNamed } from '../data/arrays.ts';
import type { Operand } from '../graph/define-op.ts';
import type { Node } from '../graph/node.ts';
import { add, cast, div, maximum, mul, reshape, sqrt, sub } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type AxisSpec, checkAxes, sizesOfAxes } from './normalized-axes.ts';

/** Options of {@link Normalization}. */
export interface NormalizationOptions extends LayerOptions {
  /** Axes with a mean and a variance for each place; null for one of all numbers. Default −1: for each feature. */
  readonly axis?: AxisSpec | null;
  /** Given together with `variance`, in place of `adapt`: a number, or one for each place along the axes. */
  readonly mean?: TensorLike;
  /** See `mean`. */
  readonly variance?: TensorLike;
  /** Whether to go back, from normalized numbers to the original ones. Default false. */
  readonly invert?: boolean;
}

/** Smallest deviation that is divided by: a feature that never changes becomes 0. */
const smallest = 1e-7;

/**
 * Brings features to mean 0 and variance 1: (x − mean)/√variance, with statistics that `adapt` finds in data before training. They
 * are weights that training leaves alone, `mean` and `variance`, unless they are given as options.
 *
 * Shape: any → same.
 *
 * @throws MyelinError when only one of `mean` and `variance` is given
 */
export class Normalization extends Layer<NormalizationOptions> {
  static override readonly type: string = 'Normalization';
  static override readonly optionNames: OptionNames = {
    axis: true,
    mean: true,
    variance: true,
    invert: true,
  } satisfies OwnOptions<NormalizationOptions, LayerOptions>;
  readonly #axis: AxisSpec;
  #mean!: Variable | Tensor;
  #variance!: Variable | Tensor;

  constructor(options: NormalizationOptions = {}) {
    super(options);
    const { axis = -1, mean, variance } = this.options;
    if (axis !== null && !(Array.isArray(axis) && axis.length === 0)) checkAxes(this.where, axis);
    this.#axis = axis ?? [];
    if ((mean === undefined) !== (variance === undefined))
      fail(this.where, '`mean` and `variance` together', mean === undefined ? 'no `mean`' : 'no `variance`');
  }

  override build(inputShape: PartialShape): PartialShape {
    const { mean, variance } = this.options;
    const sizes = sizesOfAxes(this.where, this.#axis, inputShape);
    if (mean !== undefined && variance !== undefined) {
      this.#mean = this.#given('mean', mean, sizes);
      this.#variance = this.#given('variance', variance, sizes);
      if (this.#variance.data.some((value) => !(value >= 0))) fail(this.where, '`variance` of numbers >= 0', describe(variance));
    } else {
      this.#mean = this.addWeight('mean', sizes, { initializer: 'zeros', trainable: false });
      this.#variance = this.addWeight('variance', sizes, { initializer: 'ones', trainable: false });
    }
    return inputShape;
  }

  /** An option as one number for each place along the axes. */
  #given(name: string, value: TensorLike, sizes: Shape): Tensor {
    const given = tensorNamed(this.where, name, value, 'float32');
    if (given.size === 1) return new Tensor(new Float32Array(sizeOf(sizes)).fill(given.data[0]!), sizes);
    if (given.size === sizeOf(sizes)) return new Tensor(given.data, sizes);
    return failShape(this.where, `\`${name}\` to be a number or of shape ${formatShape(sizes)}`, formatShape(given.shape));
  }

  /**
   * Replaces mean and variance by those of `data`, whose first axis is the batch. Builds the layer if need be.
   *
   * @throws MyelinError when mean and variance are options, or a number is not finite
   */
  adapt(data: TensorLike): void {
    const where = `${this.where}.adapt`;
    if (this.options.mean !== undefined) fail(where, 'a layer without options `mean` and `variance`', 'one that has them');
    const given = samples(where, 'data', data);
    checkFinite(where, 'data', given);
    this.ensureBuilt([null, ...given.shape.slice(1)]);
    const { mean, variance } = statistics(given, normalizeAxes(where, this.#axis, given.rank));
    (this.#mean as Variable).view().set(mean);
    (this.#variance as Variable).view().set(variance);
  }

  override call(x: Node): Node {
    const axes = normalizeAxes(this.where, this.#axis, x.rank);
    const shape = x.shape.map((size, i) => (axes.includes(i) ? size : 1));
    const input = cast(x, 'float32');
    const mean = reshape<Operand>(this.#mean, shape);
    const deviation = maximum<Operand, number>(sqrt(reshape<Operand>(this.#variance, shape)), smallest);
    return this.options.invert ? add(mul(input, deviation), mean) : div(sub(input, mean), deviation);
  }
}

/** Mean and variance (divided by N) at each place along `axes`, computed in float64. */
function statistics(data: Tensor, axes: readonly number[]): { mean: Float64Array; variance: Float64Array } {
  const strides = stridesOf(data.shape);
  const sizes = axes.map((axis) => data.shape[axis]!);
  const steps = stridesOf(sizes);
  const places = sizeOf(sizes);
  const perPlace = data.size / places;
  const placeOf = (i: number): number => {
    let place = 0;
    for (let j = 0; j < axes.length; j++) place += (Math.floor(i / strides[axes[j]!]!) % sizes[j]!) * steps[j]!;
    return place;
  };
  const [mean, variance] = [new Float64Array(places), new Float64Array(places)];
  data.data.forEach((value, i) => {
    mean[placeOf(i)]! += value / perPlace;
  });
  data.data.forEach((value, i) => {
    const place = placeOf(i);
    variance[place]! += (value - mean[place]!) ** 2 / perPlace;
  });
  return { mean, variance };
}
