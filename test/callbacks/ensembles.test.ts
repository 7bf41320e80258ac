/** @file Callbacks that average or disturb weights: moving averages, snapshots, stochastic weight averaging, noise. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor } from '../../src/base/tensor.ts';
import {
  type Callback,
  SnapshotEnsemble,
  type SnapshotEnsembleOptions,
  StochasticWeightAveraging,
  type StochasticWeightAveragingOptions,
  SwapEMAWeights,
  WeightNoise,
  type WeightNoiseOptions,
} from '../../src/callbacks/index.ts';
import { engine } from '../../src/engine/index.ts';
import { Dense } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { type Optimizer, SGD } from '../../src/optimizers/index.ts';
import { CosineDecay } from '../../src/schedules/index.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

const place = temporaryFolder('ensembles');
const x = new Tensor(
  Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
  [32, 2],
);
const y = new Tensor(
  Float32Array.from({ length: 32 }, (_, i) => Math.cos(3 * i)),
  [32, 1],
);

function makeModel(optimizer: Optimizer = new SGD({ learningRate: 0.2 })): Sequential {
  const model = new Sequential([new Dense({ units: 4, activation: 'tanh', inputShape: [2] }), new Dense({ units: 1 })]);
  model.compile({ optimizer, loss: 'mse' });
  return model;
}

const valuesOf = (model: { getWeights(): Tensor[] }): number[] => model.getWeights().flatMap(({ data }) => [...data]);

/** Weights after every epoch and while validation runs, as a callback behind others sees them. */
class Watch implements Callback {
  readonly epochEnds: number[][] = [];
  readonly tests: number[][] = [];
  readonly batchEnds: number[][] = [];
  readonly #model: Sequential;

