import { describe, expect, test } from 'vitest';
import type { PartialShape } from '../../src/base/shape.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import * as constraints from '../../src/constraints/all.ts';
import type { Node } from '../../src/graph/node.ts';
import * as ops from '../../src/graph/ops.ts';
import type { Variable } from '../../src/graph/variable.ts';
import * as initializers from '../../src/initializers/all.ts';
import { defineInitializer } from '../../src/initializers/index.ts';
import { relu } from '../../src/layers/activations.ts';
import {
  Activation,
  Add,
  Bidirectional,
  type CustomObject,
  Dense,
  Dropout,
  input,
  Lambda,
  Layer,
  type LayerOptions,
  LSTM,
  Normalization,
  TextVectorization,
  TimeDistributed,
} from '../../src/layers/index.ts';
import { layerFromJSON, layerToJSON, Model, modelFromJSON, Sequential } from '../../src/models/index.ts';
import { SGD } from '../../src/optimizers/index.ts';
import * as regularizers from '../../src/regularizers/all.ts';
import { noise, silent } from '../support/models.ts';
import { untyped } from '../support/refusals.ts';

/** The model from its own text, with the same weights. */
function reread<M extends Model>(model: M, customObjects: readonly CustomObject[] = []): M {
  const text = JSON.stringify(model);
  const copy = modelFromJSON(text, { customObjects });
  expect(copy).toBeInstanceOf(model.constructor);
  expect(JSON.stringify(copy)).toBe(text);
  expect(copy.weights.map(({ name, shape }) => [name, shape])).toEqual(model.weights.map(({ name, shape }) => [name, shape]));
  expect(copy.trainableWeights.map(({ name }) => name)).toEqual(model.trainableWeights.map(({ name }) => name));
  copy.setWeights(model.getWeights());
  return copy as M;
}

/** Checks that a model and what its text gives compute the same. */
async function expectSame<M extends Model>(
  model: M,
  x: Tensor | Tensor[],
  customObjects: readonly CustomObject[] = [],
): Promise<M> {
  const copy = reread(model, customObjects);
  expect(await copy.predictAll(x)).toEqual(await model.predictAll(x));
  return copy;
}

/** y = factor·x, with a factor that is trained. */
class Scale extends Layer<LayerOptions & { readonly value?: number }> {
  static override readonly type: string = 'Scale';
  #factor!: Variable;
  override build(inputShape: PartialShape): PartialShape {
    this.#factor = this.addWeight('factor', [1], {
      initializer: { type: 'constant', options: { value: this.options.value ?? 1 } },
    });
    return inputShape;
  }
  override call(x: Node): Node {
    return ops.mul(x, this.#factor);
  }
}

/** x + g(f(x)), written as a subclass. */
class Residual extends Model {
  static override readonly type: string = 'Residual';
  inner = new Dense({ units: 6, activation: 'relu', name: 'inner' });
  outer = new Dense({ units: 4, name: 'outer' });
  override call(x: Node): Node {
    return ops.add(x, this.outer.apply(this.inner.apply(x)));
  }
}

