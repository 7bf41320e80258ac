/** @file Constraints against golden/regularizers_constraints.json, after the updates of a training step, their names and refusals. */

import { describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/base/tensor.ts';
import * as all from '../../src/constraints/all.ts';
import { type ConstraintSpec, maxNorm, minMaxNorm, nonNeg, resolveConstraint, unitNorm } from '../../src/constraints/index.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { assign, mul } from '../../src/graph/ops.ts';
import { Variable } from '../../src/graph/variable.ts';
import { Dense } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { SGD } from '../../src/optimizers/index.ts';
import { expectClose } from '../support/compare.ts';
import { loadGolden } from '../support/golden.ts';
import { tensorOf } from '../support/golden-layers.ts';

const close = { absolute: 1e-6, relative: 1e-5 };

/** What the constraint makes of a weight that an update before it has set to `w`. */
function constrained(spec: ConstraintSpec, w: Tensor): ArrayLike<number> {
  const weight = new Variable('w', w.shape);
  const constraint = resolveConstraint(spec)!;
  constraint.check('test', w.shape);
  jit((x: Node) => {
    assign(weight, x);
    constraint.apply(weight);
    return mul(x, 1);
  })(w);
  return weight.read().data;
}

describe('golden constraints', () => {
  const cases = loadGolden('regularizers_constraints').cases.filter(({ config }) => config.constraint);
  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', (_, { config, inputs, outputs }) => {
    const { constraint, max_value: maxValue, min_value: minValue, ...rest } = config;
    const options = { ...rest, ...(maxValue === undefined ? {} : { maxValue }), ...(minValue === undefined ? {} : { minValue }) };
    expectClose(constrained({ type: String(constraint), options }, tensorOf(inputs.w!)), outputs.w_new!.data, close);
  });
  expect(cases.length).toBe(5);
});

describe('values', () => {
  const w = tensor([
    [3, 0.1],
    [4, 0.1],
  ]);

  test('documented values', () => {
    expectClose(constrained('maxNorm', w), [1.2, 0.09999993, 1.6, 0.09999993], { absolute: 1e-8, relative: 1e-7 });
    expectClose(constrained(minMaxNorm({ minValue: 0.5, maxValue: 1, rate: 0.5 }), w), [1.8, 0.2267766, 2.4, 0.2267766], close);
  });

  test('axes of a kernel of a convolution', () => {
    const kernel = tensor(
      Float32Array.from({ length: 24 }, (_, i) => i - 7.5),
      [2, 2, 2, 3],
    );
    const result = constrained(unitNorm({ axis: [0, 1, 2] }), kernel);
    for (let channel = 0; channel < 3; channel++) {
      const squares = Array.from(result).reduce((total, value, i) => (i % 3 === channel ? total + value * value : total), 0);
      expect(squares).toBeCloseTo(1, 5);
    }
    expect(constrained(unitNorm({ axis: [-2, 0, 1] }), kernel)).toEqual(result);
  });

  test('negative elements become +0', () => {
    expect([...(constrained(nonNeg(), tensor([-1, 0, 2, -3e-40])) as Float32Array)]).toEqual([0, 0, 2, 0]);
  });

  test('zeros stay zeros', () => {
    expect([...(constrained(unitNorm(), tensor([[0], [0]])) as Float32Array)]).toEqual([0, 0]);
  });
});

