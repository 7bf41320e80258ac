import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MyelinError } from '../../src/base/fail.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import type { SavedState } from '../../src/callbacks/callback.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/data/safetensors.ts';
import { Dense, Dropout } from '../../src/layers/index.ts';
import {
  decodeCheckpoint,
  differences,
  encodeCheckpoint,
  modelDifferences,
  type NamedTensor,
  type RunState,
} from '../../src/models/checkpoint.ts';
import { modelToBytes } from '../../src/models/model-file.ts';
import { modelFromBytes } from '../../src/models/saving.ts';
import { Sequential } from '../../src/models/sequential.ts';
import { classifier, clusters } from '../support/models.ts';
import { untyped } from '../support/refusals.ts';

const state: SavedState = {
  epoch: 3,
  rate: 0.1 + 0.2,
  odd: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 5e-324, Number.MAX_VALUE, 2 ** 53 + 2],
  best: { weights: [tensor([1, 2]), tensor([[3]], undefined, 'int32')], at: null },
  $tensor: 'a name that a tag has, too',
  $: { $number: 'NaN' },
  $$twice: true,
  '': [[], {}, ''],
  ['__proto__']: { harmless: 1 },
};

const run: RunState = {
  kind: 'checkpoint',
  model: { format: 'myelin', anything: [1, 'two'] },
  weights: [
    { name: 'dense/kernel', tensor: tensor([[1, -0]]) },
    { name: 'dense/kernel', tensor: tensor([[5, 6]]) },
    { name: 'optimizer/adam/iteration', tensor: tensor([7]) },
  ],
  optimizer: {
    type: 'Adam',
    variables: [
      { name: 'adam/iteration', tensor: tensor(12, undefined, 'int32') },
      { name: 'dense/kernel/momentum', tensor: tensor([[8, 9]]) },
      { name: 'dense/kernel/momentum', tensor: tensor([[1, 2]]) },
    ],
  },
  random: [{ name: 'dropout/random', tensor: new Tensor(Int32Array.of(1, -2, 3, 0), [4]) }],
  state,
};

/** A checkpoint of a model, as a run would write it. */
async function checkpointOf(optimizer = 'adam'): Promise<{ model: ReturnType<typeof classifier>; state: RunState }> {
  const model = classifier({ optimizer });
  const { x, y } = clusters(9);
  await model.trainOnBatch(x, y);
  const named = (list: readonly { name: string; read(): Tensor }[]): NamedTensor[] =>
    list.map((one) => ({ name: one.name, tensor: one.read() }));
  return {
    model,
    state: {
      kind: 'checkpoint',
      model: model.toJSON(),
      weights: named(model.weights),
      optimizer: { type: model.optimizer.type, variables: named(model.optimizer.variables) },
      random: [],
      state: null,
    },
  };
}

describe('a run comes back from its bytes', () => {
  test('with all its bits, names that occur twice, numbers that JSON lacks, tensors anywhere', () => {
    const back = decodeCheckpoint(encodeCheckpoint(run));
    expect(back).toEqual(run);
    const { odd } = back.state as { odd: number[] };
    expect(odd.map((value) => Object.is(value, -0))).toEqual([false, false, false, true, false, false, false, false]);
    expect(Object.keys(back.state as object)).toEqual(Object.keys(state as object));
    expect(Object.getPrototypeOf(back.state)).toBe(Object.prototype);
  });

  test('whatever the state is', () => {
    const value = fc.letrec<{ value: SavedState }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constant(null),
        fc.boolean(),
        fc.double(),
        fc.string(),
        fc.float32Array({ maxLength: 3 }).map((data) => new Tensor(data, [data.length])),
        fc.array(tie('value') as fc.Arbitrary<SavedState>, { maxLength: 4 }),
        fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom('$tensor', '$number', '$$x', '__proto__')),
          tie('value') as fc.Arbitrary<SavedState>,
          {
            maxKeys: 4,
            noNullPrototype: true,
          },
        ),
      ),
    })).value;
    fc.assert(
      fc.property(value, (given) => {
        expect(decodeCheckpoint(encodeCheckpoint({ ...run, state: given })).state).toEqual(given);
      }),
      { numRuns: 300 },
    );
  });

  test('what is undefined is left out; what no file can hold is refused with its place', () => {
    const sparse = untyped<SavedState>({ a: undefined, b: 1 });
    expect(decodeCheckpoint(encodeCheckpoint({ ...run, state: sparse })).state).toEqual({ b: 1 });
    const refused =
      (given: unknown): (() => unknown) =>
      () =>
        encodeCheckpoint({ ...run, state: untyped({ callbacks: [given] }) });
    expect(refused(() => 1)).toThrow(/`state\/callbacks\/0` to be numbers, texts, lists, plain objects or tensors, got function/);
    expect(refused(new Date())).toThrow(/got Date/);
    expect(refused(new Float64Array(2))).toThrow(/got Float64Array\(2\)/);
    expect(refused(undefined)).toThrow(/got undefined/);
    const circle: unknown[] = [];
    circle.push(circle);
    expect(refused(circle)).toThrow(/a state of at most 200 levels/);
  });

  test('without a model', () => {
    expect(decodeCheckpoint(encodeCheckpoint({ ...run, model: null })).model).toBeNull();
  });

  test('and the model alone, too, by loadModel', async () => {
    const { model, state: saved } = await checkpointOf();
    const copy = modelFromBytes(encodeCheckpoint(saved));
    expect(copy.getWeights()).toEqual(model.getWeights());
    expect(copy.compiled).toBeUndefined();
    expect(() => modelFromBytes(encodeCheckpoint({ ...saved, model: null }))).toThrow(
      /holds a model, got one of "checkpoint" alone/,
    );
  });
});

