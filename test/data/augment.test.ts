/** @file Images changed at random: exact cases by fixed ranges, the layers' own operation as reference, and reproducibility. */

import { describe, expect, test } from 'vitest';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import * as augment from '../../src/data/augment.ts';
import { Dataset } from '../../src/data/dataset.ts';
import { type MoveOptions, movesOf, seenThrough } from '../../src/data/image.ts';
import '../../src/graph/eager.ts';
import { affineSample } from '../../src/graph/ops.ts';
import { expectClose } from '../support/compare.ts';
import { generator } from '../support/random.ts';

const square = tensor(
  [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ].map((row) => row.map((v) => [v])),
);
const image = tensor(
  [
    [1, 2, 3],
    [4, 5, 6],
  ].map((row) => row.map((v) => [v])),
);
const once = (step: augment.ImageStep, source: Tensor = image): number[][] => {
  const { shape, data } = augment.images([step], { seed: 1 })(source, 0, 0);
  return Array.from({ length: shape[0]! }, (_, row) => [
    ...data.slice(row * shape[1]! * shape[2]!, (row + 1) * shape[1]! * shape[2]!),
  ]);
};
/** What a step makes of one image over many draws, as texts. */
function outcomes(step: augment.ImageStep, draws = 200): Set<string> {
  const change = augment.images([step], { seed: 1 });
  return new Set(Array.from({ length: draws }, (_, i) => change(image, i, 0).data.join(' ')));
}

test('flips are all there are', () => {
  expect(outcomes(augment.flip())).toEqual(new Set(['1 2 3 4 5 6', '3 2 1 6 5 4']));
  expect(outcomes(augment.flip('vertical'))).toEqual(new Set(['1 2 3 4 5 6', '4 5 6 1 2 3']));
  expect(outcomes(augment.flip('both')).size).toBe(4);
});

test('crops come from every place, of the padded image', () => {
  expect(outcomes(augment.crop({ height: 1, width: 2 }))).toEqual(new Set(['1 2', '2 3', '4 5', '5 6']));
  const padded = outcomes(augment.crop({ padding: 1 }));
  expect(padded.size).toBe(9);
  expect(padded).toContain('0 0 0 0 1 2');
  expect(outcomes(augment.crop({ padding: 1, fillMode: 'nearest' }))).toContain('1 1 2 1 1 2');
  expect(() => once(augment.crop({ height: 3 }))).toThrow(/images of at least 3 × 3 with their padding, got 2 × 3 and 0/);
});

const exact: [string, augment.ImageStep, number[][]][] = [
  [
    'half a turn',
    augment.rotate({ degrees: [180, 180] }),
    [
      [6, 5, 4],
      [3, 2, 1],
    ],
  ],
  [
    'a move to the right',
    augment.translate({ width: [1 / 3, 1 / 3], fillMode: 'constant' }),
    [
      [0, 1, 2],
      [0, 4, 5],
    ],
  ],
  [
    'a move down by half',
    augment.translate({ height: [0.5, 0.5], fillMode: 'wrap' }),
    [
      [4, 5, 6],
      [1, 2, 3],
    ],
  ],
  [
    'no zoom',
    augment.zoom({ factor: 0 }),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    'brightness',
    augment.brightness({ factor: [0.5, 0.5], valueRange: [0, 8] }),
    [
      [5, 6, 7],
      [8, 8, 8],
    ],
  ],
  [
    'contrast',
    augment.contrast({ factor: [1, 1], valueRange: [-9, 9] }),
    [
      [-1.5, 0.5, 2.5],
      [4.5, 6.5, 8.5],
    ],
  ],
  [
    'cutout',
    augment.cutout({ size: 9, value: -1 }),
    [
      [-1, -1, -1],
      [-1, -1, -1],
    ],
  ],
];

test.each(exact)('%s', (_, step, expected) =>
  expectClose(once(step).flat(), expected.flat(), { absolute: 1e-6, relative: 1e-6 }),
);

test('a zoom out shows every second pixel', () => {
  const step = augment.zoom({ factor: [1, 1], fillMode: 'constant', interpolation: 'nearest' });
  expect(once(step, square)).toEqual([
    [0, 0, 0],
    [0, 5, 0],
    [0, 0, 0],
  ]);
  expect(once(augment.zoom({ factor: [-0.5, -0.5] }), square)[1]).toEqual([4.5, 5, 5.5]);
});

test('a quarter turn goes counter-clockwise', () => {
  expectClose(
    once(
      augment.rotate({ degrees: [90, 90] }),
      tensor([
        [[1], [2]],
        [[3], [4]],
      ]),
    ).flat(),
    [2, 4, 1, 3],
    { absolute: 1e-6, relative: 0 },
  );
});

