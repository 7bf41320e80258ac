import { describe, expect, test } from 'vitest';
import { MyelinError } from '../../src/base/fail.ts';
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
  Concatenate,
  type CustomObject,
  Dense,
  Dropout,
  input,
  Lambda,
  Layer,
  type LayerOptions,
  LSTM,
  Normalization,
  ReLU,
  TextVectorization,
  TimeDistributed,
} from '../../src/layers/index.ts';
import { layerFromJSON, layerToJSON, Model, modelFromJSON, Sequential } from '../../src/models/index.ts';
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
    copy.compile({ optimizer: 'sgd', loss: 'mse' });
    const { history } = await copy.fit(noise([8, 3]), noise([8, 2], 2), { epochs: 40, ...silent });
    expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]!);

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

describe('files of strangers', () => {
  const stack = () => JSON.parse(JSON.stringify(new Sequential([new Dense({ units: 2, inputShape: [3], name: 'd' })])));
  const branches = () => {
    const x = input({ shape: [3], name: 'x' });
    const y = new Dense({ units: 3, name: 'y' }).apply(x);
    return JSON.parse(JSON.stringify(new Model({ inputs: x, outputs: new Concatenate({ name: 'both' }).apply([x, y]) })));
  };
  type Changes = (json: ReturnType<typeof stack>) => void;
  const cases: readonly (readonly [string, () => unknown, Changes, RegExp])[] = [
    ['another format', stack, (json) => (json.format = 'keras'), /with format "myelin", got "keras"/],
    ['a newer version', stack, (json) => (json.version = 2), /expected version 1, got 2. Hint: the file needs a newer version/],
    ['no version', stack, (json) => delete json.version, /expected version 1, got undefined/],
    ['a key nobody knows', stack, (json) => (json.models = 1), /got "models". Hint: did you mean "model"/],
    ['no model', stack, (json) => delete json.model, /`model` to be an object, got undefined/],
    [
      'a layer that is a text',
      stack,
      (json) => (json.model.layers[0] = 'Dense'),
      /`model\.layers\[0\]` to be an object, got "Dense"/,
    ],
    [
      'a misspelt type',
      stack,
      (json) => (json.model.layers[0].type = 'Dens'),
      /layer that is known, got "Dens". Hint: did you mean 'Dense'/,
    ],
    [
      'an unknown type',
      stack,
      (json) => (json.model.layers[0].type = 'Zzyzx'),
      /got "Zzyzx". Hint: give its class in `customObjects`/,
    ],
    ['a type from the prototype', stack, (json) => (json.model.type = 'toString'), /a layer that is known, got "toString"/],
    ['no options', stack, (json) => delete json.model.layers[0].options, /`model\.layers\[0\]\.options` to be an object/],
    [
      'bad options',
      stack,
      (json) => (json.model.layers[0].options.units = -1),
      /\[Dense "d"\] expected `units` to be a positive integer/,
    ],
    [
      'options of another kind',
      stack,
      (json) => (json.model.layers[0].options.kernelInitializer = [{}]),
      /expected .*initializer/,
    ],
    ['a bad shape', stack, (json) => (json.model.layers[0].options.inputShape = 'wide'), /`inputShape` to be a list/],
    ['a shape that is too much', stack, (json) => (json.model.layers[0].options.inputShape = [2 ** 40]), /memory|expected/],
    ['layers that are no list', stack, (json) => (json.model.layers = {}), /`model\.layers` to be a list/],
    [
      'layers of a layer',
      stack,
      (json) => (json.model.layers[0].layers = []),
      /a Sequential where there are `layers`, got "Dense"/,
    ],
    ['two layers of one name', stack, (json) => json.model.layers.push(json.model.layers[0]), /layers of different names/],
    ['a layer as the model', stack, (json) => (json.model = json.model.layers[0]), /expected a model, got Dense "d"/],
    [
      'a shared layer that is missing',
      stack,
      (json) => (json.model.layers[0] = { shared: 4 }),
      /id of a layer that comes before, got 4/,
    ],
    ['shapes that do not fit', stack, (json) => (json.inputShapes = [[null, 9]]), /expected .*\[\?, 3\].*got \[\?, 9\]/],
    ['shapes without batch', stack, (json) => (json.inputShapes = [[3]]), /null \(the batch\) followed by sizes/],
    ['two shapes for one input', stack, (json) => json.inputShapes.push([null, 1]), /expected one input, got 2/],
    [
      'flags for layers that are not there',
      stack,
      (json) => (json.model.trainable = [true, false]),
      /trainable` for 1 layers, got/,
    ],
    ['an unknown tag', stack, (json) => (json.model.options.x = { $eval: '1' }), /a \$number, \$tensor.*got "\$eval"/],
    ['a bad number', stack, (json) => (json.model.options.x = { $number: '1e3' }), /NaN, Infinity, -Infinity or -0, got "1e3"/],
    [
      'a function',
      stack,
      (json) => (json.model.options.x = { $function: 'alert' }),
      /a function given in `customObjects`, got "alert"/,
    ],
    [
      'bytes that are none',
      stack,
      (json) => (json.model.options.x = { $array: { type: 'Int8Array', data: '?' } }),
      /bytes in base64/,
    ],
    [
      'half a number',
      stack,
      (json) => (json.model.options.x = { $array: { type: 'Int32Array', data: 'AAA=' } }),
      /whole Int32Array elements/,
    ],
    [
      'an unknown array',
      stack,
      (json) => (json.model.options.x = { $array: { type: 'Array', data: '' } }),
      /one of Float32Array/,
    ],
    [
      'a tensor that lacks elements',
      stack,
      (json) => (json.model.options.x = { $tensor: { dtype: 'float32', shape: [1e9], data: 'AAAAAA==' } }),
      /expected 1000000000 elements/,
    ],
    [
      'a connection to a layer that is missing',
      branches,
      (json) => (json.model.network.calls[1].inputs[1].layer = 'yy'),
      /name of a layer, got "yy". Hint: did you mean "y"/,
    ],
    [
      'a connection to an input that is missing',
      branches,
      (json) => (json.model.network.calls[0].inputs.input = 'z'),
      /the name of an input, got "z"/,
    ],
    [
      'a call of a layer that is missing',
      branches,
      (json) => (json.model.network.calls[0].layer = 'boths'),
      /calls\[0\]\.layer` to be the name of a layer/,
    ],
    [
      'a call that comes later',
      branches,
      (json) => json.model.network.calls.reverse(),
      /an earlier call of "y", got "call 0 of 0"/,
    ],
    [
      'an output that is missing',
      branches,
      (json) => (json.model.network.outputs[0].tensor.output = 1),
      /one of 1 outputs of "both", got 1/,
    ],
    [
      'a layer that is never called',
      branches,
      (json) => json.model.network.calls.splice(1, 1, { ...json.model.network.calls[0] }),
      /calls` of every layer, got none of "both"/,
    ],
    [
      'layers of one name in a network',
      branches,
      (json) => (json.model.network.layers[1].options.name = 'y'),
      /of a name that no other has, got "y"/,
    ],
    [
      'inputs of one name',
      branches,
      (json) => json.model.network.inputs.push({ name: 'x', shape: [1] }),
      /name that no other input has/,
    ],
    ['an input without shape', branches, (json) => delete json.model.network.inputs[0].shape, /inputs\[0\]\.shape` to be a list/],
    ['no outputs', branches, (json) => (json.model.network.outputs = []), /at least one entry in `outputs`/],
    ['shapes that do not go together', branches, (json) => (json.model.network.inputs[0].shape = []), /\[.*\] expected/],
    ['layers and a network', branches, (json) => (json.model.layers = []), /a Sequential where there are `layers`, got "Model"/],
  ];

  test.each(cases)('are refused with %s', (_, make, change, text) => {
    const json = make();
    change(json);
    let error: unknown;
    try {
      modelFromJSON(JSON.stringify(json));
    } catch (reason) {
      error = reason;
    }
    expect(error).toBeInstanceOf(MyelinError);
    expect((error as Error).message).toMatch(text);
  });

  test('are refused when a part is replaced by anything else', () => {
    const junk = [null, 0, -1, 1.5, '', 'x', true, [], {}, [[]], [null], { type: 'Dense' }, { $layer: null }, { shared: 1 }];
    const spoil = (json: unknown, path: readonly string[], value: unknown): void => {
      const parent = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], json) as Record<string, unknown>;
      parent[path.at(-1)!] = value;
    };
    const pathsIn = (json: unknown): string[][] =>
      typeof json === 'object' && json !== null
        ? Object.entries(json).flatMap(([key, value]) => [[key], ...pathsIn(value).map((rest) => [key, ...rest])])
        : [];
    let refused = 0;
    for (const make of [stack, branches]) {
      for (const path of pathsIn(make())) {
        for (const value of junk) {
          const json = make();
          spoil(json, path, value);
          try {
            modelFromJSON(JSON.stringify(json));
          } catch (error) {
            refused++;
            expect(error, `${path.join('.')} = ${JSON.stringify(value)}`).toBeInstanceOf(MyelinError);
          }
        }
      }
    }
    expect(refused).toBeGreaterThan(300);
  });

  test('cannot reach prototypes, be endless, or be anything but JSON', () => {
    const text = JSON.stringify(stack());
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      for (const place of ['"options":{', '"model":{']) {
        const bad = text.replace(place, `${place}"${key}":{"polluted":1},`);
        expect(() => modelFromJSON(bad)).toThrow(new RegExp(`expected no key "${key}"`));
      }
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    const deep = text.replace('"options":{', `"options":{"x":${'['.repeat(5000)}${']'.repeat(5000)},`);
    expect(() => modelFromJSON(deep)).toThrow(/at most 200 levels/);
    const loop = stack();
    loop.model.options.x = loop;
    expect(() => modelFromJSON(loop)).toThrow(/at most 200 levels/);
    for (const bad of ['', '{', 'null', '3', '[]']) expect(() => modelFromJSON(bad)).toThrow(MyelinError);
    expect(() => modelFromJSON(untyped(undefined))).toThrow(/with format "myelin", got undefined/);
    const live = stack();
    live.model.options.x = () => 1;
    expect(() => modelFromJSON(live)).toThrow(/what JSON can hold, got function/);
  });

  test('are told from layers, and custom objects are checked', () => {
    const layer = layerToJSON(new ReLU());
    expect(() => modelFromJSON(untyped(layer))).toThrow(/got "layer"/);
    expect(() => layerFromJSON(untyped(stack()))).toThrow(/got "model"/);
    const check = (customObjects: unknown) => () => modelFromJSON(stack(), { customObjects: untyped(customObjects) });
    expect(check({})).toThrow(/`customObjects` to be a list of classes, got Object/);
    expect(check([{ type: 'A' }])).toThrow(/classes with a `static type`, got Object/);
    class Nameless extends Layer {
      override call(x: Node): Node {
        return x;
      }
    }
    expect(check([Nameless])).toThrow(/`static type`, got function Nameless/);
    expect(() => modelFromJSON(stack(), untyped({ customObject: [] }))).toThrow(/did you mean `customObjects`/);
  });

  test('get an error that names the layer when its class fails in its own way', () => {
    class Fragile extends Layer<LayerOptions & { readonly list: readonly number[] }> {
      static override readonly type: string = 'Fragile';
      readonly first: number;
      constructor(options: LayerOptions & { readonly list: readonly number[] }) {
        super(options);
        this.first = options.list.indexOf(1);
      }
      override call(x: Node): Node {
        return x;
      }
    }
    const json = layerToJSON(new Fragile({ list: [1] }));
    const spoilt = JSON.stringify(json).replace('[1]', '1');
    expect(() => layerFromJSON(spoilt, { customObjects: [Fragile] })).toThrow(
      /`layer\.options` that Fragile accepts, got one it fails with/,
    );
  });
});
