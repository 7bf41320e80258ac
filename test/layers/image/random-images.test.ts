/** @file Layers that change images at random: that they draw what they say, for every image by itself, and only in training. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../../src/base/seed.ts';
import { Tensor } from '../../../src/base/tensor.ts';
import { jit } from '../../../src/graph/jit.ts';
import {
  type FlipMode,
  type Layer,
  RandomBrightness,
  RandomContrast,
  RandomCrop,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
} from '../../../src/layers/index.ts';
import { noise } from '../../support/models.ts';
import { runLayer } from '../../support/run-layer.ts';

const count = 4096;

/** `count` times the same 5 × 7 image of two channels: a pixel's column and row. */
const ramps = images(5, 7, (x, y) => [x, y]);

/** `count` equal images. */
function images(height: number, width: number, pixel: (x: number, y: number) => readonly number[]): Tensor {
  const image = Array.from({ length: height * width }, (_, i) => pixel(i % width, Math.floor(i / width))).flat();
  const data = Float32Array.from({ length: count * image.length }, (_, i) => image[i % image.length]!);
  return new Tensor(data, [count, height, width, image.length / (height * width)]);
}

/** Channels of pixel (x, y) of every image. */
function pixels({ data, shape }: Tensor, x: number, y: number): number[][] {
  const [batch, height, width, channels] = shape as readonly [number, number, number, number];
  return Array.from({ length: batch }, (_, b) => {
    const at = ((b * height + y) * width + x) * channels;
    return [...data.subarray(at, at + channels)];
  });
}

/** Throws unless the numbers look drawn evenly from [low, high], each by itself. */
function expectUniform(draws: readonly number[], low: number, high: number, error = 1e-5): void {
  const size = high - low;
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(low - error);
  expect(Math.max(...draws)).toBeLessThanOrEqual(high + error);
  // A gap at an end that is met once in e^10 tries.
  expect(Math.min(...draws) - low).toBeLessThan((10 / count) * size + error);
  expect(high - Math.max(...draws)).toBeLessThan((10 / count) * size + error);
  const mean = draws.reduce((a, b) => a + b, 0) / count;
  // Four standard deviations of the mean, and of the product of neighbours.
  expect(Math.abs(mean - (low + high) / 2)).toBeLessThan((4 * size) / Math.sqrt(12 * count));
  const product = draws.reduce((sum, draw, i) => sum + (draw - mean) * (draws[(i + 1) % count]! - mean), 0) / count;
  expect(Math.abs(product)).toBeLessThan((4 * size * size) / 12 / Math.sqrt(count));
}

const makers: readonly (readonly [name: string, make: (seed: number) => Layer])[] = [
  ['RandomFlip', (seed) => new RandomFlip({ seed })],
  ['RandomRotation', (seed) => new RandomRotation({ factor: 0.3, seed })],
  ['RandomTranslation', (seed) => new RandomTranslation({ heightFactor: 0.3, widthFactor: 0.3, seed })],
  ['RandomZoom', (seed) => new RandomZoom({ heightFactor: 0.3, seed })],
  ['RandomContrast', (seed) => new RandomContrast({ factor: 0.3, valueRange: [-9, 9], seed })],
  ['RandomBrightness', (seed) => new RandomBrightness({ factor: 0.3, valueRange: [-9, 9], seed })],
  ['RandomCrop', (seed) => new RandomCrop({ height: 3, width: 4, seed })],
];

describe.each(makers)('%s', (name, make) => {
  const x = noise([40, 5, 7, 3]);

  if (name !== 'RandomCrop') {
    test('leaves images alone in use', () => {
      expect(runLayer(make(1), x).data).toEqual(x.data);
    });
  }

  test('follows from its seed, and changes images in other ways in every run', () => {
    const runs = (seed: number): Tensor[] => {
      const layer = make(seed);
      layer.ensureBuilt([null, 5, 7, 3]);
      const run = jit((node) => layer.apply(node, { training: true }));
      return [run(x), run(x)];
    };
    const [first, second] = runs(1);
    expect(runs(1)).toEqual([first, second]);
    expect(second!.data).not.toEqual(first!.data);
    expect(runs(2)[0]!.data).not.toEqual(first!.data);
  });

  test('follows from the common seed when it has none of its own', () => {
    const run = (): Tensor => {
      setSeed(3);
      return runLayer(make(undefined as never), x, true);
    };
    expect(run()).toEqual(run());
  });

  test('refuses what is no image', () => {
    expect(() => make(1).ensureBuilt([null, 5, 7])).toThrow(
      /an input \[batch, height, width, channels\], got shape \[\?, 5, 7\]/,
    );
  });
});

