/** @file Options that every optimizer has: averages, Lookahead, accumulated gradients, loss scaling, parameter groups, cycled momentum. */

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { mean, square } from '../../src/graph/ops.ts';
import { Variable } from '../../src/graph/variable.ts';
import {
  Adam,
  Adamax,
  LAMB,
  Lion,
  Muon,
  Nadam,
  NormalizedGradientDescent,
  type Optimizer,
  RAdam,
  RMSprop,
  SGD,
} from '../../src/optimizers/index.ts';
import { type Constant, CyclicLR, OneCycle, WarmUp } from '../../src/schedules/index.ts';
import { expectClose } from '../support/compare.ts';

/** Weights called `names` that start as 1, and a step that is given one number per weight as its gradient. */
function training(optimizer: Optimizer, names: readonly string[] = ['w'], size = 1) {
  const weights = names.map((name) => new Variable(name, [size]));
  for (const weight of weights) weight.view().fill(1);
  let traced = 0;
  const run = jit((...given: Node[]) => {
    traced++;
    optimizer.apply(given, weights);
    return {};
  });
  const step = (...given: number[]): number[] => {
    run(...given.map((g) => new Tensor(new Float32Array(size).fill(g), [size])));
    return weights.map((weight) => weight.view()[0]!);
  };
  return { weights, step, traced: () => traced };
}

const close = (got: ArrayLike<number>, wanted: ArrayLike<number>): void =>
  expectClose(got, wanted, { absolute: 1e-6, relative: 1e-6 });

describe('moving averages', () => {
  test('start as the first updated weights and follow them', () => {
    const optimizer = new SGD({ learningRate: 1, useEma: true, emaMomentum: 0.9 });
    const { weights, step } = training(optimizer);
    const averages = [1, 1, 1].map((g) => [...step(g), optimizer.averageOf(weights[0]!)!.view()[0]!]);
    close(averages.flat(), [0, 0, -1, -0.1, -2, -0.29]);
    expect(optimizer.hasAverages).toBe(true);
  });

  test('replace the weights every so many steps', () => {
    const optimizer = new SGD({ learningRate: 1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 2 });
    const { step } = training(optimizer);
    // 0; −1 and its average −½, which is the weight then; −1½; −2½ with average ½·(½·−½ + ½·−1½) + ½·−2½.
    close(
      [1, 1, 1, 1].map((g) => step(g)[0]!),
      [0, -0.5, -1.5, -1.75],
    );
  });

  test('become the weights at the end, unless there are none or no step was taken', () => {
    const optimizer = new SGD({ learningRate: 1, useEma: true, emaMomentum: 0.9 });
    const { weights, step } = training(optimizer);
    optimizer.build(weights);
    weights[0]!.write([7]);
    optimizer.finish(weights);
    expect(weights[0]!.view()[0]).toBe(7);
    weights[0]!.write([1]);
    step(1);
    step(1);
    optimizer.finish(weights);
    close(weights[0]!.view(), [-0.1]);
    const plain = new SGD({ learningRate: 1 });
    const other = training(plain);
    other.step(1);
    plain.finish(other.weights);
    expect([other.weights[0]!.view()[0], plain.hasAverages, plain.averageOf(other.weights[0]!)]).toEqual([0, false, undefined]);
  });
});

