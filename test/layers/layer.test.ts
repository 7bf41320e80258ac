/** @file What a layer of the user's gets from the base class. */

import { describe, expect, test } from 'vitest';
import type { PartialShape } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';
import type { Node } from '../../src/graph/node.ts';
import { add, mul, sub } from '../../src/graph/ops.ts';
import type { Variable } from '../../src/graph/variable.ts';
import { type CallContext, Conv2D, Dense, Layer, type LayerOptions, LSTM } from '../../src/layers/index.ts';
import { resetNames, snakeCase } from '../../src/layers/names.ts';
import { RandomState } from '../../src/layers/random-state.ts';
import { Sequential } from '../../src/models/index.ts';
import { noise, silent, weightsOf } from '../support/models.ts';
import { runLayer } from '../support/run-layer.ts';

interface ShiftOptions extends LayerOptions {
  readonly by?: number;
}

/** Counts, adds a factor of its own, and behaves differently in training. */
class Shift extends Layer<ShiftOptions> {
  static override readonly type: string = 'Shift';
  factor!: Variable;
  offset!: Variable;

  override build(inputShape: PartialShape): PartialShape {
    this.offset = this.addWeight('offset', [inputShape.at(-1)!], { initializer: 'zeros', trainable: false });
    this.factor = this.addWeight('factor', [inputShape.at(-1)!], { initializer: 'ones' });
    return inputShape;
  }

  override call(x: Node, { training }: CallContext): Node {
    const y = add(mul(x, this.factor), this.offset);
    return training ? y : sub(y, this.options.by ?? 0);
  }
}

describe('inputs of another size', () => {
  test('fit where the weights do: a convolution takes any image, an LSTM any number of steps', () => {
    const conv = new Conv2D({ filters: 4, kernelSize: 3 });
    expect(conv.ensureBuilt([null, 8, 8, 2])).toEqual([null, 6, 6, 4]);
    expect(conv.ensureBuilt([null, 20, 10, 2])).toEqual([null, 18, 8, 4]);
    expect([conv.weights.length, conv.inputShape]).toEqual([2, [null, 8, 8, 2]]);
    const lstm = new LSTM({ units: 3 });
    lstm.ensureBuilt([null, 5, 2]);
    expect(runLayer(lstm, new Tensor(new Float32Array(2 * 7 * 2), [2, 7, 2])).shape).toEqual([2, 3]);
    expect(runLayer(lstm, new Tensor(new Float32Array(2 * 5 * 2), [2, 5, 2])).shape).toEqual([2, 3]);
  });

  test('are refused where they do not, and the layer stays as it was', () => {
    const conv = new Conv2D({ filters: 4, kernelSize: 3, name: 'first' });
    conv.ensureBuilt([null, 8, 8, 2]);
    const before = conv.getWeights();
    expect(() => conv.ensureBuilt([null, 8, 8, 3])).toThrow(
      '[Conv2D "first"] expected inputs like those it was built for, [?, 8, 8, 2], got [?, 8, 8, 3]',
    );
    expect(() => conv.ensureBuilt([null, 2, 2, 2])).toThrow(/at least as large as the window/);
    expect(conv.ensureBuilt([null, 8, 8, 2])).toEqual([null, 6, 6, 4]);
    expect(conv.getWeights()).toEqual(before);
  });
});

test('a layer whose build makes layers keeps those it has: other sizes are refused', () => {
  class Pair extends Layer {
    static override readonly type: string = 'Pair';
    inner!: Dense;
    override build(inputShape: PartialShape): PartialShape {
      this.inner = new Dense({ units: 2 });
      return this.inner.ensureBuilt(inputShape);
    }
    override call(x: Node): Node {
      return this.inner.apply(x);
    }
  }
  const layer = new Pair();
  layer.ensureBuilt([null, 3, 4]);
  const { inner } = layer;
  expect(() => layer.ensureBuilt([null, 5, 4])).toThrow(
    /expected inputs like those it was built for, \[\?, 3, 4\], got \[\?, 5, 4\]/,
  );
  expect(layer.inner).toBe(inner);
});