test('RandomBrightness adds a share of the value range', () => {
  const x = images(1, 1, () => [0]);
  const layer = new RandomBrightness({ factor: 0.3, valueRange: [-1, 1], seed: 1 });
  expectUniform([...runLayer(layer, x, true).data], -0.6, 0.6);
  const pair = new RandomBrightness({ factor: [0.8, 0.2], valueRange: [-1, 1], seed: 1 });
  const y = [...runLayer(pair, x, true).data];
  expect(Math.min(...y)).toBeGreaterThan(0.4);
  // Half of the changes reach beyond the range.
  expect(y.filter((value) => value === 1).length / count).toBeCloseTo(0.5, 1);
});

test('RandomContrast multiplies distances from the mean of each channel', () => {
  const x = images(2, 2, (col, row) => [100 + (col === row ? 10 : -10), 50 + (row ? 20 : -20)]);
  const factors = (options: ConstructorParameters<typeof RandomContrast>[0]): number[] =>
    pixels(runLayer(new RandomContrast(options), x, true), 0, 0).map(([a, b]) => {
      expect((a! - 100) / 10).toBeCloseTo((50 - b!) / 20, 5);
      return (a! - 100) / 10;
    });
  expectUniform(factors({ factor: 0.2, seed: 1 }), 0.8, 1.2);
  expectUniform(factors({ factor: [0.1, 0.5], seed: 1 }), 0.9, 1.5);
});

test('RandomTranslation moves images down and right by shares of their size', () => {
  const layer = new RandomTranslation({ heightFactor: 0.4, widthFactor: [0, 0.3], seed: 1 });
  const moves = pixels(runLayer(layer, ramps, true), 3, 2).map(([x, y]) => [3 - x!, 2 - y!]);
  expectUniform(
    moves.map(([right]) => right!),
    0,
    0.3 * 7,
  );
  expectUniform(
    moves.map(([, down]) => down!),
    -0.4 * 5,
    0.4 * 5,
  );
});

test('RandomRotation turns images about their middle', () => {
  const layer = new RandomRotation({ factor: 0.25, seed: 1 });
  const y = runLayer(layer, ramps, true);
  const middle = pixels(y, 3, 2);
  const angles = pixels(y, 4, 2).map(([x, row], i) => {
    expect(middle[i]![0]).toBeCloseTo(3, 5);
    expect(middle[i]![1]).toBeCloseTo(2, 5);
    expect(Math.hypot(x! - 3, row! - 2)).toBeCloseTo(1, 5);
    // What lies to the right now lay below if the image was turned counter-clockwise.
    return Math.atan2(row! - 2, x! - 3) / (2 * Math.PI);
  });
  expectUniform(angles, -0.25, 0.25);
});

test('RandomZoom keeps the middle, and proportions unless it has a factor for the width', () => {
  const zooms = (layer: RandomZoom): number[][] => {
    const y = runLayer(layer, ramps, true);
    const middle = pixels(y, 3, 2);
    const [right, below] = [pixels(y, 4, 2), pixels(y, 3, 3)];
    return middle.map(([x, row], i) => [right[i]![0]! - x!, below[i]![1]! - row!]);
  };
  const alike = zooms(new RandomZoom({ heightFactor: 0.3, seed: 1 }));
  for (const [width, height] of alike) expect(width).toBeCloseTo(height!, 5);
  expectUniform(
    alike.map(([width]) => width!),
    0.7,
    1.3,
  );
  const apart = zooms(new RandomZoom({ heightFactor: [-0.5, -0.2], widthFactor: [0, 0.4], seed: 1 }));
  expectUniform(
    apart.map(([width]) => width!),
    1,
    1.4,
  );
  expectUniform(
    apart.map(([, height]) => height!),
    0.5,
    0.8,
  );
});