describe('accumulated gradients', () => {
  test('update the weights by their mean; a schedule counts every step', () => {
    const optimizer = new SGD({ learningRate: (step) => (step <= 1 ? 1 : 10), gradientAccumulationSteps: 2 });
    const { weights, step, traced } = training(optimizer);
    weights[0]!.write([0]);
    close(
      [1, 3, 1, 1].map((g) => step(g)[0]!),
      [0, -2, -2, -12],
    );
    expect([optimizer.iterations, traced()]).toEqual([4, 1]);
  });

  test.each([
    ['Adam', (o: object) => new Adam({ learningRate: 0.1, ...o })],
    ['Nadam', (o: object) => new Nadam({ learningRate: 0.1, ...o })],
    ['RMSprop', (o: object) => new RMSprop({ learningRate: 0.1, momentum: 0.5, ...o })],
    ['LAMB', (o: object) => new LAMB({ learningRate: 0.1, ...o })],
    ['Muon', (o: object) => new Muon({ learningRate: 0.1, ...o })],
    ['NormalizedGradientDescent', (o: object) => new NormalizedGradientDescent({ learningRate: 0.1, ...o })],
    ['SGD, clipped and decaying', (o: object) => new SGD({ learningRate: 0.1, clipNorm: 1.5, weightDecay: 0.1, ...o })],
    [
      'Adam, all clipped, in groups',
      (o: object) => new Adam({ globalClipNorm: 1, groups: [{ weights: ['w'], learningRate: 0.3 }], ...o }),
    ],
  ])('of %s are as good as larger batches', (_, make) => {
    const [small, large] = [make({ gradientAccumulationSteps: 3 }), make({})].map((one) => training(one, ['w', 'b'], 5));
    for (const [a, b, c] of [
      [1, 2, 3],
      [-1, 0.5, 2],
      [0.3, 0.3, -3],
    ] as const) {
      small!.step(a, -a);
      small!.step(b, b);
      close(small!.step(c, 0), large!.step((a + b + c) / 3, (b - a) / 3));
    }
  });

  test('averages follow the weights in every step', () => {
    const optimizer = new SGD({ learningRate: 1, gradientAccumulationSteps: 2, useEma: true, emaMomentum: 0.5 });
    const { weights, step } = training(optimizer);
    const averages = [1, 1, 1].map((g) => {
      step(g);
      return optimizer.averageOf(weights[0]!)!.view()[0]!;
    });
    close(averages, [1, 0.5, 0.25]);
  });
});

describe('lookahead', () => {
  test('brings weights and slow copies together every so many updates', () => {
    const optimizer = new SGD({ learningRate: 1, lookahead: { syncPeriod: 2, slowStepSize: 0.25 } });
    const { step } = training(optimizer);
    // From 1: 0, then −1 meets 1 at ½; −½, then −1½ meets ½ at 0.
    close(
      [1, 1, 1, 1].map((g) => step(g)[0]!),
      [0, 0.5, -0.5, 0],
    );
  });

  test('counts updates, not steps, and starts from the weights as they are then', () => {
    const optimizer = new SGD({ learningRate: 1, lookahead: { syncPeriod: 1 }, gradientAccumulationSteps: 2 });
    const { weights, step } = training(optimizer);
    optimizer.build(weights);
    weights[0]!.write([5]);
    close(
      [1, 1, 2, 2].map((g) => step(g)[0]!),
      [5, 4.5, 4.5, 3.5],
    );
  });
});

test('a scaled loss trains like a plain one', () => {
  const results = [undefined, 1024].map((lossScaleFactor) => {
    const optimizer = new Adam({ learningRate: 0.1, ...(lossScaleFactor ? { lossScaleFactor } : {}) });
    const w = new Variable('w', [3]);
    w.write([1, 2, 3]);
    let scaled = 0;
    const step = jit(() => {
      const loss = optimizer.scaleLoss(mean(square(w.node)));
      optimizer.apply(gradients(loss, [w.node]), [w]);
      return loss;
    });
    for (let i = 0; i < 5; i++) scaled = step().item();
    return { scaled, bits: [...w.view()] };
  });
  // A power of two: the very same numbers.
  expect(results[1]!.bits).toEqual(results[0]!.bits);
  expect(results[1]!.scaled).toBe(1024 * results[0]!.scaled);
});

test('norms are those of gradients that are scaled back', () => {
  for (const groups of [[], [{ weights: ['a'], learningRateFactor: 1 }]]) {
    const optimizer = new SGD({ learningRate: 1, globalClipNorm: 10, lossScaleFactor: 4, gradientAccumulationSteps: 2, groups });
    const { step } = training(optimizer, ['a', 'b']);
    step(100, 0);
    // Means of 12 and 16, which have the norm 20.
    close(step(-4, 128), [-5, -7]);
  }
});