describe('files that are none, or damaged', () => {
  const bytes = encodeCheckpoint(run);
  const edited = (changes: Record<string, string | undefined>): Uint8Array => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const entries = Object.entries({ ...metadata, ...changes }).filter(([, text]) => text !== undefined) as [string, string][];
    return encodeSafetensors(tensors, Object.fromEntries(entries));
  };
  test.each<[string, Uint8Array, RegExp]>([
    ['a saved model', modelToBytes(classifier()), /a checkpoint, got a file of kind "model"\. Hint: loadModel/],
    ['weights of another program', encodeSafetensors({ w: tensor(1) }), /a checkpoint, with `format` "myelin", got undefined/],
    ['a later version', edited({ version: '7' }), /version 1, got "7"/],
    ['no optimizer', edited({ optimizerType: undefined }), /`optimizerType` in the file, got none/],
    ['no weights', edited({ weights: undefined }), /`weights` to be a list, got undefined/],
    ['a name without its tensor', edited({ random: '["nothing"]' }), /a tensor "nothing", which `random\[0\]` names, got none/],
    ['a key that is no name', edited({ random: '[["a", 3]]' }), /`random\[0\]` to be the name of a tensor, got 3/],
    [
      'a tensor of the state that is not there',
      edited({ state: '{"a": {"$tensor": "x"}}' }),
      /a tensor "x", which `state\/a` names/,
    ],
    ['a number that is none', edited({ state: '{"$number": "1e5"}' }), /`state` to be NaN, Infinity, -Infinity or -0, got "1e5"/],
    ['a tag that is not alone', edited({ state: '{"$tensor": "x", "b": 1}' }), /\$tensor or \$number alone/],
    ['a state that is very deep', edited({ state: `${'['.repeat(900)}${']'.repeat(900)}` }), /a state of at most 200 levels/],
    ['a state that is no JSON', edited({ state: 'NaN' }), /`state` of JSON/],
  ])('%s', (_name, file, text) => {
    expect(() => decodeCheckpoint(file)).toThrow(MyelinError);
    expect(() => decodeCheckpoint(file)).toThrow(text);
  });

  test('cut anywhere, it is refused', () => {
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeCheckpoint(bytes.slice(0, length))).toThrow(MyelinError);
  });

  test('with any byte of its header changed, it is read or refused', () => {
    const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    for (let at = 0; at < end; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << (at % 7);
      let error: unknown;
      try {
        decodeCheckpoint(damaged);
      } catch (reason) {
        error = reason;
      }
      if (error !== undefined) expect(error, String((error as Error).stack)).toBeInstanceOf(MyelinError);
    }
  });
});

