import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import type { Node } from '../../src/graph/node.ts';
import * as ops from '../../src/graph/ops.ts';
import {
  Activation,
  Add,
  Concatenate,
  Dense,
  Embedding,
  Flatten,
  input,
  Layer,
  LSTM,
  Masking,
  Multiply,
  type Nodes,
  type Shapes,
} from '../../src/layers/index.ts';
import { type CompileOptions, type DataLike, Model, Sequential } from '../../src/models/index.ts';
import { expectClose } from '../support/compare.ts';
import { noise, silent } from '../support/models.ts';
import { a, b, kind, targets, twoHeads, value } from '../support/two-heads.ts';

/** Element by element. */
function zip(x: Tensor, y: Tensor, combine: (x: number, y: number) => number): Tensor {
  return new Tensor(
    Float32Array.from(x.data, (value, i) => combine(value, y.data[i]!)),
    x.shape,
  );
}

/** Both losses of {@link twoHeads}, computed in float64 from what it predicts. */
async function lossesOf(model: Model): Promise<{ value: number; kind: number }> {
  const predicted = await model.predictAll([a, b]);
  const squares = Array.from(value.data, (wanted, i) => (wanted - predicted.value!.data[i]!) ** 2);
  const logs = Array.from(kind.data, (wanted, i) => -Math.log(predicted.kind!.data[2 * i + wanted]!));
  const mean = (list: number[]): number => list.reduce((total, one) => total + one, 0) / list.length;
  return { value: mean(squares), kind: mean(logs) };
}

describe('branches', () => {
  test('compute what the layers compute one after the other', async () => {
    const x = input({ shape: [3] });
    const [low, high, out] = [new Dense({ units: 4, activation: 'relu' }), new Dense({ units: 4 }), new Dense({ units: 2 })];
    const h = low.apply(x);
    const model = new Model({ inputs: x, outputs: out.apply(new Multiply().apply([high.apply(h), h])) });
    expect(model.layers.map(({ type }) => type)).toEqual(['Dense', 'Dense', 'Multiply', 'Dense']);
    expect([model.inputShapes, model.outputShape, model.countParams()]).toEqual([[[null, 3]], [null, 2], 16 + 20 + 10]);
    const outputOf = async (layer: Layer, data: Tensor): Promise<Tensor> => new Sequential([layer]).predict(data);
    const lower = await outputOf(low, a);
    const product = zip(await outputOf(high, lower), lower, (p, q) => p * q);
    expectClose((await model.predict(a)).data, (await outputOf(out, product)).data, { absolute: 1e-6, relative: 1e-6 });
  });

  test('train: a straight line is found through a product of two inputs', async () => {
    const [x, y] = [input({ shape: [3] }), input({ shape: [3] })];
    const model = new Model({ inputs: [x, y], outputs: new Dense({ units: 1 }).apply(new Multiply().apply([x, y])) });
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const products = zip(a, b, (p, q) => p * q);
    const wanted = new Tensor(
      Float32Array.from({ length: 8 }, (_, i) => products.data[3 * i]! - 2 * products.data[3 * i + 2]!),
      [8, 1],
    );
    model.optimizer.learningRate = 0.1;
    const { history } = await model.fit([a, b], wanted, { epochs: 200, ...silent });
    expect(history.loss!.at(-1)).toBeLessThan(1e-3);
  });

  test('may share a layer: its weights count once, and its gradients add up', async () => {
    const [x, y] = [input({ shape: [3] }), input({ shape: [3] })];
    const shared = new Dense({ units: 2, useBias: false, name: 'shared' });
    const model = new Model({ inputs: [x, y], outputs: new Add().apply([shared.apply(x), shared.apply(y)]) });
    expect([model.weights.length, model.countParams(), model.layers.length]).toEqual([1, 6, 2]);
    // (x + y)·W is the same function of W.
    const equal = new Sequential([new Dense({ units: 2, useBias: false, inputShape: [3] })]);
    equal.setWeights(model.getWeights());
    const wanted = noise([8, 2], 4);
    for (const one of [model, equal]) one.compile({ optimizer: 'sgd', loss: 'mse' });
    const options = { epochs: 5, batchSize: 4, shuffle: false, ...silent };
    await model.fit([a, b], wanted, options);
    await equal.fit(
      zip(a, b, (p, q) => p + q),
      wanted,
      options,
    );
    expectClose(model.getWeights()[0]!.data, equal.getWeights()[0]!.data, { absolute: 1e-6, relative: 1e-6 });
  });

  test('may begin and end anywhere, and share layers with another model', async () => {
    const x = input({ shape: [3] });
    const middle = new Dense({ units: 4, name: 'middle' }).apply(x);
    const whole = new Model({ inputs: x, outputs: new Dense({ units: 2, name: 'end' }).apply(middle) });
    const [front, back] = [
      new Model({ inputs: x, outputs: middle }),
      new Model({ inputs: middle, outputs: whole.network!.outputs[0]! }),
    ];
    expect((await back.predict(await front.predict(a))).data).toEqual((await whole.predict(a)).data);
    expect(back.layers.map(({ name }) => name)).toEqual(['end']);
    const same = new Model({ inputs: x, outputs: [x, middle] });
    expect((await same.predictAll(a))[same.outputNames![0]!]).toEqual(a);
  });

  test('may be deeper than any stack', async () => {
    let top = input({ shape: [1] });
    const start = top;
    for (let i = 0; i < 3000; i++) top = new Activation({ activation: 'linear', name: `a${i}` }).apply(top);
    const model = new Model({ inputs: start, outputs: top });
    expect(model.layers.length).toBe(3000);
    expect(model.layers[2999]!.name).toBe('a2999');
  });
});

