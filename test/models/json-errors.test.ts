import { describe, expect, test } from 'vitest';
import { MyelinError } from '../../src/base/fail.ts';
import type { Node } from '../../src/graph/node.ts';
import { Concatenate, Dense, input, Layer, type LayerOptions, ReLU } from '../../src/layers/index.ts';
import { layerFromJSON, layerToJSON, Model, modelFromJSON, Sequential } from '../../src/models/index.ts';
import { untyped } from '../support/refusals.ts';

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
    [
      'a network of a layer',
      stack,
      (json) => (json.model.layers[0].network = {}),
      /a Model where there is a `network`, got "Dense"/,
    ],
    ['a network of a stack', stack, (json) => (json.model.network = {}), /a Model where there is a `network`, got "Sequential"/],
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
