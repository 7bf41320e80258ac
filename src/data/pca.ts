/** @file Principal components: the directions in which data varies most. */

import { describe, fail, failShape } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { notNegative } from '../base/numbers.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import { samples } from './arrays.ts';
import { symmetricEigen } from './eigen.ts';
import { columnMoments, finiteSamples } from './scaler.ts';

/** Options of {@link PCA}. */
export interface PCAOptions {
  /** Number of components; or the share of the variance they shall explain, in (0, 1). Default: as many as features. */
  readonly components?: number;
  /**
   * true gives every component variance 1; 'zca' turns the components back afterwards, so that images stay like images: features then are
   * uncorrelated and of variance 1. Default false.
   */
  readonly whiten?: boolean | 'zca';
  /** Added to variances before dividing by their root, so that whitening does not blow up noise. Default 0, for 'zca' 1e-6. */
  readonly epsilon?: number;
}

/** Σ over the rows of (x − mean)·(x − mean)ᵀ, divided by n − 1. Four rows at a time, for the sake of the processor's cache. */
function covariance(x: Tensor, mean: Float64Array): Float64Array {
  const [count, features] = [x.shape[0]!, mean.length];
  const sums = new Float64Array(features * features);
  const block = Array.from({ length: 4 }, () => new Float64Array(features));
  const [a, b, c, d] = block as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let start = 0; start < count; start += 4) {
    block.forEach((row, r) => {
      const at = (start + r) * features;
      if (start + r >= count) row.fill(0);
      else for (let j = 0; j < features; j++) row[j] = x.data[at + j]! - mean[j]!;
    });
    for (let i = 0; i < features; i++) {
      const [ai, bi, ci, di] = [a[i]!, b[i]!, c[i]!, d[i]!];
      const at = i * features;
      for (let j = i; j < features; j++) sums[at + j]! += ai * a[j]! + bi * b[j]! + (ci * c[j]! + di * d[j]!);
    }
  }
  for (let i = 0; i < features; i++)
    for (let j = i; j < features; j++) {
      const value = sums[i * features + j]! / (count - 1);
      sums[i * features + j] = value;
      sums[j * features + i] = value;
    }
  return sums;
}

/** A fitted {@link PCA} as JSON. */
export interface PCARecord {
  readonly type: 'PCA';
  readonly options: PCAOptions;
  readonly mean: readonly number[];
  /** [components, features] in row-major order. */
  readonly components: readonly number[];
  readonly variance: readonly number[];
  /** Variance of all features together. */
  readonly total: number;
}

interface Learned {
  readonly mean: Float64Array;
  /** [components, features], rows of length 1. */
  readonly components: Float64Array;
  readonly variance: Float64Array;
  readonly total: number;
}

/**
 * Principal components of samples [n, features]. Signs are those of scikit-learn: the entry of a component that is largest in size is
 * positive. Works through the covariance in float64; meant for up to about a thousand features.
 */
export class PCA {
  readonly #options: PCAOptions;
  #learned: Learned | undefined;

  /** @throws MyelinError when an option does not fit */
  constructor(options: PCAOptions = {}) {
    checkOptionNames('PCA', options, { components: true, whiten: true, epsilon: true } satisfies Record<keyof PCAOptions, true>);
    const { components = 1, whiten = false, epsilon = 0 } = options;
    const isShare = components > 0 && components < 1;
    if (!isShare && !(Number.isInteger(components) && components >= 1))
      fail('PCA', '`components` to be a number of components or a share of the variance in (0, 1)', describe(components));
    if (typeof whiten !== 'boolean' && whiten !== 'zca') fail('PCA', "`whiten` to be true, false or 'zca'", describe(whiten));
    notNegative('PCA', 'epsilon', epsilon);
    this.#options = options;
  }

