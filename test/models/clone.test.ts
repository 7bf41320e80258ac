import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import type { Node } from '../../src/graph/node.ts';
import * as ops from '../../src/graph/ops.ts';
import {
  Add,
  Bidirectional,
  Dense,
  Dropout,
  GRU,
  input,
  Lambda,
  Layer,
  TextVectorization,
  TimeDistributed,
} from '../../src/layers/index.ts';
import { cloneModel, Model, type ModelOptions, Sequential } from '../../src/models/index.ts';
import { noise } from '../support/models.ts';
import { untyped } from '../support/refusals.ts';

/** x + g(f(x)), written as a subclass. */
class Residual extends Model {
  static override readonly type: string = 'Residual';
  inner = new Dense({ units: 6, activation: 'relu' });
  outer = new Dense({ units: 4 });
  override call(x: Node): Node {
    return ops.add(x, this.outer.apply(this.inner.apply(x)));
  }
}

/** Two inputs, a layer called twice, a model inside, a function, two outputs. */
function branches(): Model {
  const [a, b] = [input({ shape: [4], name: 'a' }), input({ shape: [4], name: 'b' })];
  const shared = new Dense({ units: 4, name: 'shared' });
  const inner = new Sequential([new Dense({ units: 4, inputShape: [4] }), new Dropout(0.5)], { name: 'inner' });
  const sum = new Add().apply([shared.apply(a), inner.apply(shared.apply(b))]);
  const outputs = { sum, square: new Lambda((x: Node) => ops.square(x)).apply(new Residual({ name: 'own' }).apply(sum)) };
  return new Model({ inputs: { a, b }, outputs, name: 'branches' });
}

/** All layers, those in models included. */
function allLayers(model: Layer): Layer[] {
  return model.sublayers.flatMap((layer) => [layer, ...allLayers(layer)]);
}

