/** @file Optimizers against golden/optimizers_keras.json: ten steps with given gradients, the weights compared after each. */

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { Variable } from '../../src/graph/variable.ts';
import * as all from '../../src/optimizers/all.ts';
import type { Optimizer } from '../../src/optimizers/index.ts';
import { type LearningRateSchedule, resolveSchedule } from '../../src/schedules/index.ts';
import { expectClose } from '../support/compare.ts';
import { type GoldenCase, loadGolden } from '../support/golden.ts';

const { cases } = loadGolden('optimizers_keras');

const classes = Object.fromEntries(Object.entries(all).map(([type, OptimizerClass]) => [type.toLowerCase(), OptimizerClass]));
const spelt: Readonly<Record<string, string>> = {
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  global_clipnorm: 'globalClipNorm',
};
const camel = (key: string): string => spelt[key] ?? key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const camelKeys = (config: object): object =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [camel(key), value]));

function rateOf(value: unknown): number | LearningRateSchedule {
  if (typeof value === 'number') return value;
  const { schedule, ...config } = value as { schedule: string };
  return resolveSchedule('golden', { type: schedule, options: camelKeys(config) });
}

function optimizerOf({ optimizer, learning_rate, ...config }: GoldenCase['config']): Optimizer {
  const averaging = 'ema_momentum' in config ? { useEma: true } : {};
  return new classes[String(optimizer)]!({ ...camelKeys(config), ...averaging, learningRate: rateOf(learning_rate) });
}

describe('golden trajectories', () => {
  for (const { name, config, inputs, step_grads: steps, outputs, f32err } of cases) {
    test(name, () => {
      const optimizer = optimizerOf(config);
      const keys = ['w', 'b'];
      const weights = keys.map((key) => new Variable(key, inputs[key]!.shape));
      for (const [i, weight] of weights.entries()) weight.write(Float32Array.from(inputs[keys[i]!]!.data));
      const step = jit((...gradients: Node[]) => {
        optimizer.apply(gradients, weights);
        return {};
      });
      for (let s = 0; s < 10; s++) {
        const part = (data: readonly number[]): number[] => data.slice((s * data.length) / 10, ((s + 1) * data.length) / 10);
        step(...weights.map(({ shape }, i) => new Tensor(Float32Array.from(part(steps![keys[i]!]!.data)), shape)));
        weights.forEach((weight, i) => {
          const key = keys[i]!;
          const tolerance = { absolute: 1e-6 + 10 * (f32err?.[key] ?? 0), relative: 1e-5 };
          expectClose(weight.view(), part(outputs[key]!.data), tolerance, `${key} after step ${s + 1}`);
        });
      }
      expect(optimizer.iterations).toBe(10);
      weights.forEach((weight, i) => {
        const expected = outputs[`ema_${keys[i]}`];
        const average = optimizer.averageOf(weight);
        expect(average === undefined).toBe(expected === undefined);
        if (average && expected)
          expectClose(average.view(), expected.data, { absolute: 1e-6, relative: 1e-5 }, `average of ${keys[i]}`);
      });
    });
  }
});

/** Documented values after three steps from w = 1 with g = 1, −2, 0.5 and rate 0.1. */
test.each([
  [new all.SGD({ learningRate: 0.1, momentum: 0.9 }), 1.059],
  [new all.SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true }), 1.1031001],
  [new all.RMSprop({ learningRate: 0.1 }), 0.8962418],
  [new all.RMSprop({ learningRate: 0.1, momentum: 0.9, centered: true }), 0.5729194],
  [new all.Adagrad({ learningRate: 0.1 }), 0.9715983],
  [new all.Adadelta({ learningRate: 0.1 }), 0.9999784],
  [new all.Adam({ learningRate: 0.1 }), 0.95028],
  [new all.Adam({ learningRate: 0.1, amsgrad: true }), 0.95028],
  [new all.AdamW({ learningRate: 0.1 }), 0.9491458],
  [new all.Adamax({ learningRate: 0.1 }), 0.937997],
  [new all.Nadam({ learningRate: 0.1 }), 0.9626749],
  [new all.Lion({ learningRate: 0.1 }), 0.9],
  [new all.Ftrl({ learningRate: 0.1 }), 0.670087],
  [new all.LAMB({ learningRate: 0.1 }), 1.089],
])('documented value of %o', (optimizer, expected) => {
  const w = new Variable('w', [1]);
  w.write([1]);
  const step = jit((g: Node) => {
    optimizer.apply([g], [w]);
    return {};
  });
  for (const g of [1, -2, 0.5]) step([g]);
  expectClose(w.view(), [expected], { absolute: 2e-7, relative: 1e-6 });
});
