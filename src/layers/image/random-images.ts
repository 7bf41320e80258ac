/** @file What layers that change images at random in training share: the random state, ranges of draws, and how images are sampled. */

import { describe, fail } from '../../base/fail.ts';
import type { Seed } from '../../base/seed.ts';
import type { PartialShape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import type { FillMode, Interpolation } from '../../graph/image-sampling.ts';
import type { Node } from '../../graph/node.ts';
import { affineSample, cast, randomUniform, stack } from '../../graph/ops.ts';
import { type CallContext, Layer, type LayerOptions } from '../layer.ts';
import { RandomState } from '../random-state.ts';
import { spatialOf } from '../windowed.ts';

/** What every layer that changes images at random can be given. */
export interface RandomImageOptions extends LayerOptions {
  /** Gives the layer a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
}

/** How images are sampled where pixels move by fractions. */
export interface SamplingOptions {
  /**
   * How images go on beyond their edges: 'reflect' d c b a | a b c d | d c b a, 'wrap' a b c d | a b c d | a b c d, 'nearest'
   * a a a a | a b c d | d d d d, 'constant' with `fillValue`. Default 'reflect'.
   */
  readonly fillMode?: FillMode;
  /** Default 'bilinear'. */
  readonly interpolation?: Interpolation;
  /** What surrounds images when `fillMode` is 'constant'. Default 0. */
  readonly fillValue?: number;
}

/** A factor f for a range around 0, from −f to f, or the ends of a range. */
export type FactorOption = number | readonly [number, number];

/** Lower and upper end of a draw. */
export type Range = readonly [low: number, high: number];

/** The range a factor stands for. */
export function rangeOf(where: string, name: string, factor: FactorOption, low: number, high: number): Range {
  const isInside = (value: unknown): value is number => typeof value === 'number' && value >= low && value <= high;
  if (isInside(factor)) return [Math.max(low, -Math.abs(factor)), Math.abs(factor)];
  if (Array.isArray(factor) && factor.length === 2 && factor.every(isInside))
    return factor[0]! <= factor[1]! ? [factor[0]!, factor[1]!] : [factor[1]!, factor[0]!];
  return fail(where, `\`${name}\` to be a number in [${low}, ${high}] or a pair of them`, describe(factor));
}

/** The lowest and the highest value of pixels, checked. */
export function valueRange(where: string, range: readonly [number, number] = [0, 255]): Range {
  const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] < range[1];
  return isRange ? range : fail(where, '`valueRange` to be a pair [low, high] of numbers, low < high', describe(range));
}

/** Checks the options, filling in what is not given. */
export function samplingOf(
  where: string,
  { fillMode = 'reflect', interpolation = 'bilinear', fillValue = 0 }: SamplingOptions,
): Required<SamplingOptions> {
  if (!['reflect', 'wrap', 'nearest', 'constant'].includes(fillMode))
    fail(where, "`fillMode` to be 'reflect', 'wrap', 'nearest' or 'constant'", describe(fillMode));
  checkInterpolation(where, interpolation);
  if (!Number.isFinite(fillValue)) fail(where, '`fillValue` to be a number', describe(fillValue));
  return { fillMode, interpolation, fillValue };
}

/** Refuses what is no interpolation. */
export function checkInterpolation(where: string, interpolation: unknown): void {
  if (interpolation !== 'bilinear' && interpolation !== 'nearest')
    fail(where, "`interpolation` to be 'bilinear' or 'nearest'", describe(interpolation));
}

/** One number for each image, spread evenly over the range. */
export function drawOne(state: Node, images: Node, [low, high]: Range): Node {
  return randomUniform([images.shape[0]!], { state, low, high });
}

/** Six entries [a, b, c, d, e, f], numbers or one for each image, as the matrices of affineSample. */
export function matricesOf(images: Node, entries: readonly (Node | number)[]): Node {
  const count = images.shape[0]!;
  const column = (entry: Node | number): Node | Tensor =>
    typeof entry === 'number' ? new Tensor(new Float32Array(count).fill(entry), [count]) : entry;
  return stack<Node | Tensor>(entries.map(column), 1) as Node;
}

/** A layer that changes images at random in training, every image in its own way, and leaves them alone otherwise. */
export abstract class RandomImages<O extends RandomImageOptions> extends Layer<O> {
  readonly #random: RandomState;

  constructor(options: O) {
    super(options);
    this.#random = new RandomState(this, this.options.seed);
  }

  override build(inputShape: PartialShape): PartialShape {
    spatialOf(this.where, inputShape, 2);
    return inputShape;
  }

  /** The images changed, drawing from `state`. */
  protected abstract change(images: Node, state: Node): Node;

  override call(x: Node, { training }: CallContext): Node {
    const images = cast(x, 'float32');
    return training ? this.change(images, this.#random.draw()) : images;
  }
}

/** A {@link RandomImages} that looks at each image through an affine map. */
export abstract class RandomMap<O extends RandomImageOptions & SamplingOptions> extends RandomImages<O> {
  readonly #sampling: Required<SamplingOptions>;

  constructor(options: O) {
    super(options);
    this.#sampling = samplingOf(this.where, this.options);
  }

  /** Entries of the matrices, see affineSample: where in the input each output pixel comes from. */
  protected abstract map(images: Node, state: Node): readonly (Node | number)[];

  protected override change(images: Node, state: Node): Node {
    return affineSample(images, matricesOf(images, this.map(images, state)), this.#sampling);
  }
}