describe('cloneModel', () => {
  test('makes new layers of the same names, connected in the same way', async () => {
    const model = branches();
    const copy = cloneModel(model, { weights: true });
    expect(copy).toBeInstanceOf(Model);
    expect([copy.name, copy.inputNames, copy.outputNames]).toEqual(['branches', ['a', 'b'], ['sum', 'square']]);
    const [own, copied] = [allLayers(model), allLayers(copy)];
    expect(copied.map(({ type }) => type)).toEqual(own.map(({ type }) => type));
    expect(copy.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    expect(copied.filter((layer) => own.includes(layer))).toEqual([]);
    expect(copy.weights.length).toBe(model.weights.length);
    expect(copy.weights.filter((weight) => model.weights.includes(weight))).toEqual([]);
    const x = { a: noise([3, 4]), b: noise([3, 4], 2) };
    expect(await copy.predictAll(x)).toEqual(await model.predictAll(x));
  });

  test('gives fresh weights unless told otherwise, and is independent of the original', async () => {
    setSeed(1);
    const model = new Sequential([new Dense({ units: 3, inputShape: [4] })]);
    const [fresh, same] = [cloneModel(model), cloneModel(model, { weights: true })];
    const before = model.getWeights();
    expect(fresh.getWeights()[0]).not.toEqual(before[0]);
    expect(same.getWeights()).toEqual(before);
    same.compile({ optimizer: 'sgd', loss: 'mse' });
    await same.trainOnBatch(noise([8, 4]), noise([8, 3]));
    expect(same.getWeights()[0]).not.toEqual(before[0]);
    expect(model.getWeights()).toEqual(before);
  });

  test('keeps a shared layer shared, in one model and between two', () => {
    const x = input({ shape: [4] });
    const shared = new Dense({ units: 4 });
    const tower = new Model({ inputs: x, outputs: shared.apply(x), name: 'tower' });
    const model = new Sequential([tower, shared, new AddTo(shared)], { inputShape: [4] });
    const copy = cloneModel(model);
    expect(copy.layers[1]).toBe((copy.layers[0] as Model).layers[0]);
    expect((copy.layers[2] as AddTo).options.layer).toBe(copy.layers[1]);
    expect(copy.layers[1]).not.toBe(shared);
    expect(copy.weights.length).toBe(2);
  });

  test('copies layers around layers', async () => {
    const model = new Sequential(
      [
        new TimeDistributed({ layer: new Dense({ units: 3 }) }),
        new Bidirectional({ layer: new GRU({ units: 2 }), backwardLayer: new GRU({ units: 2, goBackwards: true }) }),
      ],
      { inputShape: [5, 2] },
    );
    const copy = cloneModel(model, { weights: true });
    expect(await copy.predict(noise([2, 5, 2]))).toEqual(await model.predict(noise([2, 5, 2])));
    expect(allLayers(copy).filter((layer) => allLayers(model).includes(layer))).toEqual([]);
  });

  test('copies a model written as a subclass, built or not, frozen parts included', async () => {
    const model = new Residual();
    expect(cloneModel(model).isBuilt).toBe(false);
    model.ensureBuilt([null, 4]);
    model.inner.trainable = false;
    const copy = cloneModel(model, { weights: true });
    expect(copy).toBeInstanceOf(Residual);
    expect([copy.inner.trainable, copy.outer.trainable]).toEqual([false, true]);
    expect(await copy.predict(noise([2, 4]))).toEqual(await model.predict(noise([2, 4])));
  });

  test('copies what is frozen and what a vocabulary learned', () => {
    const stack = new Sequential([new Dense({ units: 3, inputShape: [4] }), new Dense({ units: 1 })]);
    stack.layers[0]!.trainable = false;
    expect(cloneModel(stack).layers.map(({ trainable }) => trainable)).toEqual([false, true]);
    const words = new TextVectorization();
    words.adapt(['b a']);
    const copy = cloneModel(new Sequential([words])).layers[0] as TextVectorization;
    expect(copy.getVocabulary()).toEqual(words.getVocabulary());
  });

  test('asks cloneFunction for every layer but models made of layers, once each', async () => {
    const asked: string[] = [];
    const model = branches();
    const copy = cloneModel(model, {
      weights: true,
      cloneFunction: (layer) => {
        asked.push(layer.type);
        if (layer instanceof Dropout) return new Lambda((x: Node) => ops.scale(x, 0));
        return new (layer.constructor as new (options: object) => Layer)(layer.getConfig());
      },
    });
    expect(asked.sort()).toEqual(['Add', 'Dense', 'Dense', 'Dropout', 'Lambda', 'Residual']);
    const x = { a: noise([3, 4]), b: noise([3, 4], 2) };
    // The branch over b is multiplied by 0.
    const [shared] = model.layers;
    const alone = new Sequential([shared!]);
    expect((await copy.predictAll(x)).sum).toEqual(await alone.predict(x.a));
  });

  test('refuses what is no model, no layer or no option', () => {
    const model = new Sequential([new Dense({ units: 3, inputShape: [4] })]);
    expect(() => cloneModel(untyped<Model>(new Dense({ units: 1 })))).toThrow(/^\[cloneModel\] expected a model, got Dense/);
    expect(() => cloneModel(model, { cloneFunction: () => untyped(3) })).toThrow(/`cloneFunction` to return a layer, got 3/);
    expect(() => cloneModel(model, untyped({ weight: true }))).toThrow(/did you mean `weights`/);
    const wide = () => new Dense({ units: 5, inputShape: [4] });
    expect(() => cloneModel(model, { weights: true, cloneFunction: wide })).toThrow(
      /expected weight 0 .* of shape \[4, 5\], got \[4, 3\]/,
    );
  });
});

/** Adds what a layer makes of the inputs to them; the layer is an option. */
class AddTo extends Model<ModelOptions & { readonly layer: Layer }> {
  static override readonly type: string = 'AddTo';
  readonly layer: Layer;
  constructor(options: (ModelOptions & { readonly layer: Layer }) | Layer) {
    super(options instanceof Layer ? { layer: options } : options);
    this.layer = this.options.layer;
  }
  override call(x: Node): Node {
    return ops.add(x, this.layer.apply(x));
  }
}
