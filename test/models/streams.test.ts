/** @file Data that come as batches: they train, evaluate and predict as arrays do, and what is wrong with them is told. */

import { describe, expect, test, vi } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import type { BatchLike, BatchStream, DataLike } from '../../src/models/index.ts';
import { classifier, clusters, lineModel, noise, silent } from '../support/models.ts';
import { twoHeads } from '../support/two-heads.ts';

const { x, y } = clusters(24);

/** The samples in their order, `size` at a time. */
function* batches(size = 8, xs: Tensor = x, ys: Tensor = y): Generator<[Tensor, Tensor]> {
  for (let start = 0; start < xs.shape[0]!; start += size) yield [xs.slice(start, start + size), ys.slice(start, start + size)];
}

async function* later(size = 8): AsyncGenerator<[Tensor, Tensor]> {
  for (const batch of batches(size)) {
    await Promise.resolve();
    yield batch;
  }
}

const sources: [string, () => BatchStream][] = [
  ['a function that gives a generator', () => () => batches()],
  ['a function that gives an asynchronous generator', () => () => later()],
  ['something that can be iterated', () => ({ [Symbol.iterator]: () => batches() })],
  ['something that can be iterated asynchronously', () => ({ [Symbol.asyncIterator]: () => later() })],
  ['passes', () => ({ size: 3, open: () => batches() })],
  ['objects', () => () => [...batches()].map(([own, targets]) => ({ x: own, y: targets }))],
];

