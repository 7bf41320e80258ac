/** @file Datasets: how passes are closed, run ahead and kept; what is refused. */

import { describe, expect, test } from 'vitest';
import { MyelinError, ShapeError } from '../../src/base/fail.ts';
import { tensor } from '../../src/base/tensor.ts';
import { Dataset } from '../../src/data/dataset.ts';
import { countTo, elements } from '../support/datasets.ts';

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
