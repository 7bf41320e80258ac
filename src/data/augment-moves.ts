/** @file Steps that move pixels: flips, crops, rotations, translations, zooms. */

import { describe, fail, failShape } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import { cosPi } from '../schedules/portable-math.ts';
import { type Factor, type ImageStep, type MoveOptions, movesOf, rangeOf, seenThrough } from './image.ts';

const moveNames = { fillMode: true, interpolation: true, fillValue: true } as const satisfies Record<keyof MoveOptions, true>;

/**
 * Flips every second image on average: left for right, top for bottom, or both, each drawn for itself.
 *
 * @param mode default 'horizontal'
 */
export function flip(mode: 'horizontal' | 'vertical' | 'both' = 'horizontal'): ImageStep {
  if (!['horizontal', 'vertical', 'both'].includes(mode))
    fail('augment.flip', "`mode` to be 'horizontal', 'vertical' or 'both'", describe(mode));
  const exact = movesOf('augment.flip', { interpolation: 'nearest' });
  return (image, random) => {
    const [isMirrored, isTurned] = [
      random.uniform() < 0.5 && mode !== 'vertical',
      random.uniform() < 0.5 && mode !== 'horizontal',
    ];
    if (!isMirrored && !isTurned) return image;
    const [a, c] = isMirrored ? [-1, image.width - 1] : [1, 0];
    const [e, f] = isTurned ? [-1, image.height - 1] : [1, 0];
    return seenThrough(image, [a, 0, c, 0, e, f], exact);
  };
}

/** Options of {@link crop}. */
export interface CropOptions extends MoveOptions {
  /** Height of the part. Default: that of the image, without its padding. */
  readonly height?: number;
  /** Width of the part. Default: that of the image, without its padding. */
  readonly width?: number;
  /** Pixels added on every side before the part is cut out. Default 0. */
  readonly padding?: number;
}

/** Cuts out a part at a random place, of the image with a padding around it: what `fillMode` says (default 'constant', zeros). */
export function crop(options: CropOptions): ImageStep {
  const where = 'augment.crop';
  checkOptionNames(where, options, { height: true, width: true, padding: true, ...moveNames } satisfies Record<
    keyof CropOptions,
    true
  >);
  const { padding = 0, fillMode = 'constant' } = options;
  wholeNumber(where, 'padding', padding, 0);
  if (options.height !== undefined) wholeNumber(where, 'height', options.height, 1);
  if (options.width !== undefined) wholeNumber(where, 'width', options.width, 1);
  const exact = movesOf(where, { ...options, fillMode, interpolation: 'nearest' });
  return (image, random) => {
    const { height = image.height, width = image.width } = options;
    const [rows, cols] = [image.height + 2 * padding - height, image.width + 2 * padding - width];
    if (rows < 0 || cols < 0)
      failShape(
        where,
        `images of at least ${height} × ${width} with their padding`,
        `${image.height} × ${image.width} and ${padding}`,
      );
    const [top, left] = [random.below(rows + 1) - padding, random.below(cols + 1) - padding];
    return seenThrough(image, [1, 0, left, 0, 1, top], exact, height, width);
  };
}

/** Options of {@link rotate}. */
export interface RotateOptions extends MoveOptions {
  /** Largest angle in degrees, or the range of angles, in [−360, 360]. Positive angles turn counter-clockwise. */
  readonly degrees: Factor;
}

/** Turns images about their middle by a random angle. */
export function rotate(options: RotateOptions): ImageStep {
  const where = 'augment.rotate';
  checkOptionNames(where, options, { degrees: true, ...moveNames } satisfies Record<keyof RotateOptions, true>);
  const [low, high] = rangeOf(where, 'degrees', options.degrees, -360, 360);
  const moves = movesOf(where, options);
  return (image, random) => {
    const halfTurns = random.between(low, high) / 180;
    const size = Math.abs(halfTurns);
    const cosine = cosPi(size);
    // sin(π·x) = cos(π·(x − ½))
    const sine = Math.sign(halfTurns) * cosPi(Math.abs(size - 0.5));
    const [x, y] = [(image.width - 1) / 2, (image.height - 1) / 2];
    // The middle (x, y) stays where it is.
    return seenThrough(image, [cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y], moves);
  };
}

/** Options of {@link translate}. */
export interface TranslateOptions extends MoveOptions {
  /** Largest move as a share of the height, in [−1, 1], or the range of moves. Positive moves go down. Default 0. */
  readonly height?: Factor;
  /** Largest move as a share of the width, in [−1, 1], or the range of moves. Positive moves go right. Default 0. */
  readonly width?: Factor;
}

/** Moves images by random distances. */
export function translate(options: TranslateOptions): ImageStep {
  const where = 'augment.translate';
  checkOptionNames(where, options, { height: true, width: true, ...moveNames } satisfies Record<keyof TranslateOptions, true>);
  const down = rangeOf(where, 'height', options.height ?? 0, -1, 1);
  const right = rangeOf(where, 'width', options.width ?? 0, -1, 1);
  const moves = movesOf(where, options);
  return (image, random) => {
    const [y, x] = [random.between(...down) * image.height, random.between(...right) * image.width];
    return seenThrough(image, [1, 0, -x, 0, 1, -y], moves);
  };
}

/** Options of {@link zoom}. */
export interface ZoomOptions extends MoveOptions {
  /** Largest change of the size of what is seen, in [−0.99, 1], or the range of changes. Positive ones zoom out: things get smaller. */
  readonly factor: Factor;
}

/** Zooms into or out of the middle of images by a random factor, the same for height and width. */
export function zoom(options: ZoomOptions): ImageStep {
  const where = 'augment.zoom';
  checkOptionNames(where, options, { factor: true, ...moveNames } satisfies Record<keyof ZoomOptions, true>);
  const range = rangeOf(where, 'factor', options.factor, -0.99, 1);
  const moves = movesOf(where, options);
  return (image, random) => {
    const scale = 1 + random.between(...range);
    const offset = (size: number): number => ((1 - scale) * (size - 1)) / 2;
    return seenThrough(image, [scale, 0, offset(image.width), 0, scale, offset(image.height)], moves);
  };
}
