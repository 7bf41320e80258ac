/**
 * @file Images changed at random before a network sees them: `data.batch(128).map(augment.images([augment.flip(), augment.crop({ … })]))`.
 * What happens to an image follows from the seed, the pass and its place, so a pass can be repeated. Rotation, zoom and translation look
 * at images as the layers RandomRotation, RandomZoom and RandomTranslation do, brightness and contrast change them as those layers do.
 */

import { describe, fail, failShape } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Seed } from '../base/seed.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { newArray, Tensor, type TypedArray } from '../base/tensor.ts';
import type { Image, ImageStep } from './image.ts';
import { keyOfSeed, RandomStream } from './random-stream.ts';

export { brightness, contrast } from './augment-colors.ts';
export { cutout, erase } from './augment-erase.ts';
export { crop, flip, rotate, translate, zoom } from './augment-moves.ts';
export type { Image, ImageStep } from './image.ts';

/** Options of {@link images}. */
export interface ImagesOptions {
  /** Makes the changes reproducible by itself. Default: follows from `setSeed`. */
  readonly seed?: Seed;
}

const where = 'augment.images';

function changed(image: Image, steps: readonly ImageStep[], random: RandomStream): Image {
  let result = image;
  for (const step of steps) result = step(result, random);
  return result;
}

/** Puts the pixels into an array that may hold whole numbers only. */
function put(target: TypedArray, at: number, pixels: Float32Array): void {
  if (target instanceof Float32Array) target.set(pixels, at);
  else {
    const most = target instanceof Uint8Array ? 255 : 2 ** 31 - 1;
    const least = target instanceof Uint8Array ? 0 : -(2 ** 31);
    // Half a step up and rounded down: 0.5 becomes 1 everywhere.
    for (let i = 0; i < pixels.length; i++) target[at + i] = Math.min(most, Math.max(least, Math.floor(pixels[i]! + 0.5)));
  }
}

function augmented(source: Tensor, steps: readonly ImageStep[], random: RandomStream): Tensor {
  if (source.rank !== 3 && source.rank !== 4)
    failShape(where, 'images of shape [batch, height, width, channels] or [height, width, channels]', formatShape(source.shape));
  const isBatch = source.rank === 4;
  const count = isBatch ? source.shape[0]! : 1;
  const [height, width, channels] = source.shape.slice(-3) as [number, number, number];
  const size = height * width * channels;
  let result: Tensor | undefined;
  for (let i = 0; i < count; i++) {
    const data = Float32Array.from(source.data.subarray(i * size, (i + 1) * size));
    const image = changed({ data, height, width, channels }, steps, isBatch ? random.fork(i) : random);
    const shape = [image.height, image.width, image.channels];
    if (image.data.length !== sizeOf(shape))
      failShape(where, `${sizeOf(shape)} pixels for ${formatShape(shape)}`, `${image.data.length}`);
    result ??= new Tensor(newArray(source.dtype, count * sizeOf(shape)), isBatch ? [count, ...shape] : shape);
    if (formatShape(result.shape.slice(-3)) !== formatShape(shape))
      failShape(where, `images of one size, ${formatShape(result.shape.slice(-3))}`, formatShape(shape));
    put(result.data, i * image.data.length, image.data);
  }
  return result ?? source;
}

/**
 * A function for `Dataset.map` that changes images by `steps`, one after the other: the first part of elements or batches
 * (`[images, labels]`), or elements that are images themselves. The dtype stays; uint8 is rounded and kept in 0 … 255. A step of your own
 * is a function of an {@link Image} and a stream of random numbers.
 *
 * Shape: [height, width, channels] or [batch, height, width, channels] → the same, but for steps that change sizes.
 */
export function images(
  steps: readonly ImageStep[],
  options: ImagesOptions = {},
): <E>(element: E, index: number, pass: number) => E {
  checkOptionNames(where, options, { seed: true } satisfies Record<keyof ImagesOptions, true>);
  if (!Array.isArray(steps) || steps.some((step) => typeof step !== 'function')) fail(where, 'a list of steps', describe(steps));
  const key = keyOfSeed(options.seed);
  return <E>(element: E, index: number, pass: number): E => {
    const random = new RandomStream(key, pass, index);
    if (element instanceof Tensor) return augmented(element, steps, random) as E;
    const [first, ...rest] = Array.isArray(element) ? (element as unknown[]) : [];
    if (!(first instanceof Tensor)) fail(where, 'images as tensors, or elements [images, …]', describe(first ?? element));
    return [augmented(first, steps, random), ...rest] as E;
  };
}
