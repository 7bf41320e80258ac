/** @file What callbacks remember: a fresh one that is given the state of another goes on as that would have. */

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import {
  type Callback,
  EarlyStopping,
  History,
  type Logs,
  ModelCheckpoint,
  ReduceLROnPlateau,
  type RunParams,
  type SavedState,
  SnapshotEnsemble,
  StochasticWeightAveraging,
} from '../../src/callbacks/index.ts';
import { Variable } from '../../src/graph/variable.ts';
import { FakeModel } from '../support/trained-model.ts';

const params: RunParams = { epochs: 8, steps: 2, verbose: 0 };

/** A state through JSON and back, tensors apart, as checkpoints take it. */
function travelled(state: SavedState): SavedState {
  const tensors: Tensor[] = [];
  const text = JSON.stringify(state, (_, value: unknown) => {
    if (!(value instanceof Tensor)) return value;
    tensors.push(new Tensor(value.data.slice(), value.shape));
    return { $tensor: tensors.length - 1 };
  });
  return JSON.parse(text, (_, value: unknown) => {
    const at = (value as { $tensor?: number } | null)?.$tensor;
    return at === undefined ? value : tensors[at];
  }) as SavedState;
}

class NoisyModel extends FakeModel {
  readonly variable = new Variable('layer/kernel', [1]);
  override readonly trainableWeights = [this.variable];
}

/** Everything that can be seen of a callback and its model. */
type Look<C> = (callback: C, model: NoisyModel) => unknown;

interface Row<C extends Callback> {
  make(): C;
  logs: readonly Logs[];
  look: Look<C>;
}

const row = <C extends Callback>(make: () => C, logs: readonly Logs[], look: Look<C>): Row<Callback> => ({
  make,
  logs,
  look: look as Look<Callback>,
});
const losses = (...values: number[]): Logs[] => values.map((val_loss) => ({ val_loss }));

const rows: readonly (readonly [string, Row<Callback>])[] = [
  [
    'EarlyStopping',
    row(
      () => new EarlyStopping({ patience: 3, restoreBestWeights: true, baseline: 0.9 }),
      losses(Number.NaN, 1, 0.8, 0.9, 0.7, 0.8, 0.8, 0.8),
      ({ best, bestEpoch, stoppedEpoch }, { weight, stopTraining }) => [best, bestEpoch, stoppedEpoch, weight, stopTraining],
    ),
  ],
  [
    'EarlyStopping of an infinite loss',
    row(
      () => new EarlyStopping({ patience: 2, restoreBestWeights: true }),
      losses(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 3, 4, 5),
      ({ best, bestEpoch }, { weight }) => [best, bestEpoch, weight],
    ),
  ],
  [
    'ReduceLROnPlateau',
    row(
      () => new ReduceLROnPlateau({ patience: 2, factor: 0.5, cooldown: 2 }),
      losses(1, 1, 1, 1, 1, 1, 1, 1),
      (_, { optimizer }) => optimizer.learningRate,
    ),
  ],
  [
    'History',
    row(
      () => new History(),
      [{ loss: 3 }, { loss: Number.NaN }, { loss: Number.NEGATIVE_INFINITY, val_loss: 1 }, { loss: 0, val_loss: 2 }],
      ({ history, epoch }) => [history, epoch],
    ),
  ],
  [
    'ModelCheckpoint',
    row(
      () => new ModelCheckpoint({ path: '{epoch}-{val_loss:.1f}', saveBestOnly: true }),
      losses(3, 2, 2.5, 2.2, 1),
      ({ best, paths }) => [best, paths],
    ),
  ],
  [
    'ModelCheckpoint of batches',
    row(
      () => new ModelCheckpoint({ path: '{epoch}-{batch}', saveFreq: 3 }),
      losses(1, 1, 1, 1, 1),
      ({ paths }) => paths,
    ),
  ],
  [
    'SnapshotEnsemble',
    row(
      () => new SnapshotEnsemble({ cycles: 3, maxRate: 0.5 }),
      losses(1, 1, 1, 1, 1, 1, 1, 1),
      ({ snapshots }, { optimizer }) => [
        snapshots.map(({ epoch, weights }) => [epoch, [...weights[0]!.data]]),
        optimizer.learningRate,
      ],
    ),
  ],
  [
    'StochasticWeightAveraging',
    row(
      () => new StochasticWeightAveraging({ startEpoch: 1 }),
      losses(1, 1, 1, 1, 1),
      ({ count }, { variable }) => [count, variable.view()[0]],
    ),
  ],
];