describe('several inputs and outputs', () => {
  test('take data as a list or by name, whatever the order of names', async () => {
    const forms: [DataLike, DataLike][] = [
      [{ left: a, right: b }, targets],
      [
        { right: b, left: a },
        { kind, value },
      ],
      [
        [a, b],
        [value, kind],
      ],
    ];
    const results = [];
    for (const [x, y] of forms) {
      const model = twoHeads();
      const { history } = await model.fit(x, y, { epochs: 2, batchSize: 3, shuffle: false, ...silent });
      results.push([history, await model.evaluate(x, y, silent), await model.predictAll(x), await model.trainOnBatch(x, y)]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('are numbered where layers give several of them one name', () => {
    const [x, y] = [input({ shape: [3], name: 'in' }), input({ shape: [3], name: 'in' })];
    const shared = new Dense({ units: 2, name: 'out' });
    const other = new Dense({ units: 2, name: 'out_1' }).apply(x);
    const model = new Model({ inputs: [x, y], outputs: [shared.apply(x), shared.apply(y), other] });
    expect([model.inputNames, model.outputNames]).toEqual([
      ['in', 'in_1'],
      ['out', 'out_1', 'out_1_1'],
    ]);
  });

  test('report the total loss and that of every output', async () => {
    const model = twoHeads();
    const wanted = await lossesOf(model);
    const logs = await model.evaluate([a, b], targets, silent);
    expect(Object.keys(logs)).toEqual(['kind_loss', 'loss', 'value_loss']);
    expect(logs.value_loss).toBeCloseTo(wanted.value, 5);
    expect(logs.kind_loss).toBeCloseTo(wanted.kind, 5);
    expect(logs.loss).toBeCloseTo(wanted.value + wanted.kind, 5);
  });

  test.each([
    ['a list', [0.25, 3], 0.25, 3],
    ['an object', { kind: 3, value: 0.25 }, 0.25, 3],
    ['an object that names one', { value: 10 }, 10, 1],
    ['zero', [0, 1], 0, 1],
  ])('weigh losses by %s', async (_, lossWeights, first, second) => {
    const model = twoHeads({ lossWeights });
    const wanted = await lossesOf(model);
    const logs = await model.testOnBatch([a, b], targets);
    expect(logs.loss).toBeCloseTo(first * wanted.value + second * wanted.kind, 4);
    // Losses of single outputs are reported without weight.
    expect(logs.value_loss).toBeCloseTo(wanted.value, 5);
    const head = model.layers.find(({ name }) => name === 'valueHead')!;
    const before = head.getWeights();
    await model.trainOnBatch([a, b], targets);
    if (first === 0) expect(head.getWeights()).toEqual(before);
    else expect(head.getWeights()).not.toEqual(before);
  });

  test.each<[string, CompileOptions['metrics'], string[]]>([
    ['for all', ['mae'], ['kind_mae', 'value_mae']],
    ['by place', [['mae', 'mse'], ['accuracy']], ['kind_accuracy', 'value_mae', 'value_mse']],
    ['by name', { kind: 'accuracy', value: ['mae'] }, ['kind_accuracy', 'value_mae']],
    ['for one', { kind: ['accuracy'] }, ['kind_accuracy']],
    ['for none', [], []],
  ])('have metrics %s', async (_, metrics, names) => {
    const model = twoHeads({ ...(metrics ? { metrics } : {}), ...(names.includes('kind_mae') ? { loss: 'mse' } : {}) });
    const y = names.includes('kind_mae') ? [value, noise([8, 2], 6)] : targets;
    const logs = await model.evaluate([a, b], y, silent);
    expect(Object.keys(logs).filter((name) => !name.endsWith('loss'))).toEqual(names);
    const predicted = await model.predictAll([a, b]);
    if (names.includes('value_mae')) {
      const errors = Array.from(value.data, (wanted, i) => Math.abs(wanted - predicted.value!.data[i]!));
      expect(logs.value_mae).toBeCloseTo(errors.reduce((total, one) => total + one, 0) / 8, 5);
    }
    if (names.includes('kind_accuracy')) {
      const right = Array.from(kind.data, (wanted, i) => predicted.kind!.data[2 * i + wanted]! > 0.5);
      expect(logs.kind_accuracy).toBeCloseTo(right.filter(Boolean).length / 8, 6);
    }
  });

  test.each<[string, CompileOptions['loss'], DataLike]>([
    ['null in the list', ['mse', null], { value }],
    ['no entry in the object', { value: 'mse' }, { value }],
    ['targets all the same', { value: 'mse' }, targets],
  ])('leave an output without loss alone: %s', async (_, loss, y) => {
    const model = twoHeads({ loss });
    const head = model.layers.find(({ name }) => name === 'kindHead')!;
    const before = model.layers.map((layer) => layer.getWeights());
    const { history } = await model.fit([a, b], y, { epochs: 2, ...silent });
    expect(Object.keys(history).sort()).toEqual(['loss', 'value_loss']);
    expect(history.loss).toEqual(history.value_loss);
    model.layers.forEach((layer, i) => {
      if (layer === head || layer.weights.length === 0) expect(layer.getWeights()).toEqual(before[i]);
      else expect(layer.getWeights()).not.toEqual(before[i]);
    });
    expect((await model.predictAll([a, b])).kind!.shape).toEqual([8, 2]);
  });

  test('split and shuffle all inputs and targets alike', async () => {
    const [x, y] = [input({ shape: [1], name: 'x' }), input({ shape: [1], name: 'y' })];
    const difference = new Difference().apply([x, y]);
    const model = new Model({ inputs: [x, y], outputs: [difference, new Dense({ units: 1 }).apply(x)] });
    model.compile({ loss: ['mae', null] });
    const column = Float32Array.from({ length: 100 }, (_, i) => i);
    const data = new Tensor(column, [100, 1]);
    const zeros = new Tensor(new Float32Array(100), [100, 1]);
    const { history } = await model.fit(
      [data, data],
      { [model.outputNames![0]!]: zeros },
      { validationSplit: 0.3, batchSize: 7, ...silent },
    );
    expect([history.loss, history.val_loss]).toEqual([[0], [0]]);
  });
});

/** The difference of its inputs. */
class Difference extends Layer {
  static override readonly type: string = 'Difference';
  override build(shapes: Shapes): Shapes {
    return shapes[0] as Shapes;
  }
  override call(x: Nodes): Node {
    const [first, second] = x as readonly [Node, Node];
    return ops.sub(first, second);
  }
}

describe('models in models', () => {
  test('compute the same as their layers in a row, and their weights are among those of the outer', async () => {
    const x = input({ shape: [3] });
    const [one, two] = [new Dense({ units: 4, activation: 'tanh' }), new Dense({ units: 2 })];
    const functional = new Model({ inputs: x, outputs: one.apply(x) });
    const stack = new Sequential([functional, two]);
    const z = input({ shape: [3] });
    const around = new Model({ inputs: z, outputs: new Activation('relu').apply(stack.apply(z)) });
    const flat = new Sequential([one, two, new Activation('relu')]);
    expect(await around.predict(a)).toEqual(await flat.predict(a));
    expect(around.weights).toEqual(flat.weights);
    around.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = one.getWeights();
    await around.trainOnBatch(a, noise([8, 2], 5));
    expect(one.getWeights()).not.toEqual(before);
  });

  test('may have several inputs and outputs', async () => {
    const inner = twoHeads();
    const [x, y] = [input({ shape: [3] }), input({ shape: [3] })];
    const [first, second] = inner.applyAll([x, y]);
    const outer = new Model({ inputs: [x, y], outputs: new Concatenate().apply([second!, first!]) });
    const [whole, parts] = [await outer.predict([a, b]), await inner.predictAll([a, b])];
    expect(whole.shape).toEqual([8, 3]);
    expect(Array.from(whole.data.subarray(0, 3))).toEqual([...parts.kind!.data.subarray(0, 2), parts.value!.data[0]]);
    expect(() => inner.apply([x, y])).toThrow(/expected a layer with one output, got one with 2/);
  });

  test('may be used twice, like any layer', async () => {
    const tower = new Sequential([new Dense({ units: 2, inputShape: [3] })]);
    const [x, y] = [input({ shape: [3] }), input({ shape: [3] })];
    const siamese = new Model({ inputs: [x, y], outputs: new Difference().apply([tower.apply(x), tower.apply(y)]) });
    expect(siamese.weights.length).toBe(2);
    expect((await siamese.predict([a, a])).data.every((element) => element === 0)).toBe(true);
  });
});

describe('subclasses', () => {
  /** Layers in a field, in an array and in a private field, and a weight of its own. */
  class Mixed extends Layer {
    static override readonly type: string = 'Mixed';
    readonly first = new Dense({ units: 3, name: 'first' });
    readonly rest = [new Dense({ units: 3, name: 'second' }), new Dense({ units: 3, name: 'third' })];
    readonly #last = this.track(new Dense({ units: 2, name: 'last' }));
    override call(x: Node): Node {
      return this.#last.apply(this.rest.reduce<Node>((y, layer) => layer.apply(y), this.first.apply(x)));
    }
    override build(): Shapes {
      let shape = this.first.ensureBuilt([null, 3]);
      for (const layer of [...this.rest, this.#last]) shape = layer.ensureBuilt(shape);
      return shape;
    }
  }

  class MixedModel extends Model {
    static override readonly type: string = 'MixedModel';
    readonly mixed = new Mixed();
    readonly heads = [new Dense({ units: 1 }), new Dense({ units: 2 })];
    override call(x: Node): Node[] {
      const y = this.mixed.apply(x);
      return this.heads.map((layer) => layer.apply(y));
    }
  }

  test('of Layer own the layers in fields, in arrays and those they track', async () => {
    const layer = new Mixed();
    expect(new Set(layer.sublayers.map(({ name }) => name))).toEqual(new Set(['first', 'second', 'third', 'last']));
    const model = new Sequential([layer], { inputShape: [3] });
    expect([model.weights.length, model.countParams()]).toEqual([8, 3 * 12 + 8]);
    const before = model.getWeights();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.trainOnBatch(a, noise([8, 2]));
    model.getWeights().forEach((weight, i) => {
      expect(weight).not.toEqual(before[i]);
    });
  });

  test('of Model learn their shapes from data, and name several outputs by number', async () => {
    const model = new MixedModel();
    expect([model.isBuilt, model.inputNames, model.outputNames]).toEqual([false, undefined, undefined]);
    model.compile({ optimizer: 'sgd', loss: ['mse', 'mae'], lossWeights: [1, 2] });
    const { history } = await model.fit(a, [noise([8, 1]), noise([8, 2])], { epochs: 3, ...silent });
    expect(Object.keys(history).sort()).toEqual(['loss', 'output_1_loss', 'output_2_loss']);
    expect(history.loss![0]).toBeCloseTo(history.output_1_loss![0]! + 2 * history.output_2_loss![0]!, 5);
    expect([model.outputNames, model.outputShapes]).toEqual([
      ['output_1', 'output_2'],
      [
        [null, 1],
        [null, 2],
      ],
    ]);
    expect(model.weights.length).toBe(8 + 4);
    const { output_2: second } = await model.predictAll(a);
    expect(second!.shape).toEqual([8, 2]);
    await expect(model.predict(a)).rejects.toThrow(/expected a model with one output, got one with 2. Hint: predictAll/);
  });

  test('without a call say what is missing', async () => {
    const model = new Model();
    model.compile({ loss: 'mse' });
    await expect(model.fit(a, b, silent)).rejects.toThrow(
      /expected `inputs` and `outputs`, or a subclass with a `call`, got neither/,
    );
  });
});

describe('trainable', () => {
  test('of a model is set on all layers inside, however deep, and may be set back one by one', async () => {
    const inner = new Sequential([new Dense({ units: 3, inputShape: [3], name: 'deep' })]);
    const x = input({ shape: [3] });
    const model = new Model({ inputs: x, outputs: new Dense({ units: 2, name: 'top' }).apply(inner.apply(x)) });
    inner.trainable = false;
    expect(inner.layers[0]!.trainable).toBe(false);
    expect(model.trainableWeights.map(({ name }) => name)).toEqual(['top/kernel', 'top/bias']);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = model.getWeights();
    await model.fit(a, noise([8, 2]), silent);
    const after = model.getWeights();
    expect([after[0], after[1]]).toEqual([before[0], before[1]]);
    expect(after[2]).not.toEqual(before[2]);

    model.trainable = false;
    expect([model.trainableWeights.length, model.nonTrainableWeights.length]).toEqual([0, 4]);
    model.trainable = true;
    expect(model.trainableWeights.length).toBe(4);
    inner.layers[0]!.trainable = false;
    expect(model.trainableWeights.length).toBe(2);
  });

  test('takes effect at the next step, without compiling anew', async () => {
    const model = twoHeads();
    const trunk = model.layers.find(({ name }) => name === 'trunk')!;
    await model.trainOnBatch([a, b], targets);
    const before = trunk.getWeights();
    trunk.trainable = false;
    await model.trainOnBatch([a, b], targets);
    expect(trunk.getWeights()).toEqual(before);
    trunk.trainable = true;
    await model.trainOnBatch([a, b], targets);
    expect(trunk.getWeights()).not.toEqual(before);
  });

  test('of a layer that is shared between models holds in both', () => {
    const shared = new Dense({ units: 2, inputShape: [3] });
    const models = [new Sequential([shared]), new Sequential([shared, new Dense({ units: 1 })])];
    shared.trainable = false;
    expect(models.map(({ trainableWeights }) => trainableWeights.length)).toEqual([0, 2]);
  });
});

describe('masks', () => {
  const words = new Tensor(Float32Array.of(1, 2, 0, 0, 3, 1, 2, 0), [2, 4]);
  const embedding = () => new Embedding({ inputDim: 4, outputDim: 3, maskZero: true, name: 'words' });

  test('are refused by layers that do not know them, by name, while the model is made', () => {
    expect(() => new Sequential([embedding(), new Flatten({ name: 'flat' })], { inputShape: [4] })).toThrow(
      /^\[Flatten "flat"\] expected an input without mask, because this layer would ignore it, got one with a mask. Hint: put a layer/,
    );
  });

  test('pass through layers that know them, through models, and end where they are used', async () => {
    const inner = new Sequential([new Dense({ units: 3, activation: 'tanh' })]);
    const model = new Sequential([embedding(), inner, new LSTM({ units: 2 }), new Dense({ units: 1 })], { inputShape: [4] });
    const flat = new Sequential([model.layers[0]!, inner.layers[0]!, model.layers[2]!, model.layers[3]!], { inputShape: [4] });
    const [whole, other] = [await model.predict(words), await flat.predict(words)];
    expect(whole).toEqual(other);
    // What is masked does not matter.
    const short = new Tensor(words.data.slice(0, 2), [1, 2]);
    const twin = new Sequential([model.layers[0]!, inner, model.layers[2]!, model.layers[3]!], { inputShape: [null] });
    expectClose([(await twin.predict(short)).data[0]!], [whole.data[0]!], { absolute: 1e-6, relative: 1e-6 });
  });

  test('leave masked steps out of the loss', async () => {
    const model = new Sequential([new Masking({ maskValue: 9 }), new Dense({ units: 1 })], { inputShape: [2, 1] });
    model.setWeights([[[1]], [0]]);
    model.compile({ loss: 'mse' });
    const x = [[[1], [9]]];
    const withMask = await model.evaluate(x, [[[3], [-1000]]], silent);
    const without = await model.evaluate(x, [[[3], [55]]], silent);
    expect(withMask).toEqual(without);
  });
});
