/** @file Clipping of gradients and decoupled weight decay: golden values, what is excluded, and what is refused. */

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { mul, square, sum } from '../../src/graph/ops.ts';
import { Variable } from '../../src/graph/variable.ts';
import { AdamW, type Optimizer, type OptimizerOptions, SGD } from '../../src/optimizers/index.ts';
import { expectClose } from '../support/compare.ts';
import { loadGolden } from '../support/golden.ts';

const spelt: Readonly<Record<string, string>> = {
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  global_clipnorm: 'globalClipNorm',
};

/** What a step of descent with rate 1 takes from weights that start at 0: the clipped gradients. */
function clipped(options: OptimizerOptions, given: readonly Tensor[]): readonly ArrayLike<number>[] {
  const optimizer = new SGD({ ...options, learningRate: 1 });
  const weights = given.map(({ shape }, i) => new Variable(`w${i}`, shape));
  const step = jit((...nodes: Node[]) => {
    optimizer.apply(nodes, weights);
    return {};
  });
  step(...given);
  return weights.map((weight) => [...weight.view()].map((value) => -value));
}

describe('golden clipping', () => {
  test.each(loadGolden('clipping').cases)('$name', ({ config, inputs, outputs }) => {
    const options = Object.fromEntries(Object.entries(config).map(([key, value]) => [spelt[key]!, value]));
    const keys = Object.keys(inputs);
    const given = keys.map((key) => new Tensor(Float32Array.from(inputs[key]!.data), inputs[key]!.shape));
    clipped(options, given).forEach((got, i) => {
      expectClose(got, outputs[keys[i]!]!.data, { absolute: 1e-7, relative: 1e-6 }, keys[i]!);
    });
  });
});

test('a norm of many elements loses nothing', () => {
  // One by one in float32, a sum of a million squares would be off by far more than this.
  const n = 1_000_000;
  const [got] = clipped({ clipNorm: 1 }, [new Tensor(new Float32Array(n).fill(0.1), [n])]);
  expectClose([got![0]!, got![n - 1]!], [1e-3, 1e-3], { absolute: 0, relative: 1e-6 });
});

test('a global norm that is not finite shows in every weight', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const got = clipped({ globalClipNorm: 1 }, [new Tensor(Float32Array.of(bad), [1]), new Tensor(Float32Array.of(1, 2), [2])]);
    for (const values of got) for (const value of Array.from(values)) expect(value).toBeNaN();
  }
});

test('clipping one weight by norm leaves a small one alone', () => {
  const got = clipped({ clipNorm: 1 }, [new Tensor(Float32Array.of(3, 4), [2]), new Tensor(Float32Array.of(0.5), [1])]);
  expectClose(got[0]!, [0.6, 0.8], { absolute: 1e-7, relative: 0 });
  expect(got[1]).toEqual([0.5]);
});

describe('weight decay', () => {
  /** Weights after a step whose gradients are 0. */
  const decayed = (make: (weights: readonly Variable[]) => Optimizer): number[] => {
    const weights = ['dense/kernel', 'dense/bias', 'norm/gamma'].map((name) => new Variable(name, [1]));
    for (const weight of weights) weight.write([1]);
    const optimizer = make(weights);
    const step = jit(() => {
      optimizer.apply(
        weights.map((weight) => mul(weight.node, 0)),
        weights,
      );
      return {};
    });
    step();
    return weights.map((weight) => weight.view()[0]!);
  };
  const sgd = (excludeFromWeightDecay?: OptimizerOptions['excludeFromWeightDecay']): SGD =>
    new SGD({ learningRate: 0.5, weightDecay: 0.5, ...(excludeFromWeightDecay ? { excludeFromWeightDecay } : {}) });

  test('shrinks every weight by λ·η', () => expect(decayed(() => sgd())).toEqual([0.75, 0.75, 0.75]));
  test.each([
    ['a part of a name', (): SGD => sgd(['bias']), [0.75, 1, 0.75]],
    ['a pattern, however often it was used', (): SGD => sgd([/bias|gamma/g]), [0.75, 1, 1]],
    ['a weight', (weights: readonly Variable[]): SGD => sgd([weights[0]!]), [1, 0.75, 0.75]],
    ['a function', (): SGD => sgd(({ name }) => !name.endsWith('kernel')), [0.75, 1, 1]],
    ['everything', (): SGD => sgd(() => true), [1, 1, 1]],
  ] as const)('leaves alone what is excluded by %s', (_, make, expected) => expect(decayed(make)).toEqual(expected));

  test('AdamW decays by 0.004 unless told otherwise', () => {
    expect(new AdamW().weightDecay).toBe(0.004);
    expect(new AdamW({ weightDecay: 0 }).weightDecay).toBe(0);
    expectClose(
      decayed(() => new AdamW({ learningRate: 0.5 })),
      [0.998, 0.998, 0.998],
      { absolute: 1e-7, relative: 0 },
    );
  });

  test('acts after gradients were computed from the weights, and follows the rate', () => {
    const optimizer = new SGD({ learningRate: (step) => (step === 0 ? 0.25 : 0.5), weightDecay: 1 });
    const w = new Variable('w', [1]);
    w.write([1]);
    const step = jit(() => {
      const loss = sum(square(w.node));
      optimizer.apply(gradients(loss, [w.node]), [w]);
      return loss;
    });
    step();
    // 1 − ¼·1 − ¼·2·1; then ¼ − ½·¼ − ½·2·¼.
    expect(w.view()[0]).toBe(0.25);
    step();
    expect(w.view()[0]).toBe(-0.125);
  });
});

test('bad options are refused', () => {
  expect(() => new SGD({ clipNorm: 0 })).toThrow(/optimizer "sgd"\] expected `clipNorm` to be a positive finite number, got 0/);
  expect(() => new SGD({ clipNorm: 1, clipValue: 1 })).toThrow(
    /expected at most one of `clipValue`, `clipNorm`, `globalClipNorm`, got `clipValue` and `clipNorm`/,
  );
  expect(() => new SGD({ weightDecay: -1 })).toThrow(/expected `weightDecay` to be a finite number >= 0, got -1/);
  expect(() => new SGD({ excludeFromWeightDecay: [''] })).toThrow(/expected `excludeFromWeightDecay` to be a list of names/);
  expect(() => new SGD({ excludeFromWeightDecay: 'bias' as unknown as string[] })).toThrow(/or a function, got "bias"/);
  expect(() => new SGD({ clipnorm: 1 } as OptimizerOptions)).toThrow(/did you mean `clipNorm`\?/);
});