test('cutout and erase hide parts, erase of a random size and with random values', () => {
  const white = tensor(new Uint8Array(20 * 20).fill(255), [20, 20, 1]);
  const hidden = (step: augment.ImageStep): number[] =>
    Array.from(
      { length: 60 },
      (_, i) =>
        augment
          .images([step], { seed: 2 })(white, i, 0)
          .data.filter((v) => v !== 255).length,
    );
  expect(Math.max(...hidden(augment.cutout({ size: 4 })))).toBe(16);
  expect(Math.min(...hidden(augment.cutout({ size: 4 })))).toBeLessThan(16);
  const erased = hidden(augment.erase({ probability: 0.5, area: [0.1, 0.2], value: 7 }));
  const touched = erased.filter((n) => n > 0);
  expect(touched.length).toBeGreaterThan(15);
  expect(touched.length).toBeLessThan(45);
  // Sides are rounded to whole pixels.
  expect(Math.min(...touched)).toBeGreaterThan(30);
  expect(Math.max(...touched)).toBeLessThan(95);
  const random = augment.images([augment.erase({ probability: 1, area: [0.3, 0.3], ratio: [1, 1] })], { seed: 1 })(white, 0, 0);
  expect(new Set(random.data).size).toBeGreaterThan(40);
});

test('pixels are picked as the layers of the same names pick them', () => {
  const random = generator(3);
  const [batch, height, width, channels] = [1, 5, 7, 2];
  const data = Float32Array.from({ length: height * width * channels }, random);
  for (let run = 0; run < 40; run++) {
    const map = Float32Array.from({ length: 6 }, (_, i) => (random() - 0.5) * (i % 3 === 2 ? 12 : 2.5));
    for (const fillMode of ['reflect', 'wrap', 'nearest', 'constant'] as const) {
      const options: MoveOptions = { fillMode, fillValue: 0.3, interpolation: run % 2 ? 'nearest' : 'bilinear' };
      const expected = affineSample(new Tensor(data, [batch, height, width, channels]), new Tensor(map, [1, 6]), options);
      const got = seenThrough({ data, height, width, channels }, [...map] as never, movesOf('test', options));
      expectClose(got.data, expected.data, { absolute: 2e-5, relative: 1e-5 }, `${fillMode} ${map}`);
    }
  }
});

describe('datasets', () => {
  const images = new Tensor(
    Uint8Array.from({ length: 12 * 8 * 8 * 3 }, (_, i) => i % 251),
    [12, 8, 8, 3],
  );
  const labels = Int32Array.from({ length: 12 }, (_, i) => i);
  const steps = [
    augment.flip(),
    augment.crop({ padding: 2 }),
    augment.rotate({ degrees: 10 }),
    augment.brightness({ factor: 0.1 }),
    augment.erase(),
  ];
  const data = Dataset.fromArrays(images, labels)
    .batch(6)
    .map(augment.images(steps, { seed: 'a' }));

  test('keep dtype, shape and labels', async () => {
    for (const [x, y] of await data.toArray()) {
      expect(`${x}`).toBe('Tensor uint8 [6, 8, 8, 3]');
      expect(y.dtype).toBe('int32');
    }
  });

  test('of the same pass are the same, of other passes not; every image is changed in its own way', async () => {
    const first = async (pass: number): Promise<Tensor> => ((await data.open(pass).next()).value as readonly Tensor[])[0]!;
    expect(await first(1)).toEqual(await first(1));
    expect(await first(1)).not.toEqual(await first(2));
    const alike = new Tensor(
      new Uint8Array(6 * 64).map((_, i) => i % 64),
      [6, 8, 8, 1],
    );
    const changed = augment.images([augment.crop({ padding: 3 })], { seed: 1 })(alike, 0, 0);
    const different = new Set(Array.from({ length: 6 }, (_, i) => changed.slice(i, i + 1).data.join()));
    expect(different.size).toBeGreaterThan(3);
  });

  test('round to the nearest value, and leave the source alone', () => {
    const pixel = new Tensor(Uint8Array.of(10, 250), [1, 2, 1]);
    expect(once(augment.brightness({ factor: [0.01, 0.01] }), pixel)).toEqual([[13, 253]]);
    expect(once(augment.brightness({ factor: [0.1, 0.1] }), pixel)).toEqual([[36, 255]]);
    expect([...pixel.data]).toEqual([10, 250]);
  });

  test('refuse what are no images', () => {
    const change = augment.images([augment.flip()]);
    expect(() => change(tensor([1, 2]), 0, 0)).toThrow(
      /\[augment.images\] expected images of shape \[batch, height, width, channels\] or/,
    );
    expect(() => change([1, 2], 0, 0)).toThrow(/expected images as tensors, or elements \[images, …\], got 1/);
    expect(() => augment.images([3] as never)).toThrow(/a list of steps/);
    expect(() => augment.flip('sideways' as never)).toThrow(/`mode` to be 'horizontal'/);
    expect(() => augment.rotate({ degrees: 720 })).toThrow(/`degrees` to be a number in \[-360, 360\]/);
    expect(() => augment.erase({ area: [0.5, 0.1] })).toThrow(/`area` to be a pair/);
    expect(() => augment.zoom({ factor: 0, fillMode: 'mirror' as never })).toThrow(/`fillMode` to be/);
  });
});