describe('parameter groups', () => {
  test('have rates, factors and decay of their own; the first that selects a weight has it', () => {
    const optimizer = new SGD({
      learningRate: 1,
      weightDecay: 0.5,
      excludeFromWeightDecay: ['bias'],
      groups: [
        { weights: ['head'], learningRate: 0.25, weightDecay: 0 },
        { weights: [/kernel/], learningRateFactor: 0.5 },
        { weights: ['kernel'], learningRate: 100 },
        { weights: ({ name }) => name === 'frozen', learningRateFactor: 0 },
      ],
    });
    const { step } = training(optimizer, ['head/kernel', 'body/kernel', 'bias', 'frozen', 'other']);
    // 1 − ¼·1; (1 − ½·½) − ½; 1 − 1; 1; (1 − ½) − 1.
    close(step(1, 1, 1, 1, 1), [0.75, 0.25, 0, 1, -0.5]);
    optimizer.learningRate = 2;
    close(step(1, 1, 1, 0, 0), [0.5, -0.875, -2, 1, 0]);
  });

  test('rates that are numbers are saved, can be changed, and schedules are followed', () => {
    const optimizer = new SGD({
      learningRate: 1,
      groups: [
        { weights: ['a'], learningRate: 0.5 },
        { weights: ['b'], learningRate: (step) => step },
      ],
    });
    const { step } = training(optimizer, ['a', 'b', 'c']);
    close(step(1, 1, 1), [0.5, 1, 0]);
    expect(optimizer.variables.map(({ name }) => name)).toEqual([
      'sgd/iteration',
      'sgd/learning_rate',
      'sgd/group_0_learning_rate',
    ]);
    optimizer.groups[0]!.rate.set(0.25);
    close(step(1, 1, 1), [0.25, 0, -1]);
    optimizer.variables[2]!.write(2);
    close(step(1, 1, 1), [-1.75, -2, -2]);
  });

  test('share a norm that bounds all gradients', () => {
    for (const groups of [undefined, [{ weights: ['a'], learningRateFactor: 1 }]]) {
      const { step } = training(new SGD({ learningRate: 1, globalClipNorm: 1, ...(groups ? { groups } : {}) }), ['a', 'b']);
      close(step(3, 4), [0.4, 0.2]);
      const unit = training(new NormalizedGradientDescent({ learningRate: 1, ...(groups ? { groups } : {}) }), ['a', 'b']);
      close(unit.step(3, 4), [0.4, 0.2]);
      close(unit.step(0, 0), [0.4, 0.2]);
    }
  });
});

test('normalized gradients of single weights have length 1 each', () => {
  const { step } = training(new NormalizedGradientDescent({ learningRate: 1, perVariable: true }), ['a', 'b']);
  close(step(3, -4), [0, 2]);
  close(step(0, 1), [0, 1]);
});

