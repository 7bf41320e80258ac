import { expect, test } from 'vitest';
import { ActivityRegularization, Dense } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { runLayer } from '../support/run-layer.ts';

test('ActivityRegularization adds (l1·Σ|x| + l2·Σx²) / batch to the loss, in training and in evaluation', async () => {
  const model = new Sequential([
    new Dense({ units: 2, kernelInitializer: 'ones', inputShape: [3] }),
    new ActivityRegularization({ l1: 0.5, l2: 0.1 }),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const x = [1, 2, 3, 4].map(() => [1, 1, 1]);
  const y = x.map(() => [3, 3]);
  // Every output is 3, as it should be: 2 · (0.5 · 3 + 0.1 · 9) is left.
  expect((await model.testOnBatch(x, y)).loss).toBeCloseTo(4.8, 5);
  expect((await model.trainOnBatch(x, y)).loss).toBeCloseTo(4.8, 5);
});

test('ActivityRegularization passes its inputs on, and refuses strengths below 0', () => {
  expect([...runLayer(new ActivityRegularization({ l1: 1 }), [[1, -2]]).data]).toEqual([1, -2]);
  expect(() => new ActivityRegularization({ l2: -1 })).toThrow(/`l2` to be a finite number >= 0, got -1/);
});