describe('a layer of the user', () => {
  test('is built once, with weights in the order of the saved files', () => {
    const layer = new Shift({ name: 'mine' });
    expect([layer.isBuilt, layer.inputShape]).toEqual([false, undefined]);
    expect(layer.ensureBuilt([null, 3])).toEqual([null, 3]);
    layer.ensureBuilt([16, 3]);
    expect([layer.isBuilt, layer.inputShape, layer.outputShape]).toEqual([true, [null, 3], [null, 3]]);
    expect(layer.weights.map(({ name }) => name)).toEqual(['mine/factor', 'mine/offset']);
    expect(layer.trainableWeights).toEqual([layer.factor]);
    expect(layer.nonTrainableWeights).toEqual([layer.offset]);
    expect(layer.countParams()).toBe(6);
  });

  test('knows whether it is trained', async () => {
    const layer = new Shift({ by: 100, inputShape: [1] });
    const model = new Sequential([layer]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    expect((await model.predict([[2]])).item()).toBe(-98);
    expect((await model.trainOnBatch([[2]], [[2]])).loss).toBe(0);
    expect((await model.testOnBatch([[2]], [[2]])).loss).toBe(10_000);
  });

  test('is trained where it may be', async () => {
    const layer = new Shift({ inputShape: [2] });
    const model = new Sequential([layer, new Dense({ units: 1 })]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(noise([8, 2]), noise([8, 1]), silent);
    expect([...layer.factor.read().data]).not.toEqual([1, 1]);
    expect([...layer.offset.read().data]).toEqual([0, 0]);
    expect(layer.trainable).toBe(true);
    layer.trainable = false;
    expect([layer.trainableWeights, layer.nonTrainableWeights]).toEqual([[], layer.weights]);
  });

  test('keeps its options, the name among them', () => {
    const options = { by: 3, name: 'mine' };
    const layer = new Shift(options);
    expect([layer.options, layer.name, layer.type, layer.where]).toEqual([options, 'mine', 'Shift', 'Shift "mine"']);
  });

  test('may be made of other layers', async () => {
    class Pair extends Layer {
      static override readonly type: string = 'Pair';
      readonly #parts = [new Dense({ units: 3, activation: 'tanh' }), new Dense({ units: 2 })];
      override build(inputShape: PartialShape): PartialShape {
        return this.#parts.reduce((shape, part) => part.ensureBuilt(shape), inputShape);
      }
      override call(x: Node): Node {
        return this.#parts.reduce((y, part) => part.apply(y), x);
      }
      override get weights(): Variable[] {
        return this.#parts.flatMap((part) => part.weights);
      }
      override get trainableWeights(): Variable[] {
        return this.trainable ? this.weights : [];
      }
    }
    const model = new Sequential([new Pair({ inputShape: [4] })]);
    expect([model.outputShape, model.countParams()]).toEqual([[null, 2], 4 * 3 + 3 + 3 * 2 + 2]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = weightsOf(model);
    await model.fit(noise([8, 4]), noise([8, 2]), silent);
    expect(weightsOf(model).every((value, i) => value !== before[i])).toBe(true);
  });
});

describe('default names', () => {
  test.each([
    ['Dense', 'dense'],
    ['BatchNormalization', 'batch_normalization'],
    ['Conv2D', 'conv2d'],
    ['LSTM', 'lstm'],
    ['GRUCell', 'gru_cell'],
    ['MyLayer3', 'my_layer3'],
  ])('%s is called %s', (type, name) => expect(snakeCase(type)).toBe(name));

  test('are numbered, and start over when asked to', () => {
    resetNames();
    const names = (): string[] =>
      [new Dense({ units: 1 }), new Dense({ units: 1, name: 'mine' }), new Dense({ units: 1 }), new Shift()].map(
        ({ name }) => name,
      );
    expect(names()).toEqual(['dense', 'mine', 'dense_1', 'shift']);
    expect(names()).toEqual(['dense_2', 'mine', 'dense_3', 'shift_1']);
    resetNames();
    expect(names()[0]).toBe('dense');
  });
});

test('a random state is a key and a counter that starts at 0', () => {
  const [a, b, c] = [new RandomState('a', 1), new RandomState('b', 1), new RandomState('c', 2)];
  const words = (state: RandomState): number[] => [...state.variable.read().data];
  expect(words(a)).toEqual(words(b));
  expect(words(a).slice(2)).toEqual([0, 0]);
  expect(words(c).slice(0, 2)).not.toEqual(words(a).slice(0, 2));
  expect(a.variable).toBe(a.variable);
});
