/** @file Callbacks that watch a number: golden values of Keras's rules, names, refusals, and what they do inside of fit. */

import { describe, expect, test, vi } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor } from '../../src/base/tensor.ts';
import {
  EarlyStopping,
  LambdaCallback,
  LearningRateScheduler,
  type Logs,
  ReduceLROnPlateau,
  TerminateOnNaN,
} from '../../src/callbacks/index.ts';
import { Dense } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { SGD } from '../../src/optimizers/index.ts';
import { loadGolden } from '../support/golden.ts';
import { FakeModel } from '../support/trained-model.ts';

const { cases } = loadGolden('callbacks');
const valuesOf = (golden: (typeof cases)[number]): readonly number[] => Object.values(golden.inputs)[0]!.data;

describe('golden callbacks', () => {
  const stopping = cases.filter(({ config }) => config.callback === 'EarlyStopping');
  const reducing = cases.filter(({ config }) => config.callback === 'ReduceLROnPlateau');
  test('are all of these two', () => expect(stopping.length + reducing.length).toBe(cases.length));

  test.each(stopping.map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
    const { patience, min_delta: minDelta, mode } = golden.config as { patience: number; min_delta: number; mode: 'min' };
    const callback = new EarlyStopping({ monitor: 'value', patience, minDelta, mode });
    const model = new FakeModel();
    callback.onTrainBegin(model);
    let epochs = 0;
    for (const value of valuesOf(golden)) {
      callback.onEpochEnd(epochs++, { value });
      if (model.stopTraining) break;
    }
    expect({ epochs_run: epochs, best_epoch: callback.bestEpoch, best: callback.best }).toEqual(golden.outputs);
  });

  test.each(reducing.map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
    const config = golden.config as Record<string, number>;
    const { patience, factor, cooldown, min_lr: minLr, min_delta: minDelta } = config as Record<string, never>;
    const callback = new ReduceLROnPlateau({ monitor: 'value', mode: 'min', patience, factor, cooldown, minLr, minDelta });
    const model = new FakeModel();
    model.optimizer.learningRate = config.initial_lr!;
    callback.onTrainBegin(model);
    const rates = valuesOf(golden).map((value, epoch) => {
      callback.onEpochEnd(epoch, { value });
      return model.optimizer.learningRate;
    });
    rates.forEach((rate, epoch) => {
      expect(rate, `epoch ${epoch}`).toBeCloseTo(golden.outputs.lr_after_epoch!.data[epoch]!, 9);
    });
  });
});

function stopped(options: ConstructorParameters<typeof EarlyStopping>[0], values: readonly number[]): [number, number, number] {
  const callback = new EarlyStopping({ monitor: 'loss', ...options });
  const model = new FakeModel();
  callback.onTrainBegin(model);
  let epoch = 0;
  for (; epoch < values.length && !model.stopTraining; epoch++) {
    model.weight = epoch;
    callback.onEpochEnd(epoch, { loss: values[epoch]! });
  }
  callback.onTrainEnd();
  return [epoch - 1, callback.bestEpoch, model.weight];
}