  constructor(model: Sequential) {
    this.#model = model;
  }
  onEpochEnd(): void {
    this.epochEnds.push(valuesOf(this.#model));
  }
  onTestBegin(): void {
    this.tests.push(valuesOf(this.#model));
  }
  onTrainBatchEnd(): void {
    this.batchEnds.push(valuesOf(this.#model));
  }
}

describe('SwapEMAWeights', () => {
  const averaging = () => new SGD({ learningRate: 0.2, useEma: true, emaMomentum: 0.5 });
  /** Averages as the definition says, from the weights after every step. */
  const averages = (steps: readonly number[][]): number[][] => {
    let average: number[] | undefined;
    return steps.map((weights) => {
      average = average ? average.map((value, i) => 0.5 * value + 0.5 * weights[i]!) : weights;
      return average;
    });
  };
  const close = (a: readonly number[], b: readonly number[]): void => {
    expect(a).toHaveLength(b.length);
    for (const [i, value] of a.entries()) expect(value).toBeCloseTo(b[i]!, 5);
  };

  test.each([false, true])(
    'shows the averages to validation and training goes on without them (swapOnEpoch: %s)',
    async (swapOnEpoch) => {
      const train = async (swaps: boolean) => {
        setSeed(3);
        const model = makeModel(averaging());
        const watch = new Watch(model);
        const callbacks = [...(swaps ? [new SwapEMAWeights({ swapOnEpoch })] : []), watch];
        await model.fit(x, y, { epochs: 3, batchSize: 8, validationSplit: 0.25, verbose: 0, callbacks });
        return { watch, end: valuesOf(model) };
      };
      const plain = await train(false);
      const swapped = await train(true);
      expect(swapped.watch.batchEnds).toEqual(plain.watch.batchEnds);
      const expected = averages(plain.watch.batchEnds).filter((_, step) => step % 3 === 2);
      expected.forEach((average, epoch) => {
        close(swapped.watch.tests[epoch]!, average);
        close(swapped.watch.epochEnds[epoch]!, swapOnEpoch ? average : plain.watch.epochEnds[epoch]!);
      });
      close(swapped.end, expected[2]!);
    },
  );

  test('keeps what was trained when the run is cancelled between two epochs', async () => {
    const model = makeModel(averaging());
    const watch = new Watch(model);
    const control = new AbortController();
    const cancel: Callback = { onEpochEnd: () => control.abort() };
    const callbacks = [new SwapEMAWeights({ swapOnEpoch: true }), watch, cancel];
    const run = model.fit(x, y, { epochs: 3, batchSize: 8, verbose: 0, callbacks, signal: control.signal });
    await expect(run).rejects.toThrow(/cancelled/);
    expect(watch.epochEnds[0]).not.toEqual(watch.batchEnds.at(-1));
    expect(valuesOf(model)).toEqual(watch.batchEnds.at(-1));
  });

  test('refuses an optimizer without averages', async () => {
    const run = makeModel().fit(x, y, { verbose: 0, callbacks: [new SwapEMAWeights()] });
    await expect(run).rejects.toThrow(
      '[SwapEMAWeights] expected an optimizer that averages weights, got "sgd" without averages. Hint: make it with useEma: true.',
    );
  });
});

describe('SnapshotEnsemble', () => {
  /** The rate of every step of a run. */
  async function ratesOf(options: SnapshotEnsembleOptions, epochs: number, batchSize = 8) {
    const model = makeModel();
    const rates: number[] = [];
    const note: Callback = { onTrainBatchEnd: () => void rates.push(model.optimizer.learningRate) };
    const ensemble = new SnapshotEnsemble(options);
    const { history } = await model.fit(x, y, { epochs, batchSize, verbose: 0, callbacks: [ensemble, note] });
    return { model, rates, ensemble, history };
  }

  test('lets the rate fall along half a cosine in every cycle, and starts over', async () => {
    const { model, rates, ensemble, history } = await ratesOf({ cycles: 2 }, 4);
    const expected = Array.from({ length: 16 }, (_, step) => 0.1 * (1 + Math.cos((Math.PI * (step % 8)) / 8)));
    expect(rates).toHaveLength(16);
    for (const [step, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[step]!, 6);
    expect(ensemble.snapshots.map(({ epoch }) => epoch)).toEqual([1, 3]);
    expect(history.learning_rate).toHaveLength(4);
    expect(model.optimizer.learningRate).toBe(0.2);
  });

  test('takes a snapshot per cycle, also where cycles do not divide the epochs', async () => {
    expect((await ratesOf({ cycles: 4 }, 10, 32)).ensemble.snapshots.map(({ epoch }) => epoch)).toEqual([2, 4, 7, 9]);
    expect((await ratesOf({ epochsPerCycle: 2 }, 5, 32)).ensemble.snapshots.map(({ epoch }) => epoch)).toEqual([1, 3]);
    const { rates } = await ratesOf({ cycles: 1, maxRate: 0.5, alpha: 0.5 }, 2, 32);
    expect(rates[0]).toBeCloseTo(0.5, 6);
    expect(rates[1]).toBeCloseTo(0.375, 6);
  });

  test('predicts the mean of its snapshots and leaves the weights alone', async () => {
    const { model, ensemble } = await ratesOf({ cycles: 3, path: place('snapshot-{cycle}-{epoch}.safetensors') }, 3);
    model.setWeights(model.getWeights().map(({ shape, size }) => new Tensor(new Float32Array(size).fill(0.5), shape)));
    const own = valuesOf(model);
    const mean = await ensemble.predictEnsemble(model, x, { batchSize: 16 });
    expect(valuesOf(model)).toEqual(own);
    const single: Tensor[] = [];
    for (let i = 1; i <= 3; i++) {
      await model.loadWeights(place(`snapshot-${i}-${i}.safetensors`));
      single.push(await model.predict(x));
    }
    expect(mean.shape).toEqual([32, 1]);
    mean.data.forEach((value, i) => {
      expect(value).toBeCloseTo((single[0]!.data[i]! + single[1]!.data[i]! + single[2]!.data[i]!) / 3, 6);
    });
    expect(single[0]!.data[0]).not.toBeCloseTo(single[2]!.data[0]!, 4);
  });

  test.each<[object, RegExp]>([
    [{}, /either `cycles` or `epochsPerCycle`, got neither/],
    [{ cycles: 2, epochsPerCycle: 2 }, /either `cycles` or `epochsPerCycle`, got both/],
    [{ cycles: 0 }, /`cycles` to be an integer >= 1, got 0/],
    [{ cycles: 2, alpha: 2 }, /`alpha` to be a number in \[0, 1\], got 2/],
    [{ cycles: 2, maxRate: 0 }, /`maxRate` to be a finite number > 0, got 0/],
  ])('%j is refused', (options, message) => {
    expect(() => new SnapshotEnsemble(options as SnapshotEnsembleOptions)).toThrow(message);
  });

  test('refuses runs it cannot divide, schedules, and to predict from nothing', async () => {
    const run = (model: Sequential) =>
      model.fit(x, y, { epochs: 2, verbose: 0, callbacks: [new SnapshotEnsemble({ cycles: 3 })] });
    await expect(run(makeModel())).rejects.toThrow(/at least 3 epochs for as many `cycles`, got 2/);
    const scheduled = new SGD({ learningRate: new CosineDecay({ initialLearningRate: 1, decaySteps: 9 }) });
    await expect(run(makeModel(scheduled))).rejects.toThrow(
      /an optimizer whose rate it may set, got "sgd", which follows a schedule/,
    );
    await expect(new SnapshotEnsemble({ cycles: 1 }).predictEnsemble(makeModel(), x)).rejects.toThrow(
      /snapshots to predict with, got none/,
    );
  });
});

describe('StochasticWeightAveraging', () => {
  test('leaves the mean of the weights after the epochs that count', async () => {
    const model = makeModel();
    const watch = new Watch(model);
    const averaging = new StochasticWeightAveraging({ startEpoch: 1, frequency: 2 });
    await model.fit(x, y, { epochs: 6, batchSize: 8, verbose: 0, callbacks: [watch, averaging] });
    expect(averaging.count).toBe(3);
    const counted = [1, 3, 5].map((epoch) => watch.epochEnds[epoch]!);
    for (const [i, value] of valuesOf(model).entries()) {
      expect(value).toBeCloseTo((counted[0]![i]! + counted[1]![i]! + counted[2]![i]!) / 3, 6);
    }
    expect(valuesOf(model)).not.toEqual(watch.epochEnds.at(-1));
  });

  test('changes nothing before its first epoch, and refuses bad options', async () => {
    const model = makeModel();
    const watch = new Watch(model);
    await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: [watch, new StochasticWeightAveraging({ startEpoch: 5 })] });
    expect(valuesOf(model)).toEqual(watch.epochEnds.at(-1));
    const make = (options: object) => () => new StochasticWeightAveraging(options as StochasticWeightAveragingOptions);
    expect(make({})).toThrow(/`startEpoch` to be an integer >= 0, got undefined/);
    expect(make({ startEpoch: 1, frequency: 0 })).toThrow(/`frequency` to be an integer >= 1, got 0/);
  });
});

describe('WeightNoise', () => {
  /** Weights at every step as the program saw them, from the gradient of a model y = w·x whose rate is tiny. */
  const train = async (options: WeightNoiseOptions | undefined, rate = 0.1) => {
    setSeed(11);
    const model = makeModel(new SGD({ learningRate: rate }));
    const before = valuesOf(model);
    const seen: number[][] = [];
    const look: Callback = { onTrainBatchBegin: () => void seen.push(valuesOf(model)) };
    const watch = new Watch(model);
    const callbacks = [...(options ? [new WeightNoise(options)] : []), look, watch];
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 8, validationSplit: 0.25, verbose: 0, callbacks });
    return { before, seen, watch, loss: history.loss!, after: valuesOf(model) };
  };

  test('disturbs steps and nothing else', async () => {
    const { before, seen, watch, after } = await train({ stddev: 0.1, seed: 1 }, 1e-30);
    // At such a rate a step changes nothing, to the bit.
    expect([after, watch.tests[0], watch.epochEnds[1], watch.batchEnds[2]]).toEqual([before, before, before, before]);
    const noise = seen.flatMap((weights) => weights.map((value, i) => value - before[i]!));
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
    expect(noise.length).toBeGreaterThan(100);
    expect(deviation).toBeGreaterThan(0.08);
    expect(deviation).toBeLessThan(0.12);
    expect(new Set(noise).size).toBeGreaterThan(noise.length * 0.9);
  });

  test('follows from its seed, and changes where training goes', async () => {
    const [one, again, other, none] = [
      await train({ stddev: 0.1, seed: 1 }),
      await train({ stddev: 0.1, seed: 1 }),
      await train({ stddev: 0.1, seed: 2 }),
      await train(undefined),
    ];
    expect(again).toEqual(one);
    expect(other.after).not.toEqual(one.after);
    expect(none.after).not.toEqual(one.after);
    for (const [i, value] of one.after.entries()) expect(Math.abs(value - none.after[i]!)).toBeLessThan(0.3);
  });

  test('gives its memory back when a run ends, and goes on with other random numbers in the next', async () => {
    setSeed(11);
    const model = makeModel(new SGD({ learningRate: 1e-30 }));
    const before = valuesOf(model);
    const seen: number[][] = [];
    const look: Callback = { onTrainBatchBegin: () => void seen.push(valuesOf(model)) };
    const failing: Callback = {
      onTrainBatchBegin: () => {
        throw new Error('broken');
      },
    };
    const noise = new WeightNoise({ stddev: 0.1, seed: 1 });
    const train = (...more: Callback[]) =>
      model.fit(x, y, { epochs: 1, batchSize: 64, shuffle: false, verbose: 0, callbacks: [noise, ...more] });
    await train(look);
    const blocks = engine().memory.labels().sort();
    for (let run = 0; run < 3; run++) {
      await train(look);
      await expect(train(failing)).rejects.toThrow('broken');
    }
    expect(engine().memory.labels().sort()).toEqual(blocks);
    expect(blocks.filter((label) => /\/(clean|noisy)$/.test(label))).toEqual([]);
    expect(valuesOf(model)).toEqual(before);
    expect(new Set(seen.map(String)).size).toBe(seen.length);
  });

  test('that is relative leaves zeros alone and grows with the weight', async () => {
    const { before, seen } = await train({ stddev: 0.01, relative: true, seed: 1 }, 1e-30);
    for (const weights of seen) {
      for (const [i, value] of weights.entries()) {
        expect(Math.abs(value - before[i]!)).toBeLessThanOrEqual(0.06 * Math.abs(before[i]!) + 1e-20);
      }
    }
    expect(seen[0]).not.toEqual(before);
  });

  test.each<[object, RegExp]>([
    [{}, /`stddev` to be a finite number > 0, got undefined/],
    [{ stddev: 0 }, /`stddev` to be a finite number > 0, got 0/],
    [{ stddev: 1, relative: 1 }, /`relative` to be true or false, got 1/],
  ])('%j is refused', (options, message) => expect(() => new WeightNoise(options as WeightNoiseOptions)).toThrow(message));
});