describe('models come back from JSON', () => {
  test('a stack, with and without a known input shape, and as a twin that trains', async () => {
    const layers = () => [new Dense({ units: 5, activation: 'tanh' }), new Dropout(0.2), new Dense({ units: 2 })];
    const shaped = new Sequential(layers(), { inputShape: [3], name: 'stack' });
    const copy = await expectSame(shaped, noise([4, 3]));
    expect([copy.name, copy.layers.map(({ name }) => name)]).toEqual(['stack', shaped.layers.map(({ name }) => name)]);
    copy.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse' });
    const [x, y] = [noise([8, 3]), noise([8, 2], 2)];
    // Without dropout, so that chance has no part in what is compared.
    const before = await copy.evaluate(x, y, silent);
    await copy.fit(x, y, { epochs: 200, ...silent });
    expect((await copy.evaluate(x, y, silent)).loss).toBeLessThan(before.loss!);

    const late = new Sequential(layers());
    expect(reread(late).isBuilt).toBe(false);
    late.build([null, 7]);
    await expectSame(late, noise([4, 7]));
  });

  test('a stack written as one object', () => {
    const model = new Sequential({ layers: [new Dense({ units: 2, inputShape: [3] })], name: 'one' });
    expect([model.name, model.countParams()]).toEqual(['one', 8]);
  });

  test('branches, a layer called twice, inputs and outputs by name, names in the order of an object', async () => {
    const [a, b] = [input({ shape: [3], name: 'a' }), input({ shape: [4], name: 'b' })];
    const shared = new Dense({ units: 4, name: 'shared' });
    const left = shared.apply(b);
    const right = shared.apply(new Dense({ units: 4 }).apply(a));
    const both = new Add().apply([left, right]);
    const outputs = { z: new Dense({ units: 2 }).apply(both), 2: both, y: left, 1: b };
    const model = new Model({ inputs: { b, a }, outputs, name: 'branches' });
    const copy = await expectSame(model, [noise([2, 4]), noise([2, 3])]);
    expect([copy.inputNames, copy.outputNames]).toEqual([
      ['b', 'a'],
      ['1', '2', 'z', 'y'],
    ]);
    expect(copy.layers.length).toBe(model.layers.length);
  });

  test('outputs as a list whose layers have numbers for names', async () => {
    const x = input({ shape: [3] });
    const outputs = [new Dense({ units: 2, name: '7' }).apply(x), new Dense({ units: 1, name: '5' }).apply(x)];
    const copy = await expectSame(new Model({ inputs: x, outputs }), noise([2, 3]));
    expect(copy.outputNames).toEqual(['7', '5']);
  });

  test('a layer with several outputs and one that takes initial states', async () => {
    const x = input({ shape: [4, 3] });
    const [y, h, c] = new LSTM({ units: 3, returnState: true, returnSequences: true }).applyAll(x);
    const again = new LSTM({ units: 3 }).apply([y!, h!, c!]);
    await expectSame(new Model({ inputs: x, outputs: [again, c!] }), noise([2, 4, 3]));
  });

  test('models in models, and a layer that two of them share', async () => {
    const shared = new Dense({ units: 3, name: 'shared' });
    const x = input({ shape: [3] });
    const inner = new Model({ inputs: x, outputs: new Activation('tanh').apply(shared.apply(x)), name: 'inner' });
    const outer = new Sequential([new Dense({ units: 3, inputShape: [3] }), inner, shared, new Dense({ units: 1 })]);
    const copy = await expectSame(outer, noise([2, 3]));
    expect(copy.layers[2]).toBe((copy.layers[1] as Model).layers[0]);
    expect(copy.weights.length).toBe(6);
  });

  test('a layer that three models share, and one that is called with a list of one', async () => {
    const shared = new Dense({ units: 3, name: 'shared' });
    const towers = ['a', 'b', 'c'].map((name) => new Sequential([shared], { name, inputShape: [3] }));
    const x = input({ shape: [3] });
    const copy = await expectSame(
      new Sequential([...towers, new Model({ inputs: x, outputs: new Add().apply([x]) })]),
      noise([2, 3]),
    );
    expect(new Set(copy.layers.slice(0, 3).map((tower) => (tower as Model).layers[0])).size).toBe(1);
    expect(copy.weights.length).toBe(2);
  });

  test('a model cut out of the middle of another', async () => {
    const x = input({ shape: [3] });
    const middle = new Dense({ units: 4, name: 'middle' }).apply(x);
    await expectSame(new Model({ inputs: middle, outputs: new Dense({ units: 2 }).apply(middle) }), noise([2, 4]));
  });

  test('layers around layers', async () => {
    const around = new TimeDistributed({ layer: new Sequential([new Dense({ units: 4, activation: 'relu' }), new Scale()]) });
    const both = new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true }), mergeMode: 'sum' });
    await expectSame(new Sequential([around, both], { inputShape: [5, 3] }), noise([2, 5, 3]), [Scale]);
  });

  test('classes of your own, alone, inside others, and in a model of your own', async () => {
    const model = new Sequential([
      new Scale({ value: 3, inputShape: [4] }),
      new Residual({ name: 'mine' }),
      new Dense({ units: 1 }),
    ]);
    await expectSame(model, noise([2, 4]), [Scale, Residual]);
    const alone = new Residual();
    alone.ensureBuilt([null, 4]);
    await expectSame(alone, noise([2, 4]), [Residual]);
  });

  test('a subclass that connects its layers in its constructor', async () => {
    class Tower extends Model {
      static override readonly type: string = 'Tower';
      constructor(options: LayerOptions = {}) {
        const x = input({ shape: [3], name: 'x' });
        super({ ...options, inputs: x, outputs: new Dense({ units: 2, name: 'top' }).apply(x) });
      }
    }
    await expectSame(new Tower({ name: 'tower' }), noise([2, 3]), [Tower]);
  });

  test('what is frozen stays frozen, also inside of a model of your own', () => {
    const model = new Residual();
    model.ensureBuilt([null, 4]);
    model.inner.trainable = false;
    expect(reread(model, [Residual]).inner.trainable).toBe(false);
    const stack = new Sequential([new Dense({ units: 2, inputShape: [3] }), new Dense({ units: 1 })]);
    stack.layers[0]!.trainable = false;
    expect(reread(stack).layers[0]!.trainable).toBe(false);
    stack.trainable = false;
    expect(reread(stack).trainable).toBe(false);
  });
});

