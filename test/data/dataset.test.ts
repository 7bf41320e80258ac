/** @file Datasets: what each operator gives, and how passes are opened. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import { Dataset } from '../../src/data/dataset.ts';
import { isPromise } from '../../src/data/pass.ts';
import { countTo, elements, five } from '../support/datasets.ts';

const tables: [name: string, data: () => Dataset<unknown>, expected: unknown[], size: number | undefined][] = [
  ['range', () => Dataset.range(2, 11, 3), [2, 5, 8], 3],
  ['range downwards', () => Dataset.range(3, 0, -1), [3, 2, 1], 3],
  ['range of nothing', () => Dataset.range(3, 0), [], 0],
  ['from an array', () => Dataset.from(['a', 'b']), ['a', 'b'], 2],
  ['from a set', () => Dataset.from(new Set([1, 2])), [1, 2], undefined],
  ['from an async generator', () => Dataset.from(() => countTo(3)), [0, 1, 2], undefined],
  ['from a promised iterable', () => Dataset.from(async () => [4, 5]), [4, 5], undefined],
  ['from a stream', () => Dataset.from(new Blob(['ab']).stream()).map((bytes) => bytes.length), [2], undefined],
  ['map', () => five().map((x, i, pass) => [x * 2, i, pass]), [0, 1, 2, 3, 4].map((i) => [2 * i, i, 0]), 5],
  ['map that waits', () => five().map(async (x) => -x), [-0, -1, -2, -3, -4], 5],
  ['filter', () => five().filter((x) => x % 2 === 0), [0, 2, 4], undefined],
  ['filter that waits', () => five().filter(async (x, i) => i > 2 && x > 3), [4], undefined],
  ['take', () => five().take(2), [0, 1], 2],
  ['take more than there is', () => five().take(9), [0, 1, 2, 3, 4], 5],
  ['take none', () => five().take(0), [], 0],
  ['skip', () => five().skip(3), [3, 4], 2],
  ['skip all', () => five().skip(7), [], 0],
  ['repeat', () => Dataset.range(2).repeat(3), [0, 1, 0, 1, 0, 1], 6],
  ['repeat for ever', () => Dataset.range(2).repeat().take(5), [0, 1, 0, 1, 0], 5],
  ['repeat nothing for ever', () => Dataset.range(0).repeat(), [], 0],
  [
    'repeat for ever what filters leave nothing of',
    () =>
      five()
        .filter(() => false)
        .repeat(),
    [],
    undefined,
  ],
  ['concatenate', () => Dataset.range(2).concatenate(Dataset.from(['a'])), [0, 1, 'a'], 3],
  [
    'zip',
    () => five().zip(Dataset.from(['a', 'b'])),
    [
      [0, 'a'],
      [1, 'b'],
    ],
    2,
  ],
  [
    'zip of three',
    () => Dataset.zip(five(), five().skip(3), five()),
    [
      [0, 3, 0],
      [1, 4, 1],
    ],
    2,
  ],
  [
    'enumerate',
    () => Dataset.from(['a', 'b']).enumerate(),
    [
      [0, 'a'],
      [1, 'b'],
    ],
    2,
  ],
  ['prefetch', () => five().prefetch(3), [0, 1, 2, 3, 4], 5],
  ['prefetch what waits', () => Dataset.from(() => countTo(4)).prefetch(2), [0, 1, 2, 3], undefined],
  ['cache', () => five().cache(), [0, 1, 2, 3, 4], 5],
  ['batch of numbers', () => five().batch(2), [[0, 1], [2, 3], [4]], 3],
  [
    'batch without the rest',
    () => five().batch(2, { dropRemainder: true }),
    [
      [0, 1],
      [2, 3],
    ],
    2,
  ],
  [
    'batch of tuples',
    () =>
      Dataset.range(3)
        .map((i) => [[i, i], i])
        .batch(2),
    [
      [
        [
          [0, 0],
          [1, 1],
        ],
        [0, 1],
      ],
      [[[2, 2]], [2]],
    ],
    2,
  ],
  [
    'batch of records',
    () =>
      Dataset.range(2)
        .map((i) => ({ a: i, b: [i, { c: `${i}` }] }))
        .batch(2),
    [{ a: [0, 1], b: [[0, 1], { c: ['0', '1'] }] }],
    1,
  ],
  [
    'batch of batches',
    () => Dataset.range(4).batch(2).batch(2),
    [
      [
        [0, 1],
        [2, 3],
      ],
    ],
    1,
  ],
  ['batch what waits', () => Dataset.from(() => countTo(3)).batch(2), [[0, 1], [2]], undefined],
  [
    'unbatch',
    () =>
      five()
        .map((i) => ({ a: [i, 0], b: `${i}` }))
        .batch(2)
        .unbatch(),
    [0, 1, 2, 3, 4].map((i) => ({ a: [i, 0], b: `${i}` })),
    undefined,
  ],
];

test.each(tables)('%s', async (_, make, expected, size) => {
  const data = make();
  expect(data.size).toBe(size);
  expect(await elements(data)).toEqual(expected);
});

describe('arrays and columns', () => {
  const x = new Tensor(Uint8Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
  const y = new Tensor(Int32Array.of(7, 8, 9), [3]);

  test('keep their dtypes and lose the batch axis', async () => {
    const [first] = (await Dataset.fromArrays(x, y).toArray()) as [Tensor, Tensor][];
    expect(first!.map((part) => `${part}`)).toEqual(['Tensor uint8 [2]', 'Tensor int32 []']);
  });

  test('come with weights, lists and records', async () => {
    expect(await elements(Dataset.fromArrays(x))).toEqual([[[1, 2]], [[3, 4]], [[5, 6]]]);
    expect(await elements(Dataset.fromArrays(x, y, [0.5, 1, 2]).batch(3))).toEqual([
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [7, 8, 9],
        [0.5, 1, 2],
      ],
    ]);
    expect(await elements(Dataset.fromArrays([x, y], { a: y, b: [1, 2, 3] }).take(1))).toEqual([[[[1, 2], 7], { a: 7, b: 1 }]]);
  });

  test('of columns make records, with the target apart', async () => {
    const columns = { age: [30, 40], name: ['a', 'b'], price: [1, 2] };
    expect(await elements(Dataset.fromColumns(columns))).toEqual([
      { age: 30, name: 'a', price: 1 },
      { age: 40, name: 'b', price: 2 },
    ]);
    expect(await elements(Dataset.fromColumns(columns, { target: 'price' }).batch(2))).toEqual([
      [{ age: [30, 40], name: ['a', 'b'] }, [1, 2]],
    ]);
  });

  test('batches do not share memory with the arrays', async () => {
    const [batch] = await Dataset.fromArrays(x).batch(3).toArray();
    batch![0].data[0] = 99;
    expect(x.data[0]).toBe(1);
  });

  test('fetched by number and element by element give the same', async () => {
    const many = tensor(Array.from({ length: 50 }, (_, i) => [i, -i]));
    const byNumber = Dataset.fromArrays(many).shuffle(50, { seed: 1 }).skip(5).take(40).batch(7);
    const plainly = Dataset.fromArrays(many)
      .shuffle(50, { seed: 1 })
      .map((e) => e)
      .skip(5)
      .take(40)
      .batch(7);
    expect(await elements(byNumber, 3)).toEqual(await elements(plainly, 3));
    expect(await elements(Dataset.fromArrays(many).skip(45).take(3))).toEqual([45, 46, 47].map((i) => [[i, -i]]));
  });
});

describe('passes', () => {
  test('pass k opened again is the same, other passes are not', async () => {
    const shuffles: Dataset<unknown>[] = [
      Dataset.fromArrays(tensor([...Array(40).keys()])).shuffle(40, { seed: 'a' }),
      Dataset.fromArrays(tensor([...Array(40).keys()])).shuffle(7, { seed: 'a' }),
      Dataset.range(40).shuffle(40),
      Dataset.range(40).shuffle(9).batch(8).prefetch(2),
      Dataset.range(20).shuffle(20).repeat(2),
      Dataset.range(40).shuffle(40).repeat().take(30),
    ];
    for (const data of shuffles) {
      const three = await elements(data, 3);
      expect(await elements(data, 4)).not.toEqual(three);
      expect(await elements(data, 3)).toEqual(three);
    }
  });

  test('reshuffle: false keeps the order of pass 0', async () => {
    for (const data of [Dataset.range(30), Dataset.fromArrays(tensor([...Array(30).keys()]))] as Dataset<unknown>[]) {
      const fixed = data.shuffle(30, { seed: 1, reshuffle: false });
      expect(await elements(fixed, 5)).toEqual(await elements(fixed, 0));
      expect(await elements(fixed, 0)).toEqual(await elements(data.shuffle(30, { seed: 1 }), 0));
    }
  });

  test('setSeed fixes shuffles without a seed, which differ from each other', async () => {
    const make = async (): Promise<unknown[][]> => {
      setSeed(5);
      return [await elements(Dataset.range(30).shuffle(30)), await elements(Dataset.range(30).shuffle(30))];
    };
    const [first, second] = await make();
    expect(first).not.toEqual(second);
    expect(await make()).toEqual([first, second]);
  });

  test('for await goes to the next pass each time', async () => {
    const data = Dataset.range(1).map((_, __, pass) => pass);
    expect([await data.toArray(), await data.toArray(), await data.toArray()]).toEqual([[0], [1], [2]]);
    const seen: unknown[] = [];
    await data.forEach((value, index) => void seen.push(value, index));
    expect(seen).toEqual([3, 0]);
  });

  test('endless repetitions go on to new passes of their source, also from one pass to the next', async () => {
    const passes = Dataset.range(1)
      .map((_, __, pass) => pass)
      .repeat();
    expect(await elements(passes.take(3), 0)).toEqual([0, 1, 2]);
    expect(await elements(passes.take(2), 1)).toEqual([2 ** 20, 2 ** 20 + 1]);
    expect(
      await elements(
        Dataset.range(1)
          .map((_, __, pass) => pass)
          .repeat(3),
        2,
      ),
    ).toEqual([6, 7, 8]);
  });

  test('of arrays and plain functions promise nothing', () => {
    const data = Dataset.fromArrays(tensor([[1], [2], [3]]))
      .shuffle(3)
      .map((e) => e)
      .filter(() => true)
      .repeat(2)
      .batch(2)
      .unbatch()
      .batch(3)
      .prefetch(2)
      .zip(Dataset.range(9))
      .cache();
    const pass = data.open(0);
    let count = 0;
    for (;;) {
      const step = pass.next();
      if (isPromise(step)) throw new Error('a step was promised');
      if (step.done) break;
      count++;
    }
    expect(count).toBe(2);
    expect(isPromise(pass.return())).toBe(false);
  });
});