describe('differences between a checkpoint and a model', () => {
  const of = (weights: [string, number[]][], type = 'Adam', variables: [string, number[]][] = []) => {
    const named = (list: [string, number[]][]) => list.map(([name, shape]) => ({ name, tensor: { shape } }));
    return { weights: named(weights), optimizer: { type, variables: named(variables) } };
  };

  test('none: itself, the same model made again', async () => {
    const [{ state: a }, { state: b }] = [await checkpointOf(), await checkpointOf()];
    expect(a.weights.map(({ name }) => name)).not.toEqual(b.weights.map(({ name }) => name));
    expect([differences(a, a), differences(a, b), differences(b, a)]).toEqual([[], [], []]);
  });

  test.each<[string, ReturnType<typeof of>, ReturnType<typeof of>, string[]]>([
    [
      'a shape',
      of([['a/kernel', [2, 3]]]),
      of([['a/kernel', [2, 4]]]),
      ['weight "a/kernel" has the shape [2, 3], the model\'s has [2, 4]'],
    ],
    [
      'a layer more in the model',
      of([['a', [1]]]),
      of([
        ['a', [1]],
        ['b', []],
      ]),
      ['weight "b" [] is missing'],
    ],
    [
      'a layer less',
      of([
        ['a', [1]],
        ['b', []],
      ]),
      of([['a', [1]]]),
      ['weight "b" [] is none of the model\'s'],
    ],
    ['another name', of([['a', [1]]]), of([['b', [1]]]), ['weight "b" [1] is missing', 'weight "a" [1] is none of the model\'s']],
    [
      'the order',
      of([
        ['a', [1]],
        ['b', [1]],
      ]),
      of([
        ['b', [1]],
        ['a', [1]],
      ]),
      ['weights are in another order'],
    ],
    [
      'automatic numbers in another order, of one shape',
      of([
        ['a_1', [1]],
        ['a_2', [1]],
      ]),
      of([
        ['a_2', [1]],
        ['a_1', [1]],
      ]),
      ['weights are in another order'],
    ],
    [
      'automatic numbers, and a shape',
      of([['a_1', [1]]]),
      of([['a_2', [2]]]),
      ['weight "a_2" has the shape [1], the model\'s has [2]'],
    ],
    [
      'automatic numbers, and a layer more',
      of([['a_1', [1]]]),
      of([
        ['a_2', [1]],
        ['a_3', [1]],
      ]),
      ['weight "a_3" [1] is missing'],
    ],
    [
      'automatic numbers, and layers of two kinds in another order',
      of([
        ['a_1', [1]],
        ['b_1', [1]],
      ]),
      of([
        ['b_2', [1]],
        ['a_2', [1]],
      ]),
      ['weights are in another order'],
    ],
    [
      'a shape, which the optimizer has as well',
      of([['a', [1]]], 'SGD', [['a/momentum', [1]]]),
      of([['a', [2]]], 'SGD', [['a/momentum', [2]]]),
      ['weight "a" has the shape [1], the model\'s has [2]'],
    ],
    [
      'one of two of the same name',
      of([
        ['a', [1]],
        ['a', [2]],
      ]),
      of([
        ['a', [1]],
        ['a', [3]],
      ]),
      ['weight "a (2)" has the shape [2], the model\'s has [3]'],
    ],
    [
      'the optimizer',
      of([], 'SGD', [['sgd/iteration', []]]),
      of([], 'Adam', [['adam/iteration', []]]),
      ['the optimizer was "SGD", the model\'s is "Adam"'],
    ],
    [
      'its options',
      of([], 'SGD', [['w/momentum', [1]]]),
      of([], 'SGD', []),
      ['optimizer variable "w/momentum" [1] is none of the model\'s'],
    ],
  ])('%s', (_name, expected, found, list) => {
    expect(differences(expected, found)).toEqual(list);
  });

  test('options of layers, which no weight tells of', () => {
    const make = (rate: number, activation: 'relu' | 'tanh') =>
      new Sequential([new Dense({ units: 2, activation, inputShape: [3] }), new Dropout({ rate })]).toJSON();
    expect(modelDifferences(make(0.5, 'relu'), make(0.5, 'relu'))).toEqual([]);
    expect(modelDifferences(null, make(0.5, 'relu'))).toEqual([]);
    const list = modelDifferences(make(0.5, 'relu'), make(0.25, 'tanh'));
    expect(list).toHaveLength(2);
    expect(list[0]).toMatch(/^"dense_?\d*" `.*activation.*`: "relu" then, "tanh" now$/);
    expect(list[1]).toMatch(/^"dropout_?\d*" `.*rate`: 0.5 then, 0.25 now$/);
  });

  test('another layer in the place of one, in one sentence', () => {
    const make = (layer: Dense | Dropout) => new Sequential([new Dense({ units: 2, inputShape: [3] }), layer]).toJSON();
    const list = modelDifferences(make(new Dropout({ rate: 0.5 })), make(new Dense({ units: 2 })));
    expect(list).toEqual(['"model" `model.layers.1`: "Dropout" then, "Dense" now']);
  });

  test('many are counted', () => {
    const numbers = (from: number) => Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`option${i}`, from + i]));
    expect(modelDifferences(numbers(0), numbers(1)).at(-1)).toBe('and 10 more');
  });
});