describe('what options may hold', () => {
  const built = (options: object) => {
    const layer = new Dense({ units: 4, ...options });
    const copy = layerFromJSON(JSON.stringify(layerToJSON(layer))) as Dense;
    for (const one of [layer, copy]) one.ensureBuilt([null, 4]);
    return [layer, copy] as const;
  };

  type Factories = Readonly<Record<string, (options?: object) => { type: string; options: object }>>;
  const seeded = { seed: 3 };
  const initializerOptions: Readonly<Record<string, object>> = {
    constant: { value: [1, 2, 3, 4] },
    identity: { gain: 2 },
    ones: {},
    orthogonal: { gain: 2, ...seeded },
    varianceScaling: { scale: 3, mode: 'fanAvg', ...seeded },
    zeros: {},
  };
  test.each(Object.entries(initializers as unknown as Factories))('initializer %s', (name, make) => {
    const [layer, copy] = built({ kernelInitializer: make(initializerOptions[name] ?? seeded) });
    expect(copy.getWeights()[0]).toEqual(layer.getWeights()[0]);
  });

  const ruleOptions: Readonly<Record<string, object>> = {
    l1: { l1: 0.5 },
    l2: { l2: 0.25 },
    l1l2: { l1: 0.5, l2: 0.25 },
    orthogonal: { factor: 0.5, mode: 'columns' },
    nonNeg: {},
    maxNorm: { maxValue: 0.5, axis: 1 },
    minMaxNorm: { minValue: 0.25, maxValue: 0.5, rate: 0.75 },
    unitNorm: { axis: 1 },
  };
  const rules = { ...regularizers, ...constraints } as unknown as Factories;
  test.each(Object.entries(rules))('regularizer or constraint %s', async (name, make) => {
    const key = name in regularizers ? 'kernelRegularizer' : 'kernelConstraint';
    const [layer, copy] = built({ [key]: make(ruleOptions[name]) });
    copy.setWeights(layer.getWeights());
    const [before] = layer.getWeights();
    const [a, b] = [layer, copy].map((one) => new Sequential([one], { inputShape: [4] }));
    for (const model of [a!, b!]) {
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      await model.trainOnBatch(noise([8, 4]), noise([8, 4], 2));
    }
    expect(b!.getWeights()).toEqual(a!.getWeights());
    // The rule has had an effect.
    const plain = new Sequential([new Dense({ units: 4 })], { inputShape: [4] });
    plain.setWeights([before!, new Float32Array(4)]);
    plain.compile({ optimizer: 'sgd', loss: 'mse' });
    await plain.trainOnBatch(noise([8, 4]), noise([8, 4], 2));
    expect(a!.getWeights()[0]).not.toEqual(plain.getWeights()[0]);
  });

  test('tensors, typed arrays, numbers that JSON lacks', () => {
    const roundTrip = (value: unknown) => {
      const layer = new Scale(untyped<object>({ extra: value }));
      const copy = layerFromJSON(JSON.stringify(layerToJSON(layer)), { customObjects: [Scale] });
      return (copy.options as unknown as { extra: unknown }).extra;
    };
    const values = [
      [NaN, Infinity, -Infinity, -0, 1e-300, [true, null, 'text']],
      tensor([[1, 2.5, NaN]]),
      tensor(Int32Array.of(-1, 2 ** 31 - 1)),
      new Tensor(
        Uint8Array.from({ length: 20000 }, (_, i) => i % 251),
        [20000],
      ),
      Float64Array.of(Math.PI, -0),
      new Uint16Array(Uint16Array.of(1, 2, 3).buffer, 2, 1),
      { nested: { list: [{ a: 1 }] } },
      new Float32Array(),
    ];
    for (const value of values) expect(roundTrip(value)).toStrictEqual(value);
    expect(roundTrip({ a: undefined })).toStrictEqual({});
    const mean = Float32Array.of(1, 2, 3);
    const layer = layerFromJSON(layerToJSON(new Normalization({ mean, variance: tensor([4, 5, 6]) })));
    expect((layer as Normalization).options.mean).toEqual(mean);
  });

  test('activations: names, functions that have one, with parameters, and of your own', async () => {
    const own = Object.assign((x: Node): Node => ops.scale(x, 3), { type: 'triple' });
    const leaky = { type: 'leakyRelu', options: { negativeSlope: 0.5 } };
    const model = new Sequential(
      [relu, leaky, own, 'silu'].map((activation) => new Dense({ units: 3, activation })),
      { inputShape: [3] },
    );
    const copy = await expectSame(model, noise([2, 3]), [own]);
    expect(copy.layers.map((layer) => (layer as Dense).options.activation)).toEqual(['relu', leaky, own, 'silu']);
    const slope = new Sequential([new Activation({ activation: leaky })], { inputShape: [2] });
    expect(Array.from((await slope.predict([[-2, 2]])).data)).toEqual([-1, 2]);
  });

  test("an initializer's maker of your own", () => {
    const half = defineInitializer<object>('Half', () => (variable) => void variable.view().fill(0.5));
    const layer = new Dense({ units: 2, kernelInitializer: half() });
    const copy = layerFromJSON(layerToJSON(layer), { customObjects: [half] });
    copy.ensureBuilt([null, 1]);
    expect(Array.from(copy.getWeights()[0]!.data)).toEqual([0.5, 0.5]);
  });

  test('a vocabulary that was learned', () => {
    const layer = new TextVectorization();
    layer.adapt(['b a', 'a']);
    expect((layerFromJSON(layerToJSON(layer)) as TextVectorization).getVocabulary()).toEqual(['', '[UNK]', 'a', 'b']);
  });

  test('functions are refused with the name of the layer', () => {
    const lambda = new Sequential([new Lambda({ function: (x) => x, name: 'twice', inputShape: [2] })]);
    expect(() => lambda.toJSON()).toThrow(
      /^\[Lambda "twice"\] expected `options\.function` to be something that can be saved, got function .* Hint: write a subclass/,
    );
    const split = new TextVectorization({ split: (text) => [text] });
    expect(() => layerToJSON(split)).toThrow(/^\[TextVectorization ".*"\] expected `options\.split`/);
    const penalty = new Dense({ units: 1, name: 'd', kernelRegularizer: (x) => ops.sum(x) });
    expect(() => layerToJSON(penalty)).toThrow(/^\[Dense "d"\] expected `options\.kernelRegularizer`/);
    // A function that other options know by name is no name for a Lambda.
    expect(() => layerToJSON(new Lambda(relu as (x: Node) => Node))).toThrow(/`options\.function`/);
    for (const value of [new Map(), 1n, new Date(), [undefined], { $a: 1 }, JSON.parse('{"__proto__": 1}')]) {
      expect(() => layerToJSON(new Scale(untyped<object>({ name: 's', extra: value })))).toThrow(
        /^\[Scale "s"\] expected .*`options\.extra/,
      );
    }
  });
});
