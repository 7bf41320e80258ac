/** @file Datasets: what each operator gives, how passes are opened and closed, what is refused. */

import { describe, expect, test } from 'vitest';
import { MyelinError, ShapeError } from '../../src/base/fail.ts';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import { Dataset } from '../../src/data/dataset.ts';
import { isPromise } from '../../src/data/pass.ts';

/** Elements of a pass; tensors as nested arrays. */
async function elements(data: Dataset<unknown>, pass = 0): Promise<unknown[]> {
  const opened = data.open(pass);
  const result: unknown[] = [];
  for (let step = await opened.next(); !step.done; step = await opened.next()) result.push(plain(step.value));
  return result;
}

function plain(value: unknown): unknown {
  if (value instanceof Tensor) return value.toArray();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

const five = (): Dataset<number> => Dataset.range(5);
async function* countTo(n: number): AsyncGenerator<number> {
  for (let i = 0; i < n; i++) yield i;
}

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

describe('closing', () => {
  /** A source that counts how often it was opened and closed. */
  function watched(n = 10, isAsync = false): { data: Dataset<number>; log: string[] } {
    const log: string[] = [];
    const run = function* (): Generator<number> {
      log.push('open');
      try {
        for (let i = 0; i < n; i++) yield i;
      } finally {
        log.push('close');
      }
    };
    const later = async function* (): AsyncGenerator<number> {
      yield* run();
    };
    return { data: Dataset.fromGenerator<number>(() => (isAsync ? later() : run())), log };
  }

  const operators: [string, (data: Dataset<number>) => Dataset<unknown>][] = [
    ['map', (data) => data.map((x) => x)],
    ['filter', (data) => data.filter(() => true)],
    ['shuffle', (data) => data.shuffle(3)],
    ['batch', (data) => data.batch(2)],
    ['unbatch', (data) => data.batch(2).unbatch()],
    ['repeat', (data) => data.repeat(2)],
    ['take', (data) => data.take(5)],
    ['skip', (data) => data.skip(1)],
    ['zip', (data) => data.zip(Dataset.range(9))],
    ['concatenate', (data) => data.concatenate(Dataset.range(2))],
    ['prefetch', (data) => data.prefetch(2)],
    ['cache', (data) => data.cache()],
  ];

  test.each(operators)('%s hands on that its consumer left', async (_, operate) => {
    for (const isAsync of [false, true]) {
      const { data, log } = watched(10, isAsync);
      for await (const __ of operate(data)) break;
      expect(log).toEqual(['open', 'close']);
    }
  });

  test('what take leaves over is closed, and so is the longer side of a zip', async () => {
    for (const operate of [(d: Dataset<number>) => d.take(2), (d: Dataset<number>) => Dataset.zip(Dataset.range(2), d)]) {
      const { data, log } = watched();
      expect(await elements(operate(data))).toHaveLength(2);
      expect(log).toEqual(['open', 'close']);
    }
  });

  test('each repetition closes before the next one opens', async () => {
    const { data, log } = watched(2);
    await elements(data.take(1).repeat(2));
    expect(log).toEqual(['open', 'close', 'open', 'close']);
  });

  test('an error closes the source, and is over after it', async () => {
    const { data, log } = watched();
    const pass = data.map((x) => (x === 1 ? (undefined as unknown as { y: number }).y : x)).open(0);
    await pass.next();
    expect(() => pass.next()).toThrow(MyelinError);
    expect(log).toEqual(['open', 'close']);
    expect(await pass.next()).toEqual({ done: true, value: undefined });
  });

  test('a stream is cancelled', async () => {
    let isCancelled = false;
    const stream = new ReadableStream<number>({
      pull: (controller) => controller.enqueue(1),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const _ of Dataset.from(stream)) break;
    expect(isCancelled).toBe(true);
  });
});

describe('prefetch', () => {
  test('runs ahead of the consumer, so far and no further', async () => {
    let made = 0;
    const data = Dataset.fromGenerator(function* () {
      for (;;) yield made++;
    }).prefetch(3);
    const pass = data.open(0);
    expect(await pass.next()).toEqual({ done: false, value: 0 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(made).toBe(4);
    expect(await pass.next()).toEqual({ done: false, value: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(made).toBe(5);
    await pass.return();
  });

  test('asks for one element at a time, and tells an error in its turn', async () => {
    let running = 0;
    const data = Dataset.range(6).map(async (i) => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      if (i === 4) throw new Error('four');
      return i;
    });
    const seen: number[] = [];
    await expect(data.prefetch(3).forEach((value) => void seen.push(value))).rejects.toThrow('element 4');
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});

describe('cache', () => {
  test('goes to the source once, and not after a pass that was broken off', async () => {
    let opened = 0;
    const data = Dataset.fromGenerator(function* () {
      opened++;
      yield* [1, 2, 3];
    }).cache();
    for await (const _ of data) break;
    expect([await data.toArray(), await data.toArray(), opened]).toEqual([[1, 2, 3], [1, 2, 3], 2]);
    expect(data.size).toBe(3);
  });

  test('holds pass 0, whichever is asked for first', async () => {
    const make = (): Dataset<number> => Dataset.range(20).shuffle(20, { seed: 3 }).cache();
    expect(await elements(make(), 4)).toEqual(await elements(Dataset.range(20).shuffle(20, { seed: 3 }), 0));
  });
});

const x = tensor([[1], [2]]);
const refusals: [string, () => unknown, RegExp, (new (text: string) => Error)?][] = [
  [
    'counts that differ',
    () => Dataset.fromArrays(x, [1, 2, 3]),
    /\[Dataset.fromArrays\] expected as many samples in part \[1\] as in the others, 2, got 3/,
    ShapeError,
  ],
  [
    'ragged arrays',
    () => Dataset.fromArrays([[1], [2, 3]]),
    /\[Dataset.fromArrays\] `x`: .*expected 1 elements at \[1\], got 2/,
    ShapeError,
  ],
  [
    'a target that is no column',
    () => Dataset.fromColumns({ a: [1] }, { target: 'b' as 'a' }),
    /`target` to be the name of a column, got "b". Hint: columns: a/,
  ],
  [
    'texts and numbers in a column',
    () => Dataset.fromColumns({ a: ['x', 2] as string[] }),
    /expected a text at a\[1\], as at \[0\], got 2/,
  ],
  ['a number as source', () => Dataset.from(3 as never), /\[Dataset.from\] expected an iterable.*got 3/],
  [
    'a generator that is none',
    () => Dataset.fromGenerator([] as never),
    /expected a function that gives an iterable, got \[\]. Hint: Dataset.from/,
  ],
  [
    'a function that gives nothing',
    () => Dataset.from(() => undefined as never).toArray(),
    /\[Dataset.fromGenerator\] expected an iterable.*got undefined/,
  ],
  ['batches of no size', () => Dataset.range(3).batch(0), /\[Dataset.batch\] expected `size` to be an integer >= 1, got 0/],
  ['misspelt options', () => Dataset.range(3).batch(1, { dropRemander: true } as never), /did you mean `dropRemainder`/],
  ['buffers of no size', () => Dataset.range(3).shuffle(0), /`bufferSize` to be an integer >= 1/],
  ['a map without function', () => Dataset.range(3).map(3 as never), /\[Dataset.map\] expected a function, got 3/],
  [
    'zip with an array',
    () => Dataset.range(3).zip([1] as never),
    /\[Dataset.zip\] expected a Dataset, got \[1\]. Hint: Dataset.from/,
  ],
  ['pass −1', () => Dataset.range(3).open(-1), /\[Dataset.open\] expected `pass` to be an integer >= 0, got -1/],
  ['a list of what never ends', () => Dataset.range(3).repeat().toArray(), /expected a dataset that ends/],
  [
    'an error in map',
    () =>
      Dataset.range(3)
        .map((i) => (i === 2 ? (undefined as unknown as { y: number }).y : i))
        .toArray(),
    /\[Dataset.map\] expected element 2 to be made without error, got: Cannot read/,
  ],
  [
    'an error in filter',
    () =>
      Dataset.range(3)
        .filter(async () => Promise.reject(new Error('no')))
        .toArray(),
    /\[Dataset.filter\] expected element 0 .* got: no/,
  ],
  [
    'an error in a generator',
    () =>
      Dataset.from(async function* () {
        yield 1;
        throw new Error('lost');
      }).toArray(),
    /\[Dataset.fromGenerator\] expected element 1 .* got: lost/,
  ],
  [
    'ragged elements',
    () =>
      Dataset.from([
        [[1, 2], 0],
        [[3], 0],
      ])
        .batch(2)
        .toArray(),
    /\[Dataset.batch\] expected part \[0\] of element 1 of the batch to be of shape \[2\] as in the first element, got \[1\]/,
    ShapeError,
  ],
  [
    'elements of other form',
    () =>
      Dataset.from<unknown>([{ a: 1 }, { b: 1 }])
        .batch(2)
        .toArray(),
    /the element of element 1 of the batch to be with a as in the first element, got b/,
    ShapeError,
  ],
  [
    'tuples of other length',
    () =>
      Dataset.from<unknown>([[1], [1, 2]])
        .batch(2)
        .toArray(),
    /of 1 parts as in the first element, got 2/,
    ShapeError,
  ],
  [
    'elements of other kind',
    () => Dataset.from<unknown>([1, 'a']).batch(2).toArray(),
    /to be numbers or a tensor as in the first element, got a text/,
    ShapeError,
  ],
  [
    'elements of other dtype',
    () =>
      Dataset.from([Uint8Array.of(1), Float32Array.of(1)])
        .batch(2)
        .toArray(),
    /to be uint8 as in the first element, got float32/,
    ShapeError,
  ],
  [
    'elements that are nothing',
    () => Dataset.from([null]).batch(2).toArray(),
    /expected the element to be numbers, tensors, texts.* got null/,
  ],
  [
    'unbatch of numbers',
    () => Dataset.range(3).unbatch().toArray(),
    /\[Dataset.unbatch\] expected the element to be a tensor with a batch axis, got 0/,
  ],
];

test.each(refusals)('refuses %s', async (_, act, text, type = MyelinError) => {
  const error = await (async () => act())().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(text);
});

test('a stream and a running generator say so when they are opened twice', async () => {
  for (const source of [new Blob(['a']).stream(), [1, 2].values(), countTo(2)]) {
    const data = Dataset.from<unknown>(source);
    await data.toArray();
    await expect(data.toArray()).rejects.toThrow(
      /expected a source that can be gone through again, got a second pass .* Hint: give a function/,
    );
  }
});

test('an error keeps its cause', async () => {
  const cause = new Error('inner');
  const error = await Dataset.range(1)
    .map(() => Promise.reject(cause))
    .toArray()
    .catch((reason: unknown) => reason);
  expect((error as Error).cause).toBe(cause);
});