describe('momentum of a schedule', () => {
  const cycle = new OneCycle({ maxLearningRate: 0.1, totalSteps: 10, momentum: { max: 0.95, min: 0.85 } });

  test('drives SGD', () => {
    const { step } = training(new SGD({ learningRate: cycle, momentum: 0.5 }));
    let [w, v] = [1, 0];
    for (let s = 0; s < 10; s++) {
      v = cycle.momentumAt(s)! * v - cycle.rateAt(s);
      w += v;
      close(step(1), [w]);
    }
  });

  test('drives Adam, whose correction follows it', () => {
    const { step } = training(new Adam({ learningRate: cycle }));
    let [w, m, v] = [1, 0, 0];
    for (let s = 0; s < 10; s++) {
      const [g, beta1] = [1 / (1 + s), cycle.momentumAt(s)!];
      m += (g - m) * (1 - beta1);
      v += (g * g - v) * 0.001;
      w -= (cycle.rateAt(s) * Math.sqrt(1 - 0.999 ** (s + 1)) * m) / (1 - beta1 ** (s + 1)) / (Math.sqrt(v) + 1e-7);
      expectClose(step(g), [w], { absolute: 1e-6, relative: 1e-5 });
    }
  });

  test.each([
    ['Adamax', () => new Adamax({ learningRate: cycle })],
    ['RAdam', () => new RAdam({ learningRate: cycle })],
    ['Lion', () => new Lion({ learningRate: cycle })],
    ['RMSprop', () => new RMSprop({ learningRate: cycle, momentum: 0.9 })],
    ['LAMB', () => new LAMB({ learningRate: cycle })],
    ['Muon', () => new Muon({ learningRate: cycle })],
  ])('is taken by %s', (_, make) => {
    const run = (schedule: OneCycle | Constant): number => {
      const optimizer = make();
      optimizer.learningRate = schedule;
      const { step } = training(optimizer, ['w', 'b'], 4);
      let last = 0;
      for (const g of [1, -0.05, 0.25, -1, 0.1]) [last] = step(g, -g) as [number];
      return last;
    };
    // The same rates with another momentum end elsewhere (Muon cycles that of matrices, and both weights are none; Lion takes signs).
    const other = new OneCycle({ maxLearningRate: 0.1, totalSteps: 10, momentum: { max: 0.5, min: 0.1 } });
    if (make().type !== 'Muon') expect(run(other)).not.toBe(run(cycle));
    else expect(run(other)).toBe(run(cycle));
  });

  test('is refused where there is none to cycle', () => {
    const message =
      /expected a momentum that the schedule \w+ can cycle, got an optimizer without one\. Hint: make the optimizer with/;
    const [w] = [new Variable('w', [1])];
    expect(() => new SGD({ learningRate: cycle }).build([w])).toThrow(message);
    expect(() => new Nadam({ learningRate: new WarmUp({ warmupSteps: 2, schedule: cycle }) }).build([w])).toThrow(message);
    const cyclic = new CyclicLR({ baseLearningRate: 0.1, maxLearningRate: 1, momentum: { max: 0.9, min: 0.8 } });
    expect(() => {
      new SGD().learningRate = cyclic;
    }).toThrow(message);
  });
});

test('bad options are refused', () => {
  const bad =
    (options: object): (() => SGD) =>
    () =>
      new SGD(options);
  expect(bad({ useEma: 1 })).toThrow(/`useEma` to be true or false, got 1/);
  expect(bad({ emaMomentum: 0.9 })).toThrow(/`useEma: true` with `emaMomentum`, got an optimizer without averages/);
  expect(bad({ useEma: true, emaMomentum: 2 })).toThrow(/`emaMomentum` to be a number in \[0, 1\], got 2/);
  expect(bad({ useEma: true, emaOverwriteFrequency: 0 })).toThrow(/`emaOverwriteFrequency` to be a whole number >= 1, got 0/);
  expect(bad({ gradientAccumulationSteps: 1.5 })).toThrow(/`gradientAccumulationSteps` to be a whole number >= 1, got 1\.5/);
  expect(bad({ lossScaleFactor: 0 })).toThrow(/`lossScaleFactor` to be a positive finite number, got 0/);
  expect(bad({ lookahead: true })).toThrow(/`lookahead` to be an object like \{ syncPeriod: 6/);
  expect(bad({ lookahead: { sync: 6 } })).toThrow(
    /lookahead\] expected an option it knows, got `sync`\. Hint: did you mean `syncPeriod`/,
  );
  expect(bad({ groups: {} })).toThrow(/`groups` to be a list, got Object/);
  expect(bad({ groups: [{ learningRate: 1 }] })).toThrow(
    /optimizer "sgd" groups\[0\]\] expected `weights`: which weights are in the group/,
  );
  expect(bad({ groups: [{ weights: 'a' }] })).toThrow(
    /`weights` to be a list of names, patterns or weights, or a function, got "a"/,
  );
  expect(bad({ groups: [{ weights: ['a'], learningRate: 1, learningRateFactor: 1 }] })).toThrow(
    /`learningRate` or `learningRateFactor`, got both/,
  );
  expect(bad({ groups: [{ weights: ['a'], rate: 1 }] })).toThrow(/an option it knows, got `rate`/);
  expect(bad({ dampening: 0.5 })).toThrow(/`dampening` with `momentum`, and without `nesterov`, got no momentum/);
  expect(() => new NormalizedGradientDescent({ clipNorm: 1 })).toThrow(
    /gradients without clipping, as their norms become 1, got `clipNorm`/,
  );
  expect(() => new Muon({ nsSteps: 0 })).toThrow(/`nsSteps` to be a whole number >= 1, got 0/);
});