describe.each(rows)('%s', (_, { make, logs, look }) => {
  async function epoch(callback: Callback, model: NoisyModel, index: number): Promise<void> {
    await callback.onEpochBegin?.(index);
    for (let batch = 0; batch < 2; batch++) {
      await callback.onTrainBatchBegin?.(batch);
      await callback.onTrainBatchEnd?.(batch, logs[index]!);
    }
    model.weight = index + 1;
    model.variable.view()[0] = (index + 1) ** 2;
    await callback.onEpochEnd?.(index, { ...logs[index]! });
  }

  async function end(callback: Callback): Promise<void> {
    await callback.onTrainEnd?.({});
    await callback.onTrainFinally?.();
  }

  test('goes on after any epoch', async () => {
    const whole: Callback = make();
    const model = new NoisyModel();
    await whole.onTrainBegin?.(model, params);
    for (let index = 0; index < logs.length; index++) await epoch(whole, model, index);
    await end(whole);
    const expected = look(whole, model);

    for (let breakAt = 1; breakAt < logs.length; breakAt++) {
      const first = make();
      const before = new NoisyModel();
      await first.onTrainBegin?.(before, params);
      for (let index = 0; index < breakAt; index++) await epoch(first, before, index);
      const state = travelled(first.getState!());
      const second = make();
      const after = new NoisyModel();
      after.weight = before.weight;
      after.stopTraining = before.stopTraining;
      after.optimizer.learningRate = before.optimizer.learningRate;
      await second.onTrainBegin?.(after, params);
      second.setState!(state);
      const untouched = travelled(state);
      for (let index = breakAt; index < logs.length; index++) await epoch(second, after, index);
      await end(second);
      expect(look(second, after), `broken after epoch ${breakAt}`).toEqual(expected);
      expect(state).toEqual(untouched);
    }
  });

  test('refuses the state of something else', async () => {
    const callback = make();
    await callback.onTrainBegin?.(new NoisyModel(), params);
    for (const wrong of [null, 3, [], {}, { best: 'high', epoch: 'x', snapshots: 1, count: [] }] as SavedState[]) {
      expect(() => callback.setState!(wrong)).toThrow(/in its saved state, got .* Hint: the state is that of another callback\./);
    }
  });
});

describe('EarlyStopping gives the best weights back whatever ends training', () => {
  const train = (callback: EarlyStopping, model: FakeModel): void => {
    callback.onTrainBegin(model);
    losses(3, 1, 2).forEach((logs, epoch) => {
      model.weight = epoch;
      callback.onEpochEnd(epoch, logs);
    });
  };

  test('also when the run is cancelled or fails, and only once', () => {
    for (const ends of [true, false]) {
      const callback = new EarlyStopping({ restoreBestWeights: true, patience: 9 });
      const model = new FakeModel();
      train(callback, model);
      if (ends) callback.onTrainEnd();
      callback.onTrainFinally();
      expect(model.weight).toBe(1);
      model.weight = 7;
      callback.onTrainFinally();
      expect(model.weight).toBe(7);
    }
  });

  test('but not unless asked', () => {
    const callback = new EarlyStopping({ patience: 9 });
    const model = new FakeModel();
    train(callback, model);
    callback.onTrainFinally();
    expect(model.weight).toBe(2);
  });
});