describe('in training', () => {
  const data = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i), ((i * 7) % 5) - 2]);
  const targets = data.map(([a, b, c]) => [4 * a! - 3 * b!, 5 * c! - a!]);

  test('bounds hold after every step, for kernel and bias', async () => {
    const options = { kernelConstraint: maxNorm({ maxValue: 0.75 }), biasConstraint: 'nonNeg' };
    const model = new Sequential([new Dense({ units: 2, ...options })], { inputShape: [3] });
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse' });
    const norms: number[] = [];
    const callback = {
      onTrainBatchEnd: (): void => {
        const [kernel, bias] = model.getWeights();
        for (const column of [0, 1]) norms.push(Math.hypot(...[0, 1, 2].map((row) => kernel!.data[2 * row + column]!)));
        for (const value of bias!.data) expect(value).toBeGreaterThanOrEqual(0);
      },
    };
    await model.fit(data, targets, { epochs: 3, batchSize: 16, verbose: 0, callbacks: [callback] });
    expect(norms.length).toBe(18);
    for (const norm of norms) expect(norm).toBeLessThanOrEqual(0.75 + 1e-6);
    // Without the bounds the norms would be 5: they are at work.
    expect(norms.at(-1)).toBeGreaterThan(0.74);
  });

  test('the update comes first, the constraint right after it', async () => {
    const model = new Sequential([new Dense({ units: 1, useBias: false, kernelConstraint: 'unitNorm' })], { inputShape: [2] });
    model.setWeights([[[1], [0]]]);
    model.compile({ optimizer: new SGD({ learningRate: 1 }), loss: (t, p) => mul(p, t) });
    // The gradient is x·t: the kernel becomes [1, 0] − [0, −1] = [1, 1], and then a unit vector.
    await model.trainOnBatch([[0, 1]], [[-1]]);
    expectClose(model.getWeights()[0]!.data, [Math.SQRT1_2, Math.SQRT1_2], close);
  });

  test('a frozen layer is left alone', async () => {
    const frozen = new Dense({ units: 2, kernelConstraint: 'unitNorm', trainable: false, kernelInitializer: 'ones' });
    const model = new Sequential([frozen, new Dense({ units: 2 })], { inputShape: [3] });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.trainOnBatch(data, targets);
    expect([...frozen.getWeights()[0]!.data]).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe('names and refusals', () => {
  test.each([
    ['max_norm', 'MaxNorm'],
    ['unitNorm', 'UnitNorm'],
    ['MinMaxNorm', 'MinMaxNorm'],
    ['non_neg', 'NonNeg'],
  ])('%s is %s', (name, type) => {
    expect(resolveConstraint(name)?.type).toBe(type);
  });

  test('none', () => {
    expect([resolveConstraint(null), resolveConstraint(undefined)]).toEqual([undefined, undefined]);
  });

  test('every constraint survives JSON', () => {
    for (const factory of Object.values(all)) {
      const copy = resolveConstraint(JSON.parse(JSON.stringify(factory({ axis: 0 }))))!;
      expect([copy.type, copy.options]).toEqual([factory.type, { axis: 0 }]);
    }
  });

  test('what is none is refused', () => {
    expect(() => new Dense({ units: 1, biasConstraint: 'maxnorn' })).toThrow(
      /expected the name of a constraint.*did you mean 'MaxNorm'/,
    );
    expect(() => resolveConstraint(maxNorm as unknown as ConstraintSpec)).toThrow(/Hint: call it, as in constraints\.maxNorm/);
    expect(() => resolveConstraint(true as unknown as ConstraintSpec)).toThrow(/or a constraint, got true/);
    expect(() => maxNorm({ maxValue: -1 })).toThrow(
      /constraint MaxNorm\] expected `maxValue` to be a finite number >= 0, got -1/,
    );
    expect(() => minMaxNorm({ minValue: 2 })).toThrow(/expected `minValue` <= `maxValue`, got 2 and 1/);
    expect(() => minMaxNorm({ rate: 1.5 })).toThrow(/`rate` to be a number in \[0, 1\], got 1\.5/);
  });

  test('an axis the weight does not have is refused when the layer is built', () => {
    const build = (axis: number | number[]) =>
      new Sequential([new Dense({ units: 2, kernelConstraint: unitNorm({ axis }) })], { inputShape: [3] });
    expect(() => build(2)).toThrow(/Dense "dense.*", constraint UnitNorm\] expected `axis` to be an integer in \[-2, 1\], got 2/);
    expect(() => build([])).toThrow(/expected neighbouring axes of a weight of shape \[3, 2\], got \[\]/);
  });
});
