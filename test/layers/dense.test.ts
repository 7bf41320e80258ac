import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { tensor } from '../../src/base/tensor.ts';
import type { Node } from '../../src/graph/node.ts';
import { square } from '../../src/graph/ops.ts';
import { Dense } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { expectClose } from '../support/compare.ts';
import { noise } from '../support/models.ts';

describe('Dense', () => {
  test('multiplies rows by the kernel, adds the bias, applies the activation', async () => {
    const model = new Sequential([new Dense({ units: 2, activation: 'relu', inputShape: [3] })]);
    model.setWeights([
      [
        [1, -1],
        [2, -2],
        [3, -3],
      ],
      [0.5, 20],
    ]);
    expect(
      (
        await model.predict([
          [1, 1, 1],
          [1, 2, 3],
        ])
      ).toArray(),
    ).toEqual([
      [6.5, 14],
      [14.5, 6],
    ]);
  });

  test('works on the last axis, whatever comes before it', async () => {
    const flat = new Sequential([new Dense({ units: 4, activation: 'tanh', inputShape: [5] })]);
    const x = noise([6, 5]);
    const rows = await flat.predict(x);
    for (const shape of [
      [2, 3, 5],
      [1, 2, 3, 5],
      [6, 1, 5],
    ]) {
      const deep = new Sequential([new Dense({ units: 4, activation: 'tanh', inputShape: shape.slice(1) })]);
      deep.setWeights(flat.getWeights());
      const result = await deep.predict(x.reshape(shape));
      expect(result.shape).toEqual([...shape.slice(0, -1), 4]);
      expect(result.data).toEqual(rows.data);
    }
  });

  test('starts with glorotUniform kernels and zero biases', () => {
    setSeed(3);
    const layer = new Dense({ units: 200 });
    layer.ensureBuilt([null, 100]);
    const [kernel, bias] = layer.getWeights();
    expect(kernel!.shape).toEqual([100, 200]);
    // √(6 / (100 + 200)), and of 20 000 values one comes near it.
    const limit = Math.sqrt(6 / 300);
    const largest = Array.from(kernel!.data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(Math.fround(limit));
    expect(largest).toBeGreaterThan(0.999 * limit);
    expect(bias!.data.every((value) => value === 0)).toBe(true);
  });

  test('takes initial values as a tensor, a name or a record', () => {
    const layer = new Dense({
      units: 2,
      kernelInitializer: tensor([
        [1, 2],
        [3, 4],
      ]),
      biasInitializer: { type: 'constant', options: { value: 5 } },
    });
    layer.ensureBuilt([null, 2]);
    expect(layer.getWeights().map((weight) => weight.toArray())).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [5, 5],
    ]);
  });

  test('has no bias where it is not wanted', () => {
    const layer = new Dense({ units: 2, useBias: false });
    layer.ensureBuilt([null, 3]);
    expect(layer.weights.map(({ name }) => name)).toEqual([`${layer.name}/kernel`]);
    expect(layer.countParams()).toBe(6);
  });

  test('takes an activation of the user', async () => {
    const model = new Sequential([new Dense({ units: 1, activation: (x: Node) => square(x), inputShape: [1] })]);
    model.setWeights([[[3]], [1]]);
    expect((await model.predict([[2]])).item()).toBe(49);
  });

  test.each([null, undefined, 'linear'])('is linear with the activation %s', async (activation) => {
    const model = new Sequential([new Dense({ units: 1, activation, inputShape: [1] })]);
    model.setWeights([[[-3]], [1]]);
    expect((await model.predict([[2]])).item()).toBe(-5);
  });
});

test('whole numbers and bytes are computed with as floats', async () => {
  const model = new Sequential([new Dense({ units: 1, useBias: false, inputShape: [2] })]);
  model.setWeights([[[0.5], [0.25]]]);
  for (const x of [tensor(Uint8Array.of(255, 3), [1, 2]), tensor(Int32Array.of(255, 3), [1, 2])]) {
    expectClose((await model.predict(x)).data, [128.25], { absolute: 0, relative: 0 });
  }
});