describe('EarlyStopping', () => {
  const values = [1, 0.9, 0.95, 0.89, 0.9, 0.91, 0.92, 0.8];

  test('stops where Keras does', () => {
    expect(stopped({ patience: 2 }, values)).toEqual([5, 3, 5]);
    expect(stopped({ patience: 0 }, values)).toEqual([2, 1, 2]);
    expect(stopped({ patience: 2, minDelta: 0.05 }, values)).toEqual([3, 1, 3]);
    expect(stopped({ patience: 3, baseline: 0.85 }, values)).toEqual([2, 1, 2]);
    expect(stopped({ patience: 1, startFromEpoch: 3 }, values)[0]).toBe(4);
  });

  test('restores the best weights, stopped or not', () => {
    expect(stopped({ patience: 2, restoreBestWeights: true }, values)).toEqual([5, 3, 3]);
    expect(stopped({ patience: 20, restoreBestWeights: true }, values.slice(0, -1))).toEqual([6, 3, 3]);
  });

  test('takes the direction from the metric, and NaN for no improvement', () => {
    const callback = new EarlyStopping({ monitor: 'val_accuracy', patience: 2 });
    const model = new FakeModel('max');
    callback.onTrainBegin(model);
    [0.5, 0.6, Number.NaN, 0.4].forEach((value, epoch) => {
      callback.onEpochEnd(epoch, { val_accuracy: value });
    });
    expect([callback.best, callback.bestEpoch, callback.stoppedEpoch]).toEqual([0.6, 1, 3]);
  });

  test('works in fit, and begins anew with every run', async () => {
    setSeed(1);
    const x = new Tensor(
      Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
      [32, 2],
    );
    const y = new Tensor(
      Float32Array.from({ length: 32 }, (_, i) => Math.cos(3 * i)),
      [32, 1],
    );
    const model = new Sequential([new Dense({ units: 16, activation: 'tanh', inputShape: [2] }), new Dense({ units: 1 })]);
    model.compile({ optimizer: new SGD({ learningRate: 0.9 }), loss: 'mse', metrics: ['mae'] });
    const callback = new EarlyStopping({ monitor: 'val_mae', patience: 3, restoreBestWeights: true });
    const run = { epochs: 60, verbose: 0, validationSplit: 0.25, callbacks: [callback] } as const;
    const { history } = await model.fit(x, y, run);
    expect(history.loss!.length).toBeLessThan(60);
    const best = Math.min(...history.val_mae!);
    expect(history.val_mae!.indexOf(best)).toBe(callback.bestEpoch);
    const after = await model.evaluate(x.slice(24, 32), y.slice(24, 32), { verbose: 0 });
    expect(after.mae).toBeCloseTo(best, 6);
    await model.fit(x, y, { ...run, epochs: 1 });
    expect([callback.stoppedEpoch, callback.bestEpoch]).toEqual([undefined, 0]);
  });

  test.each<[object, RegExp]>([
    [{ patince: 3 }, /did you mean `patience`/],
    [{ patience: -1 }, /`patience` to be an integer >= 0, got -1/],
    [{ mode: 'up' }, /`mode` to be 'auto', 'min' or 'max', got "up"/],
    [{ monitor: '' }, /`monitor` to be the name of a logged number/],
  ])('%o is refused', (options, message) => {
    expect(() => new EarlyStopping(options)).toThrow(message);
  });

  test.each<[string, Logs, RegExp]>([
    ['val_loss', { loss: 1 }, /Hint: give fit validationData or a validationSplit/],
    ['val_acuracy', { loss: 1, val_accuracy: 0.5 }, /did you mean 'val_accuracy'\? There are: loss, val_accuracy/],
    ['speed', { speed: 1 }, /known whether lower or higher is better, got "speed"\. Hint: say mode/],
  ])('a monitor of %s is explained', (monitor, logs, message) => {
    const callback = new EarlyStopping({ monitor });
    callback.onTrainBegin(new FakeModel());
    expect(() => callback.onEpochEnd(0, logs)).toThrow(message);
  });
});

test('ReduceLROnPlateau refuses a factor that does not reduce', () => {
  expect(() => new ReduceLROnPlateau({ factor: 1 })).toThrow(/`factor` to be a number between 0 and 1, got 1/);
});

test('LearningRateScheduler sets and logs the rate, and names the epoch whose rate is none', async () => {
  const model = new Sequential([new Dense({ units: 1, inputShape: [1] })]);
  model.compile({ optimizer: new SGD({ learningRate: 0.5 }), loss: 'mse' });
  const run = (schedule: (epoch: number, rate: number) => number) =>
    model.fit([[1], [2]], [[1], [2]], { epochs: 3, verbose: 0, callbacks: [new LearningRateScheduler(schedule)] });
  const { history } = await run((epoch, rate) => (epoch === 0 ? rate : rate / 2));
  expect(history.learning_rate).toEqual([0.5, 0.25, 0.125]);
  await expect(run((epoch) => (epoch < 2 ? 0.1 : Number.NaN))).rejects.toThrow(/a finite rate >= 0 for epoch 2, got NaN/);
  expect(() => new LearningRateScheduler({ schedule: 3 as never })).toThrow(/`schedule` to be a function/);
});

test('TerminateOnNaN ends a run that diverges and names the layer', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  const make = () => {
    const model = new Sequential([new Dense({ units: 1, inputShape: [1], name: 'only' })]);
    model.compile({ optimizer: new SGD({ learningRate: 1e30 }), loss: 'mse' });
    return model;
  };
  const data = [[[1e10], [2e10]] as number[][], [[1], [2]] as number[][]] as const;
  const { history } = await make().fit(...data, { epochs: 50, verbose: 0, callbacks: [new TerminateOnNaN()] });
  expect(history.loss!.length).toBeLessThan(5);
  expect(print.mock.calls.flat().join(' ')).toMatch(
    /^Batch \d: the loss is (NaN|Infinity), training ends \(layer "only": weight "only\/kernel" holds (NaN|-?Infinity)\)\.$/,
  );
  print.mockRestore();
  const strict = make().fit(...data, { epochs: 50, verbose: 0, callbacks: [new TerminateOnNaN({ raiseError: true })] });
  await expect(strict).rejects.toThrow(/TerminateOnNaN.*Hint: try a lower learning rate/);
});

test('LambdaCallback calls its functions and refuses misspelt names', async () => {
  const called: number[] = [];
  const model = new Sequential([new Dense({ units: 1, inputShape: [1] })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const callbacks = [new LambdaCallback({ onEpochEnd: (epoch) => void called.push(epoch) })];
  await model.fit([[1]], [[1]], { epochs: 2, verbose: 0, callbacks });
  expect(called).toEqual([0, 1]);
  expect(() => new LambdaCallback({ onEpochFinish() {} } as never)).toThrow(/did you mean `onEpoch/);
  expect(() => new LambdaCallback({ onEpochEnd: 3 } as never)).toThrow(/`onEpochEnd` to be a function/);
});