describe('RandomFlip', () => {
  const plain = [0, 1, 2, 3, 4, 5];
  const x = images(2, 3, (col, row) => [row * 3 + col]);
  const flipped: Readonly<Record<FlipMode, readonly number[]>> = {
    horizontal: [2, 1, 0, 5, 4, 3],
    vertical: [3, 4, 5, 0, 1, 2],
    horizontalAndVertical: [5, 4, 3, 2, 1, 0],
  };

  test.each(Object.entries(flipped))('%s turns every second image round, pixel by pixel', (mode, turned) => {
    const { data } = runLayer(new RandomFlip({ mode: mode as FlipMode, seed: 1 }), x, true);
    const results = Array.from({ length: count }, (_, i) => [...data.subarray(i * 6, i * 6 + 6)].join());
    expect(new Set(results)).toEqual(new Set([plain.join(), turned.join()]));
    const share = results.filter((result) => result === turned.join()).length / count;
    expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / count));
  });

  test('knows its modes in other spellings, and refuses others', () => {
    expect(new RandomFlip('horizontal_and_vertical' as never).mode).toBe('horizontalAndVertical');
    expect(() => new RandomFlip('sideways' as never)).toThrow(/the name of a flip mode, got "sideways"/);
  });
});

describe('RandomCrop', () => {
  test('takes every place equally often', () => {
    const layer = new RandomCrop({ height: 3, width: 4, seed: 1 });
    const y = runLayer(layer, ramps, true);
    expect(y.shape).toEqual([count, 3, 4, 2]);
    const places = new Map<string, number>();
    const corner = pixels(y, 0, 0);
    pixels(y, 3, 2).forEach(([x, row], i) => {
      const [left, top] = corner[i]!;
      expect([x! - left!, row! - top!]).toEqual([3, 2]);
      places.set(`${left} ${top}`, (places.get(`${left} ${top}`) ?? 0) + 1);
    });
    expect(places.size).toBe(4 * 3);
    const expected = count / 12;
    const chiSquared = [...places.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    // Eleven degrees of freedom: more in one of a thousand runs.
    expect(chiSquared).toBeLessThan(31.3);
  });

  test('takes the whole where there is no choice', () => {
    const x = noise([3, 4, 5, 2]);
    expect(runLayer(new RandomCrop({ height: 4, width: 5 }), x, true).data).toEqual(x.data);
  });

  test('in use, and where images are too small, brings the largest middle part to the size', () => {
    const layer = new RandomCrop({ height: 2, width: 2 });
    const x = new Tensor(
      Float32Array.from({ length: 24 }, (_, i) => i),
      [1, 4, 6, 1],
    );
    // Columns 1 to 4 are left: 2 × 2 means of 2 × 2 pixels.
    expect([...runLayer(layer, x).data]).toEqual([4.5, 6.5, 16.5, 18.5]);
    const small = new Tensor(Float32Array.of(0, 1), [1, 1, 2, 1]);
    expect(runLayer(layer, small, true).shape).toEqual([1, 2, 2, 1]);
  });
});

test('options that are out of range are refused', () => {
  expect(() => new RandomRotation(2)).toThrow(/`factor` to be a number in \[-1, 1\] or a pair of them, got 2/);
  expect(() => new RandomZoom({ heightFactor: -1 })).toThrow(/`heightFactor` to be a number in/);
  expect(() => new RandomTranslation({ heightFactor: 0, widthFactor: [0, 1.5] })).toThrow(/`widthFactor`/);
  expect(() => new RandomContrast([0.5, -0.5] as never)).toThrow(/expected an object of options, got \[0\.5, -0\.5\]/);
  expect(() => new RandomContrast({ factor: [0.5, -0.5] })).toThrow(/`factor` to be a number in \[0, 1\]/);
  expect(() => new RandomBrightness({ factor: 0.1, valueRange: [1, 0] })).toThrow(/`valueRange` to be a pair/);
  expect(() => new RandomRotation({ factor: 0.1, fillMode: 'mirror' as never })).toThrow(/`fillMode` to be 'reflect'/);
  expect(() => new RandomRotation({ factor: 0.1, interpolation: 'cubic' as never })).toThrow(/`interpolation` to be/);
  expect(() => new RandomCrop({ height: 0, width: 1 })).toThrow(/`height` to be a positive integer/);
});