  get #fitted(): Learned {
    return this.#learned ?? fail('PCA', 'components learned from data', 'none', 'call fit first.');
  }

  /** Variance along each component (over n − 1), in descending order. */
  get explainedVariance(): number[] {
    return [...this.#fitted.variance];
  }

  /** Share of the whole variance each component explains. */
  get explainedVarianceRatio(): number[] {
    const { variance, total } = this.#fitted;
    return Array.from(variance, (value) => (total > 0 ? value / total : 0));
  }

  /** The components, rows of length 1. Shape: [components, features]. */
  get components(): Tensor {
    const { components, mean } = this.#fitted;
    return new Tensor(Float32Array.from(components), [components.length / mean.length, mean.length]);
  }

  /** Mean of each feature. */
  get mean(): number[] {
    return [...this.#fitted.mean];
  }

  /** Learns from samples [n, features], n >= 2. Gives the object itself. */
  fit(x: TensorLike): this {
    const where = 'PCA.fit';
    const data = finiteSamples(where, x);
    if (data.rank !== 2) failShape(where, 'samples of shape [n, features]', formatShape(data.shape), 'reshape images to rows.');
    const [count, features] = data.shape as [number, number];
    if (count < 2) failShape(where, 'at least 2 samples', `${count}`);
    const { components: wanted = features } = this.#options;
    if (wanted > Math.min(count, features) && this.#options.components !== undefined)
      failShape(where, `at most ${Math.min(count, features)} components for shape ${formatShape(data.shape)}`, `${wanted}`);
    const { mean } = columnMoments(data, features);
    const { values, vectors } = symmetricEigen(covariance(data, mean), features);
    // Rounding may take a variance of 0 a little below it.
    const variance = values.map((value) => Math.max(0, value));
    const total = variance.reduce((a, b) => a + b, 0);
    const most = Math.min(count, features);
    const kept = wanted < 1 ? Math.min(most, explaining(variance, wanted * total)) : Math.min(most, wanted);
    const components = vectors.slice(0, kept * features);
    for (let i = 0; i < kept; i++) fixSign(components.subarray(i * features, (i + 1) * features));
    this.#learned = { mean, components, variance: variance.slice(0, kept), total };
    return this;
  }

  /** What each component is multiplied by. */
  #factors(): Float64Array {
    const { variance } = this.#fitted;
    const { whiten = false, epsilon = whiten === 'zca' ? 1e-6 : 0 } = this.#options;
    if (whiten === false) return new Float64Array(variance.length).fill(1);
    const least = Number.EPSILON * (variance[0] ?? 0);
    // A component without variance is 0 for all samples; any factor will do, if it is finite.
    return variance.map((value) => (value + epsilon > least ? 1 / Math.sqrt(value + epsilon) : 1));
  }

  /** The samples in terms of the components, float32. Shape: [n, features] → [n, components], or [n, features] for 'zca'. */
  transform(x: TensorLike): Tensor {
    const { mean, components } = this.#fitted;
    const data = this.#rows('PCA.transform', x, mean.length);
    const scores = multiply(data, mean, components, this.#factors());
    if (this.#options.whiten !== 'zca') return toTensor(scores, components.length / mean.length);
    return toTensor(combine(scores, components, mean.length), mean.length);
  }

  /** Samples of which {@link transform} would make `x`; what lies outside of the components is lost. Shape: as transform, backwards. */
  inverseTransform(x: TensorLike): Tensor {
    const { mean, components } = this.#fitted;
    const kept = components.length / mean.length;
    const isZca = this.#options.whiten === 'zca';
    const data = this.#rows('PCA.inverseTransform', x, isZca ? mean.length : kept);
    const factors = this.#factors().map((factor) => 1 / factor);
    const scores = isZca
      ? multiply(data, new Float64Array(mean.length), components, factors)
      : Float64Array.from(data.data, (value, i) => value * factors[i % kept]!);
    const result = combine(scores, components, mean.length);
    for (let i = 0; i < result.length; i++) result[i]! += mean[i % mean.length]!;
    return toTensor(result, mean.length);
  }

  /** `fit(x).transform(x)`. */
  fitTransform(x: TensorLike): Tensor {
    return this.fit(x).transform(x);
  }

  /** What was learned, as plain data. */
  toJSON(): PCARecord {
    const { mean, components, variance, total } = this.#fitted;
    const lists = { mean: [...mean], components: [...components], variance: [...variance], total };
    return { type: 'PCA', options: { ...this.#options }, ...lists };
  }

  /** A PCA out of what `toJSON` gave. */
  static fromJSON(record: PCARecord): PCA {
    const where = 'PCA.fromJSON';
    if (record?.type !== 'PCA') fail(where, 'a record of type "PCA"', describe(record?.type ?? record));
    const numbers = (name: 'mean' | 'components' | 'variance'): Float64Array => {
      const list = record[name];
      const isList = Array.isArray(list) && list.length > 0 && list.every((value) => Number.isFinite(value));
      return isList ? Float64Array.from(list) : fail(where, `\`${name}\` as a list of numbers`, describe(list));
    };
    const result = new PCA(record.options);
    const [mean, components, variance] = [numbers('mean'), numbers('components'), numbers('variance')];
    if (components.length !== mean.length * variance.length)
      failShape(where, `${mean.length * variance.length} numbers in \`components\``, `${components.length}`);
    result.#learned = { mean, components, variance, total: notNegative(where, 'total', record.total) };
    return result;
  }

  #rows(where: string, x: TensorLike, width: number): Tensor {
    const data = samples(where, 'x', x);
    if (data.rank !== 2 || data.shape[1] !== width) failShape(where, `samples of shape [n, ${width}]`, formatShape(data.shape));
    return data;
  }
}

/** The least number of components whose variances reach `wanted`. */
function explaining(variance: Float64Array, wanted: number): number {
  let sum = 0;
  const at = variance.findIndex((value) => {
    sum += value;
    return sum >= wanted;
  });
  return at < 0 ? variance.length : at + 1;
}

/** Turns a component round if its entry that is largest in size is negative. */
function fixSign(component: Float64Array): void {
  let largest = 0;
  for (const value of component) if (Math.abs(value) > Math.abs(largest)) largest = value;
  if (largest < 0) for (let i = 0; i < component.length; i++) component[i] = -component[i]!;
}

/** Scores (x − mean)·componentᵀ·factor: [n, components]. */
function multiply(x: Tensor, mean: Float64Array, components: Float64Array, factors: Float64Array): Float64Array {
  const [features, kept] = [mean.length, factors.length];
  const count = x.size / features;
  const scores = new Float64Array(count * kept);
  const row = new Float64Array(features);
  for (let n = 0; n < count; n++) {
    for (let j = 0; j < features; j++) row[j] = x.data[n * features + j]! - mean[j]!;
    for (let k = 0; k < kept; k++) {
      let sum = 0;
      for (let j = 0; j < features; j++) sum += row[j]! * components[k * features + j]!;
      scores[n * kept + k] = sum * factors[k]!;
    }
  }
  return scores;
}

/** Σ score · component: [n, features]. */
function combine(scores: Float64Array, components: Float64Array, features: number): Float64Array {
  const kept = components.length / features;
  const result = new Float64Array((scores.length / kept) * features);
  scores.forEach((score, i) => {
    const [from, to] = [(i % kept) * features, Math.floor(i / kept) * features];
    for (let j = 0; j < features; j++) result[to + j]! += score * components[from + j]!;
  });
  return result;
}

function toTensor(values: Float64Array, columns: number): Tensor {
  return new Tensor(Float32Array.from(values), [values.length / columns, columns]);
}
