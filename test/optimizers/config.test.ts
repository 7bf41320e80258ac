/** @file Optimizers as plain JSON and back. */

import { describe, expect, test } from 'vitest';
import { Variable } from '../../src/graph/variable.ts';
import {
  Adam,
  AdamW,
  Muon,
  type Optimizer,
  type OptimizerOptions,
  optimizerFromConfig,
  resolveOptimizer,
  SGD,
} from '../../src/optimizers/index.ts';
import { CosineDecay, WarmUp } from '../../src/schedules/index.ts';

const again = (optimizer: Optimizer): Optimizer => optimizerFromConfig(JSON.parse(JSON.stringify(optimizer)));

describe('an optimizer is made again from its config', () => {
  test('with all options', () => {
    const schedule = new WarmUp({ warmupSteps: 5, schedule: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }) });
    const optimizer = new AdamW({
      name: 'mine',
      learningRate: schedule,
      beta1: 0.8,
      weightDecay: 0.1,
      excludeFromWeightDecay: ['bias', 'gamma'],
      globalClipNorm: 2,
      useEma: true,
      emaMomentum: 0.95,
      gradientAccumulationSteps: 4,
      lookahead: { syncPeriod: 5 },
      lossScaleFactor: 8,
      groups: [
        { weights: ['head'], learningRate: schedule, weightDecay: 0 },
        { weights: ['body'], learningRateFactor: 0.1 },
      ],
    });
    const copy = again(optimizer);
    expect(copy).toBeInstanceOf(AdamW);
    expect(copy.getConfig()).toEqual(optimizer.getConfig());
    expect(copy.name).toBe('mine');
    for (const step of [0, 3, 7, 100]) expect(copy.groups[0]!.rate.at(step)).toBe(optimizer.groups[0]!.rate.at(step));
    expect(optimizer.getConfig()).toMatchObject({
      beta1: 0.8,
      excludeFromWeightDecay: ['bias', 'gamma'],
      lookahead: { syncPeriod: 5 },
    });
  });

  test('with the rate as it is now', () => {
    const optimizer = new SGD({ learningRate: 0.1 });
    optimizer.learningRate = 0.025;
    expect(again(optimizer).learningRate).toBe(0.025);
    optimizer.learningRate = new CosineDecay({ initialLearningRate: 1, decaySteps: 10 });
    expect(again(optimizer).schedule).toBeInstanceOf(CosineDecay);
  });

  test('with defaults that a class sets', () => {
    expect(again(new Muon({ rmsRate: null })).getConfig()).toEqual({ learningRate: 0.001, weightDecay: 0.004, rmsRate: null });
    expect(again(new AdamW({ weightDecay: 0 })).weightDecay).toBe(0);
  });

  test('where compile takes optimizers', () => {
    const made = resolveOptimizer({ type: 'adam', options: { beta1: 0.5 } });
    expect(made).toBeInstanceOf(Adam);
    expect(made.options).toEqual({ beta1: 0.5 });
  });

  test('also of a class of one’s own', () => {
    class Mine extends SGD {
      static override readonly type: string = 'Mine';
    }
    const config = JSON.parse(JSON.stringify(new Mine({ momentum: 0.5 })));
    expect(optimizerFromConfig(config, { Mine })).toBeInstanceOf(Mine);
    expect(() => optimizerFromConfig(config)).toThrow(/\[optimizer\] expected the name of an optimizer, got "Mine"/);
  });
});

test.each<[string, OptimizerOptions, RegExp]>([
  [
    'a function as schedule',
    { learningRate: () => 0.1 },
    /expected `learningRate` to be something that JSON can hold, .* got function learningRate/,
  ],
  [
    'a function in a schedule',
    { learningRate: new WarmUp({ warmupSteps: 2, schedule: () => 1 }) },
    /\[WarmUp\] expected `schedule` to be something that JSON can hold/,
  ],
  [
    'a pattern',
    { excludeFromWeightDecay: [/bias/] },
    /`excludeFromWeightDecay\[0\]` .* got the pattern \/bias\/\. Hint: give schedules as/,
  ],
  ['a function', { excludeFromWeightDecay: () => true }, /`excludeFromWeightDecay` .* got function/],
  [
    'a weight',
    { groups: [{ weights: [new Variable('w', [1])] }] },
    /`groups\[0\]\.weights\[0\]` to be something .* got Variable/,
  ],
])('what JSON cannot hold is refused: %s', (_, options, message) => {
  expect(() => new SGD(options).getConfig()).toThrow(message);
  expect(() => JSON.stringify(new SGD(options))).toThrow(message);
});

test('what is no config is refused', () => {
  expect(() => optimizerFromConfig({ type: 'Adm', options: {} })).toThrow(/Hint: did you mean 'Adam'/);
  expect(() => optimizerFromConfig({ type: 'Adam', options: null as unknown as object })).toThrow(
    /`options` to be an object, got null/,
  );
  expect(() => optimizerFromConfig({ type: 3 as unknown as string, options: {} })).toThrow(
    /`type` to be the name of an optimizer, got 3/,
  );
  expect(() => optimizerFromConfig({ type: 'Adam', options: { beta: 1 } })).toThrow(/an option it knows, got `beta`/);
});
