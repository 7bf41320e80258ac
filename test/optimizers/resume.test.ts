/** @file A run that is saved, loaded into fresh objects and taken further gives the same bits, for every optimizer with every option. */

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { add, mul } from '../../src/graph/ops.ts';
import { Variable } from '../../src/graph/variable.ts';
import * as all from '../../src/optimizers/all.ts';
import { type Optimizer, type OptimizerOptions, optimizerFromConfig } from '../../src/optimizers/index.ts';
import { CyclicLR, ExponentialDecay } from '../../src/schedules/index.ts';
import { expectSameBits } from '../support/compare.ts';

const momentum = { max: 0.9, min: 0.8 };

/** What is tried with each optimizer. */
const options: Readonly<Record<string, OptimizerOptions>> = {
  'as it is': {},
  averages: { useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 3 },
  'accumulated gradients': { gradientAccumulationSteps: 3 },
  lookahead: { lookahead: { syncPeriod: 3 } },
  'a schedule': { learningRate: new ExponentialDecay({ initialLearningRate: 0.05, decaySteps: 2, decayRate: 0.5 }) },
  groups: {
    weightDecay: 0.01,
    excludeFromWeightDecay: ['bias'],
    groups: [
      { weights: ['head'], learningRate: 0.02 },
      { weights: ['bias'], learningRateFactor: 0.5 },
    ],
  },
  everything: {
    useEma: true,
    gradientAccumulationSteps: 2,
    lookahead: { syncPeriod: 2, slowStepSize: 0.3 },
    lossScaleFactor: 64,
    weightDecay: 0.01,
    groups: [{ weights: ['head'], learningRate: 0.02 }],
  },
  'cycled momentum': {
    learningRate: new CyclicLR({ baseLearningRate: 0.01, maxLearningRate: 0.1, stepSizeUp: 3, momentum }),
  },
  'a common norm': { globalClipNorm: 0.5 },
  'single norms': { clipNorm: 0.5 },
  'clipped elements': { clipValue: 0.1, gradientAccumulationSteps: 2 },
};

const own: Readonly<Record<string, object>> = {
  SGD: { momentum: 0.9, dampening: 0.1 },
  RMSprop: { momentum: 0.5, centered: true },
  Adam: { amsgrad: true },
};
const shapes: Readonly<Record<string, readonly number[]>> = {
  kernel: [6, 9],
  bias: [9],
  'head/kernel': [9, 3],
  'head/bias': [3],
};
const refused = (type: string, option: string): boolean =>
  (type === 'NormalizedGradientDescent' && /norm|clipped/.test(option)) ||
  (option === 'cycled momentum' && /^(Adagrad|Adadelta|Ftrl|Nadam|NormalizedGradientDescent)$/.test(type));

/** Numbers in [−1, 1] that depend on `seed`. */
const numbers = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(seed * 7.1 + i * 1.3));

function run(optimizer: Optimizer) {
  const weights = Object.entries(shapes).map(([name, shape]) => new Variable(name, shape));
  weights.forEach((weight, i) => {
    weight.view().set(numbers(weight.size, i));
  });
  const step = jit((...given: Node[]) => {
    // A pull towards 0 on top, so that the gradients depend on the weights.
    optimizer.apply(
      given.map((g, i) => add(g, mul(weights[i]!.node, 0.1))),
      weights,
    );
    return {};
  });
  const take = (from: number, to: number): void => {
    for (let s = from; s < to; s++) step(...weights.map(({ shape, size }, i) => new Tensor(numbers(size, 10 * s + i), shape)));
  };
  return { weights, take };
}

describe.each(Object.entries(all))('%s', (type, OptimizerClass) => {
  test.each(Object.entries(options).filter(([name]) => !refused(type, name)))('with %s', (_, extra) => {
    const make = (): Optimizer => new OptimizerClass({ learningRate: 0.05, ...own[type], ...extra } as never);
    const whole = make();
    const expected = run(whole);
    expected.take(0, 13);
    const first = make();
    const before = run(first);
    before.take(0, 7);
    // What is written are numbers, what is read goes into new objects.
    const saved = [...before.weights, ...first.variables].map((variable) => [variable.name, variable.read()] as const);
    const second = optimizerFromConfig(JSON.parse(JSON.stringify(first)));
    const after = run(second);
    second.build(after.weights);
    const targets = [...after.weights, ...second.variables];
    expect(targets.map(({ name }) => name)).toEqual(saved.map(([name]) => name));
    targets.forEach((variable, i) => {
      variable.write(saved[i]![1]);
    });
    after.take(7, 13);
    [...after.weights, ...second.variables].forEach((variable, i) => {
      expectSameBits(variable.view(), [...expected.weights, ...whole.variables][i]!.view(), variable.name);
    });
    for (const weight of after.weights) for (const value of weight.view()) expect(value).not.toBeNaN();
  });
});
