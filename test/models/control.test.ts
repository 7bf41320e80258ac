/** @file Who is called when, and how a run is stopped, cancelled or refused. */

import { describe, expect, test } from 'vitest';
import { AbortError } from '../../src/base/fail.ts';
import type { Callback } from '../../src/callbacks/index.ts';
import { SGD } from '../../src/optimizers/index.ts';
import { classifier, clusters, lineModel, noise, Recorder, silent, weightsOf } from '../support/models.ts';

const x = [[1], [2], [3]];
const y = [[1], [2], [3]];

describe('callbacks', () => {
  test('are called in the order of Keras', async () => {
    const seen = new Recorder();
    await lineModel().fit(x, y, { epochs: 2, batchSize: 2, validationData: [x, y], callbacks: [seen], ...silent });
    const epoch = (at: number): string[] => [
      `epochBegin ${at}`,
      'batchBegin 0',
      'batchEnd 0 loss',
      'batchBegin 1',
      'batchEnd 1 loss',
      'testBegin 2',
      'testBatchEnd 0 loss',
      'testBatchEnd 1 loss',
      'testEnd loss',
      `epochEnd ${at} loss+val_loss`,
    ];
    expect(seen.calls).toEqual(['trainBegin 2x2', ...epoch(0), ...epoch(1), 'trainEnd loss+val_loss']);
  });

  test('are called one after the other, in the order of the list', async () => {
    const calls: string[] = [];
    const named = (name: string): Callback => ({
      onEpochEnd: async () => {
        await new Promise((resolve) => setTimeout(resolve, name === 'a' ? 5 : 0));
        calls.push(name);
      },
    });
    await lineModel().fit(x, y, { callbacks: [named('a'), named('b')], ...silent });
    expect(calls).toEqual(['a', 'b']);
  });

  test('are called by evaluate, too', async () => {
    const seen = new Recorder();
    await lineModel().evaluate(x, y, { batchSize: 2, callbacks: [seen], ...silent });
    expect(seen.calls).toEqual(['testBegin 2', 'testBatchEnd 0 loss', 'testBatchEnd 1 loss', 'testEnd loss']);
  });

  test('see running means over the epoch so far', async () => {
    const seen: number[] = [];
    const model = lineModel({ optimizer: new SGD({ learningRate: 1e-30 }) });
    const watch: Callback = { onTrainBatchEnd: (_, { loss }) => void seen.push(loss!) };
    await model.fit(x, y, { epochs: 2, batchSize: 1, shuffle: false, callbacks: [watch], ...silent });
    // Errors of 0.5x against x are 0.5, 1, 1.5.
    const means = [0.25, (0.25 + 1) / 2, (0.25 + 1 + 2.25) / 3];
    expect(seen).toEqual([...means, ...means]);
  });

  test('may use the model between epochs, as early stopping and evaluation on further data do', async () => {
    const [watched, plain] = [classifier(), classifier()];
    const data = clusters(20);
    const options = { epochs: 3, batchSize: 8, shuffle: false, ...silent };
    const losses: number[] = [];
    const uses: Callback = {
      onEpochEnd: async () => {
        // More shapes than a model keeps programs for: none of those in use may be dropped.
        for (let rows = 1; rows <= 40; rows++) await watched.predictOnBatch(noise([rows, 2]));
        losses.push((await watched.evaluate(data.x, data.y, silent)).loss!);
      },
    };
    await watched.fit(data.x, data.y, { ...options, callbacks: [uses] });
    expect(losses).toHaveLength(3);
    await plain.fit(data.x, data.y, options);
    expect(weightsOf(watched)).toEqual(weightsOf(plain));
  });

  test('may train the model between epochs: both runs keep to their own data', async () => {
    const model = lineModel();
    const inner: Callback = {
      onEpochBegin: async () => {
        await model.fit([[0], [0], [0]], [[9], [9], [9]], { batchSize: 1, ...silent });
        model.setWeights([[[0.5]], [0]]);
      },
    };
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 1, shuffle: false, callbacks: [inner], ...silent });
    const alone = await lineModel().fit(x, y, { batchSize: 1, shuffle: false, ...silent });
    expect(history.loss).toEqual([alone.history.loss![0], alone.history.loss![0]]);
  });

  test('that throw end the run with their error, and the model can be trained again', async () => {
    const model = lineModel();
    const broken: Callback = {
      onEpochEnd: () => {
        throw new RangeError('from a callback');
      },
    };
    await expect(model.fit(x, y, { epochs: 3, callbacks: [broken], ...silent })).rejects.toThrow(
      new RangeError('from a callback'),
    );
    expect((await model.fit(x, y, silent)).epoch).toEqual([0]);
  });
});

describe('stopTraining', () => {
  test('ends the run after the step, with validation and the epoch told', async () => {
    const seen = new Recorder();
    let stop = (): void => {};
    const stopper: Callback = {
      onTrainBegin: (model) => {
        stop = () => {
          model.stopTraining = true;
        };
      },
      onTrainBatchEnd: (batch) => {
        if (batch === 1) stop();
      },
    };
    const { epoch } = await lineModel().fit(x, y, {
      epochs: 5,
      batchSize: 1,
      validationData: [x, y],
      callbacks: [stopper, seen],
      ...silent,
    });
    expect(epoch).toEqual([0]);
    expect(seen.calls.filter((call) => call.startsWith('batchEnd'))).toEqual(['batchEnd 0 loss', 'batchEnd 1 loss']);
    expect(seen.calls.slice(-2)).toEqual(['epochEnd 0 loss+val_loss', 'trainEnd loss+val_loss']);
  });

  test('can be set on the model itself, and counts for one run only', async () => {
    const model = lineModel();
    const stopper: Callback = {
      onEpochEnd: (epoch) => {
        if (epoch === 1) model.stopTraining = true;
      },
    };
    expect((await model.fit(x, y, { epochs: 9, callbacks: [stopper], ...silent })).epoch).toEqual([0, 1]);
    expect((await model.fit(x, y, { epochs: 3, ...silent })).epoch).toEqual([0, 1, 2]);
  });
});

