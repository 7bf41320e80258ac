import { expect, test } from 'vitest';
import { History } from '../../src/callbacks/index.ts';
import { FakeModel } from '../support/trained-model.ts';

test('collects one list per name, in the order of the first epoch', () => {
  const history = new History();
  history.onTrainBegin(new FakeModel(), { epochs: 3, steps: 7, verbose: 2 });
  history.onEpochEnd(0, { accuracy: 0.5, loss: 2 });
  history.onEpochEnd(1, { accuracy: 0.75, loss: 1 });
  expect(history.history).toEqual({ accuracy: [0.5, 0.75], loss: [2, 1] });
  expect(Object.keys(history.history)).toEqual(['accuracy', 'loss']);
  expect(history.epoch).toEqual([0, 1]);
  expect(history.params).toEqual({ epochs: 3, steps: 7, verbose: 2 });
});

test('takes in a name that appears later', () => {
  const history = new History();
  history.onEpochEnd(0, { loss: 2 });
  history.onEpochEnd(1, { loss: 1, val_loss: 3 });
  expect(history.history).toEqual({ loss: [2, 1], val_loss: [3] });
});