describe('a stream of batches', () => {
  test.each(sources)('from %s trains as arrays do', async (_, make) => {
    setSeed(5);
    const model = classifier();
    setSeed(5);
    const twin = classifier();
    const history = await model.fit(make(), { epochs: 3, ...silent });
    const expected = await twin.fit(x, y, { epochs: 3, batchSize: 8, shuffle: false, ...silent });
    expect(history.history).toEqual(expected.history);
    expect(model.getWeights()).toEqual(twin.getWeights());
    expect(await model.evaluate(make(), silent)).toEqual(await twin.evaluate(x, y, { batchSize: 8, ...silent }));
    expect(await model.predict(make())).toEqual(await twin.predict(x, { batchSize: 8 }));
  });

  test('may have batches of different sizes, weights of samples, and several inputs and outputs', async () => {
    const heads = () => {
      setSeed(3);
      return twoHeads();
    };
    const [model, twin] = [heads(), heads()];
    const shapes = twin.inputShapes!.map(([, ...sample]) => [8, ...(sample as number[])]);
    const given: DataLike = Object.fromEntries(twin.inputNames!.map((name, i) => [name, noise(shapes[i]!, i)]));
    expect(await model.predictAll(() => [[given]])).toEqual(await twin.predictAll(given));

    const weighted = lineModel({ weightedMetrics: ['mae'] });
    const plain = lineModel({ weightedMetrics: ['mae'] });
    const [xs, ys] = [noise([5, 1]), noise([5, 1], 2)];
    const sampleWeight = [1, 0, 2, 0.5, 3];
    const parts: BatchLike[] = [
      { x: xs.slice(0, 3), y: ys.slice(0, 3), sampleWeight: sampleWeight.slice(0, 3) },
      [xs.slice(3, 5), ys.slice(3, 5), sampleWeight.slice(3)],
    ];
    const one = await weighted.fit(parts.values(), silent);
    const two = await plain.fit(xs, ys, { sampleWeight, batchSize: 3, shuffle: false, ...silent });
    expect(one.history).toEqual(two.history);
    expect(Object.keys(one.history)).toEqual(['loss', 'mae']);
  });

  test('validates during a run on arrays, and arrays during a run on a stream', async () => {
    setSeed(1);
    const model = classifier();
    const { history } = await model.fit(() => batches(), {
      epochs: 2,
      validationData: [x, y],
      validationBatchSize: 8,
      ...silent,
    });
    setSeed(1);
    const twin = classifier();
    const other = await twin.fit(x, y, { epochs: 2, batchSize: 8, shuffle: false, validationData: () => later(), ...silent });
    expect(history).toEqual(other.history);
    expect(Object.keys(history)).toContain('val_loss');
  });

  test('is closed when the run is over, cancelled or fails', async () => {
    const closed = vi.fn();
    const open = function* (): Generator<[Tensor, Tensor]> {
      try {
        for (;;) yield* batches();
      } finally {
        closed();
      }
    };
    const model = classifier();
    await model.fit(open, { stepsPerEpoch: 2, epochs: 2, ...silent });
    expect(closed).toHaveBeenCalledTimes(1);
    const abort = new AbortController();
    const stop = { onTrainBatchEnd: () => abort.abort() };
    await expect(model.fit(open, { callbacks: [stop], signal: abort.signal, ...silent })).rejects.toThrow(/cancelled/);
    expect(closed).toHaveBeenCalledTimes(2);
    const fails = { onTrainBatchEnd: () => Promise.reject(new Error('mine')) };
    await expect(model.fit(open, { callbacks: [fails], ...silent })).rejects.toThrow('mine');
    expect(closed).toHaveBeenCalledTimes(3);
  });

  test('that never comes is cancelled all the same', async () => {
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const model = classifier();
    await expect(model.fit(never, { signal: AbortSignal.timeout(20), ...silent })).rejects.toThrow(/cancelled/);
    await model.fit(x, y, silent);
  });

  test('that waits for something is left when the run is cancelled', async () => {
    const waits = async function* (): AsyncGenerator<[Tensor, Tensor]> {
      yield* batches();
      await new Promise(() => {});
    };
    const model = classifier();
    await expect(model.fit(waits, { signal: AbortSignal.timeout(20), ...silent })).rejects.toThrow(/cancelled/);
    await expect(model.evaluate(waits, { signal: AbortSignal.timeout(20), ...silent })).rejects.toThrow(/cancelled/);
    await model.fit(x, y, silent);
  });

  test('that cannot be closed does not hide what a run failed with', async () => {
    const open = function* (): Generator<[Tensor, Tensor]> {
      try {
        yield* batches();
      } finally {
        JSON.parse('not closed');
      }
    };
    const fails = { onTrainBatchEnd: () => Promise.reject(new Error('mine')) };
    await expect(classifier().fit(open, { callbacks: [fails], ...silent })).rejects.toThrow('mine');
    await expect(classifier().fit(open, { stepsPerEpoch: 1, ...silent })).rejects.toThrow(/JSON/);
  });

  test('that has ended leaves no epoch without steps in the history', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = classifier();
    const ended: number[] = [];
    const log = { onEpochEnd: (epoch: number) => void ended.push(epoch) };
    const { history, epoch } = await model.fit(batches(), { epochs: 3, validationData: [x, y], callbacks: [log], ...silent });
    expect([epoch, ended]).toEqual([[0], [0]]);
    expect(history.loss).toHaveLength(1);
    expect(history.val_loss).toHaveLength(1);
    expect(warn.mock.calls.flat().join()).toMatch(/the data have ended/);
    warn.mockRestore();
  });

  test('is read one batch at a time', async () => {
    let read = 0;
    const source = function* (): Generator<[Tensor, Tensor]> {
      for (const batch of batches()) {
        read++;
        yield batch;
      }
    };
    const seen: number[] = [];
    await classifier().fit(source, { callbacks: [{ onTrainBatchEnd: () => void seen.push(read) }], ...silent });
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('epochs of some steps', () => {
  const order = async (options: object, stream?: () => BatchStream): Promise<string[]> => {
    const seen: string[] = [];
    const log = {
      onEpochBegin: (epoch: number) => void seen.push(`epoch ${epoch}`),
      onTrainBatchEnd: (batch: number) => void seen.push(`${batch}`),
    };
    const all = { callbacks: [log], ...options, ...silent };
    if (stream) await classifier().fit(stream(), all);
    else await classifier().fit(x, y, { batchSize: 8, ...all });
    return seen;
  };

  test('go on in the data where the last one ended, and begin anew when they end', async () => {
    const expected = ['epoch 0', '0', '1', 'epoch 1', '0', '1', 'epoch 2', '0', '1'];
    expect(await order({ stepsPerEpoch: 2, epochs: 3 })).toEqual(expected);
    expect(await order({ stepsPerEpoch: 2, epochs: 3 }, () => () => batches())).toEqual(expected);
  });

  test('have the numbers initialEpoch … epochs − 1', async () => {
    const { epoch } = await classifier().fit(x, y, { initialEpoch: 3, epochs: 5, ...silent });
    expect(epoch).toEqual([3, 4]);
    expect((await classifier().fit(x, y, { initialEpoch: 5, epochs: 5, ...silent })).epoch).toEqual([]);
  });

  test('train what is to be trained then, also when they begin within a pass', async () => {
    const model = classifier();
    const [, dense] = model.layers;
    const seen: number[][] = [];
    const freeze = {
      onEpochBegin: (epoch: number) => {
        dense!.trainable = epoch === 0;
      },
      onEpochEnd: () => void seen.push([...dense!.getWeights()[0]!.data]),
    };
    await model.fit(x, y, { batchSize: 4, stepsPerEpoch: 2, epochs: 3, callbacks: [freeze], ...silent });
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  test('are validated on the same pass each time', async () => {
    const passes: number[] = [];
    const validationData = {
      size: 3,
      open: (pass: number) => {
        passes.push(pass);
        return batches();
      },
    };
    await classifier().fit(x, y, { epochs: 3, validationData, ...silent });
    expect(new Set(passes)).toEqual(new Set([0]));
  });

  test.each([
    [2, [1, 3]],
    [
      [1, 4],
      [0, 3],
    ],
    [5, []],
  ])('are validated as validationFreq %o says', async (validationFreq, expected) => {
    const validated: number[] = [];
    const log = { onEpochEnd: (epoch: number, logs: object) => void ('val_loss' in logs && validated.push(epoch)) };
    await classifier().fit(x, y, { epochs: 4, validationSplit: 0.25, validationFreq, callbacks: [log], ...silent });
    expect(validated).toEqual(expected);
  });

  test('take validationSteps batches of the validation data', async () => {
    const model = lineModel();
    const [xs, ys] = [noise([10, 1]), noise([10, 1], 2)];
    const fit = await model.fit(xs, ys, { validationData: [xs, ys], validationBatchSize: 3, validationSteps: 2, ...silent });
    const { loss } = await model.evaluate(xs.slice(0, 6), ys.slice(0, 6), { batchSize: 3, ...silent });
    expect(fit.history.val_loss).toEqual([loss]);
    expect(await model.evaluate(xs, ys, { batchSize: 3, steps: 2, ...silent })).toEqual({ loss });
    expect((await model.predict(xs, { batchSize: 3, steps: 2 })).shape).toEqual([6, 1]);
  });
});

describe('a stream that is not as it should be', () => {
  test('ends training with a warning when it ends early, and keeps what was trained', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = classifier();
    const before = model.getWeights();
    const { epoch } = await model.fit(batches(), { epochs: 5, stepsPerEpoch: 2, ...silent });
    expect(epoch).toEqual([0, 1]);
    expect(model.getWeights()).not.toEqual(before);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(
      /fit\] expected 2 batches in epoch 1, got 1: the data have ended.*Hint: give a Dataset or a function/,
    );
    warn.mockClear();
    await classifier().fit(batches(), { epochs: 2, ...silent });
    expect(warn.mock.calls[0]![0]).toMatch(/expected at least one batch in epoch 1, got 0/);
    warn.mockRestore();
  });

  test.each<[string, BatchStream, RegExp]>([
    ['is empty', () => [], /at least one batch, got data that end before the first/],
    ['gives nothing to iterate over', () => 7 as never, /a function that gives something to iterate over, got 7/],
    ['has batches of four parts', () => [[x, y, y, y]] as never, /one to three parts, got one of 4. Hint: yield \[x, y\]/],
    ['has batches that are numbers', () => [3] as never, /fit, batch 0\] expected a batch, got 3/],
    ['has a batch without targets', () => [[x]], /fit, batch 0\] expected `y`, got nothing/],
    ['has an unknown part', () => [{ x, z: y }] as never, /`z`/],
    [
      'has ragged batches',
      () => [...batches(), [noise([4, 3]), y.slice(0, 4)]] as never,
      /fit, batch 3\] .*\[\?, 2\], got \[4, 3\]/,
    ],
    ['has targets of another count', () => [[x, y.slice(0, 3)]], /as many targets as inputs, got 24 inputs and 3 targets/],
    ['has a class there is none of', () => [[x.slice(0, 2), [0, 9]]], /batch 0\].*9/],
  ])('%s', async (_, stream, text) => {
    const model = classifier();
    await expect(model.fit(stream, silent)).rejects.toThrow(text);
    await model.fit(x, y, silent);
  });

  test.each([
    ['targets beside it', y, {}, /no `y` beside a stream of batches/],
    ['a batch size', undefined, { batchSize: 3 }, /no `batchSize` beside a stream of batches, got 3/],
    ['a validation split', undefined, { validationSplit: 0.5 }, /no `validationSplit` beside/],
    ['weights of samples', undefined, { sampleWeight: [1] }, /no `sampleWeight` beside/],
    ['no steps', undefined, { stepsPerEpoch: 0 }, /`stepsPerEpoch` to be an integer >= 1, got 0/],
    ['a negative first epoch', undefined, { initialEpoch: -1 }, /`initialEpoch` to be an integer >= 0/],
    ['a bad validationFreq', undefined, { validationFreq: 'often' }, /`validationFreq`/],
  ])('%s is refused', async (_, targets, options, text) => {
    const stream = (() => batches()) as unknown as DataLike;
    await expect(classifier().fit(stream, targets as DataLike, { ...options, ...silent } as object)).rejects.toThrow(text);
  });
});