describe('a signal', () => {
  test('cancels after the step it comes in, and the model trains on from there', async () => {
    const model = lineModel();
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen = new Recorder();
    const aborts: Callback = {
      onTrainBatchEnd: (batch) => {
        if (batch === 1) controller.abort(reason);
      },
    };
    const options = { epochs: 3, batchSize: 1, shuffle: false, ...silent };
    const run = model.fit(x, y, { ...options, callbacks: [aborts, seen], signal: controller.signal });
    await expect(run).rejects.toThrow(/^\[Sequential "sequential.*"\.fit\] cancelled by its signal/);
    await expect(run).rejects.toBeInstanceOf(AbortError);
    await expect(run).rejects.toMatchObject({ name: 'AbortError', cause: reason });
    expect(seen.calls.at(-1)).toBe('batchEnd 1 loss');

    // Two steps were taken, neither more nor less.
    const twin = lineModel();
    await twin.fit(x.slice(0, 2), y.slice(0, 2), { ...options, epochs: 1 });
    expect(weightsOf(model)).toEqual(weightsOf(twin));
    await model.fit(x, y, options);
    await twin.fit(x, y, options);
    expect(weightsOf(model)).toEqual(weightsOf(twin));
  });

  test('that comes from a timer cancels a long run in the middle', async () => {
    const model = classifier({ units: 64 });
    const data = clusters(4000);
    const started = performance.now();
    await expect(model.fit(data.x, data.y, { epochs: 100_000, signal: AbortSignal.timeout(50), ...silent })).rejects.toThrow(
      AbortError,
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('that was given before keeps anything from being trained', async () => {
    const model = lineModel();
    const signal = AbortSignal.abort();
    const before = weightsOf(model);
    await expect(model.fit(x, y, { signal, ...silent })).rejects.toThrow(AbortError);
    await expect(model.evaluate(x, y, { signal, ...silent })).rejects.toThrow(/evaluate\] cancelled by its signal/);
    await expect(model.predict(x, { signal })).rejects.toThrow(/predict\] cancelled by its signal/);
    expect(weightsOf(model)).toEqual(before);
  });
});

describe('a run on a model that is running', () => {
  const refused =
    /\[Sequential "sequential.*"\.\w+\] expected a model that is not running, got one that is\. Hint: await the previous call first/;

  test('is refused, and the first run is not disturbed', async () => {
    const [model, twin] = [lineModel(), lineModel()];
    const options = { epochs: 3, batchSize: 1, shuffle: false, ...silent };
    const first = model.fit(x, y, options);
    const others = [model.fit(x, y, options), model.evaluate(x, y, silent), model.predict(x), model.trainOnBatch(x, y)];
    expect(() => model.compile({ loss: 'mse' })).toThrow(refused);
    for (const other of others) await expect(other).rejects.toThrow(refused);
    await first;
    await twin.fit(x, y, options);
    expect(weightsOf(model)).toEqual(weightsOf(twin));
    await model.fit(x, y, options);
  });

  test('is refused from the first step to the last', async () => {
    const optimizer = new SGD();
    const model = lineModel({ optimizer });
    await model.predict(x);
    const run = model.fit(x, y, { epochs: 20, batchSize: 1, ...silent });
    // Any task may try at any time; the first try that is let through must come when all is done.
    let tries = 0;
    for (let isRefused = true; isRefused; tries++) {
      await (tries % 1000 === 999 ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve());
      try {
        model.compile({ optimizer, loss: 'mse' });
        isRefused = false;
      } catch (error) {
        expect((error as Error).message).toMatch(refused);
      }
    }
    expect(tries).toBeGreaterThan(20);
    expect(optimizer.iterations).toBe(60);
    await run;
  });

  test('is refused in the middle of an epoch', async () => {
    const model = lineModel();
    const uses: Callback = { onTrainBatchEnd: async () => void (await model.predict(x)) };
    await expect(model.fit(x, y, { callbacks: [uses], ...silent })).rejects.toThrow(
      /callbacks may use their model when an epoch begins or ends/,
    );
    await model.fit(x, y, silent);
  });

  test('that a callback started and did not wait for ends before training goes on', async () => {
    const [model, twin] = [lineModel(), lineModel()];
    const options = { epochs: 2, shuffle: false, ...silent };
    const ones = new Array<number[]>(20).fill([1]);
    const predictions: number[] = [];
    const careless: Callback = {
      onEpochEnd: () => {
        void model.predict(ones, { batchSize: 1 }).then(({ data }) => predictions.push(...data));
      },
    };
    await model.fit(x, y, { ...options, callbacks: [careless] });
    const expected: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      await twin.fit(x, y, { ...options, epochs: 1 });
      expected.push(...(await twin.predict(ones)).data);
    }
    expect(predictions).toEqual(expected);
  });
});

test('models take turns when several are trained at once', async () => {
  const data = clusters(64);
  const options = { epochs: 4, batchSize: 8, shuffle: false, ...silent };
  const alone = classifier();
  await alone.fit(data.x, data.y, options);
  const together = [classifier(), classifier(), classifier()];
  await Promise.all(together.map((model) => model.fit(data.x, data.y, options)));
  for (const model of together) expect(weightsOf(model)).toEqual(weightsOf(alone));
});

test('a long run lets timers have their turn', async () => {
  const data = clusters(2000);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await classifier({ units: 64 }).fit(data.x, data.y, { epochs: 100, ...silent });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(2);
});
