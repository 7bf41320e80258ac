import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { MyelinError } from '../../src/base/fail.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/data/safetensors.ts';
import type { Node } from '../../src/graph/node.ts';
import * as ops from '../../src/graph/ops.ts';
import {
  Add,
  BatchNormalization,
  Bidirectional,
  Dense,
  Dropout,
  Embedding,
  GRU,
  input,
  LSTM,
  MultiHeadAttention,
  Normalization,
} from '../../src/layers/index.ts';
import { Model, Sequential } from '../../src/models/index.ts';
import { modelToBytes, type SaveOptions, saveModel, saveWeights, weightsToBytes } from '../../src/models/model-file.ts';
import { loadModel, modelFromBytes } from '../../src/models/saving.ts';
import * as optimizers from '../../src/optimizers/all.ts';
import { CosineDecay, WarmUp } from '../../src/schedules/index.ts';
import { classifier, clusters, lineModel, noise } from '../support/models.ts';
import { untyped } from '../support/refusals.ts';

const folder = mkdtempSync(join(tmpdir(), 'myelin-saving-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Batch = readonly [x: Tensor | Tensor[], y: Tensor];

/** Checks that a model and the one from its bytes agree now, and after further steps, bit by bit. */
async function expectTwin(model: Model, [x, y]: Batch, customObjects: readonly { type: string }[] = []): Promise<Model> {
  const bytes = modelToBytes(model);
  const copy = modelFromBytes(bytes, { customObjects: untyped(customObjects) });
  expect(copy).toBeInstanceOf(model.constructor);
  expect(copy.getWeights()).toEqual(model.getWeights());
  for (let step = 0; step < 3; step++) expect(await copy.trainOnBatch(x, y)).toEqual(await model.trainOnBatch(x, y));
  expect(copy.getWeights()).toEqual(model.getWeights());
  expect(copy.optimizer.iterations).toBe(model.optimizer.iterations);
  return copy;
}

/** Tensors and metadata of a model's file. */
function contents(model: Model, options?: SaveOptions): { names: string[]; metadata: Record<string, string> } {
  const { tensors, metadata } = decodeSafetensors(modelToBytes(model, options));
  return { names: [...tensors.keys()], metadata };
}

function twoBranches(): Model {
  const [a, b] = [input({ shape: [4], name: 'a' }), input({ shape: [4], name: 'b' })];
  const encoder = new Sequential([new Dense({ units: 5, name: 'dense' }), new BatchNormalization({ name: 'norm' })], {
    name: 'encoder',
    inputShape: [4],
  });
  const other = new Sequential([new Dense({ units: 5, name: 'dense' })], { name: 'encoder_b', inputShape: [4] });
  const shared = new Dense({ units: 5, activation: 'tanh', name: 'shared' });
  const joined = new Add().apply([shared.apply(encoder.apply(a)), shared.apply(other.apply(b))]);
  const dropped = new Dropout({ rate: 0.3, name: 'drop' }).apply(joined);
  return new Model({ inputs: [a, b], outputs: new Dense({ units: 2, name: 'out' }).apply(dropped), name: 'branches' });
}

/** x + g(f(x)), written as a subclass whose layers have automatic names. */
class Residual extends Model {
  static override readonly type: string = 'Residual';
  inner = new Dense({ units: 6, activation: 'relu' });
  outer = new Dense({ units: 4 });
  override call(x: Node): Node {
    return ops.add(x, this.outer.apply(this.inner.apply(x)));
  }
}

describe('a model comes back from its bytes and goes on training with the same bits', () => {
  test.each(Object.values(optimizers))('%o', async (Made) => {
    const model = new Sequential([new Dense({ units: 4, inputShape: [3] }), new Dense({ units: 2 })]);
    const optimizer = new Made();
    model.compile({ optimizer, loss: 'mse' });
    const batch: Batch = [noise([6, 3]), noise([6, 2], 2)];
    for (let step = 0; step < 4; step++) await model.trainOnBatch(...batch);
    const copy = await expectTwin(model, batch);
    expect(copy.optimizer).toBeInstanceOf(Made);
    expect(copy.optimizer.variables.map((one) => one.read())).toEqual(model.optimizer.variables.map((one) => one.read()));
  });

  test('dropout, batch statistics, several inputs, nested and shared layers', async () => {
    const model = twoBranches();
    model.compile({ optimizer: new optimizers.Adam({ learningRate: 0.01, globalClipNorm: 1 }), loss: 'mse', metrics: ['mae'] });
    const batch: Batch = [[noise([6, 4]), noise([6, 4], 3)], noise([6, 2], 2)];
    await model.trainOnBatch(...batch);
    const copy = await expectTwin(model, batch);
    expect(copy.options).not.toHaveProperty('layers');
    expect(contents(copy).names).toEqual(contents(model).names);
  });

  test('recurrent layers, attention, words', async () => {
    const x = input({ shape: [3] });
    const embedded = new Embedding({ inputDim: 9, outputDim: 4 }).apply(x);
    const both = new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true, dropout: 0.2 }) }).apply(embedded);
    const seen = new MultiHeadAttention({ numHeads: 2, keyDim: 2 }).apply([both, both]);
    const model = new Model({ inputs: x, outputs: new Dense({ units: 1 }).apply(new GRU({ units: 3 }).apply(seen)) });
    model.compile({ optimizer: 'rmsprop', loss: 'mae' });
    const batch: Batch = [
      tensor(
        [
          [1, 2, 3],
          [8, 0, 1],
        ],
        undefined,
        'int32',
      ),
      tensor([[1], [0]]),
    ];
    await model.trainOnBatch(...batch);
    await expectTwin(model, batch);
  });

  test('a subclass, whose layers get other automatic names when it is made again', async () => {
    const model = new Residual();
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const batch: Batch = [noise([5, 4]), noise([5, 4], 2)];
    await model.trainOnBatch(...batch);
    const copy = await expectTwin(model, batch, [Residual]);
    expect(copy.weightNames).not.toEqual(model.weightNames);
  });

  test('a model whose layers were frozen after they had been trained', async () => {
    const model = classifier();
    const { x, y } = clusters(9);
    await model.trainOnBatch(x, y);
    model.layers[1]!.trainable = false;
    await model.trainOnBatch(x, y);
    const copy = await expectTwin(model, [x, y]);
    for (const one of [model, copy]) one.layers[1]!.trainable = true;
    await expectTwin(copy, [x, y]);
  });

  test('two parts with layers of the same names, of which one was never trained', async () => {
    const parts = ['old', 'new'].map(
      (name) => new Sequential([new Dense({ units: 3, inputShape: [3], name: 'dense' })], { name, trainable: name === 'new' }),
    );
    const x = input({ shape: [3] });
    const outputs = new Add().apply(parts.map((part) => part.apply(x)));
    const model = new Model({ inputs: x, outputs });
    model.compile({ optimizer: new optimizers.SGD({ momentum: 0.9 }), loss: 'mse' });
    const batch: Batch = [noise([5, 3]), noise([5, 3], 2)];
    await model.trainOnBatch(...batch);
    await expectTwin(model, batch);
    expect(contents(model).names).toContain('optimizer/new/dense/kernel/momentum');
    expect(contents(model).names).not.toContain('optimizer/old/dense/kernel/momentum');
  });

  test('before the first step, and with a learning rate that was set', async () => {
    const model = classifier();
    const { x, y } = clusters(9);
    model.optimizer.learningRate = 0.0123;
    const copy = await expectTwin(model, [x, y]);
    expect(copy.optimizer.learningRate).toBe(0.0123);
    model.optimizer.learningRate = 0;
    expect(modelFromBytes(modelToBytes(model)).optimizer.learningRate).toBe(0);
  });

  test('schedules, also within each other', async () => {
    const schedule = new WarmUp({ schedule: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 9 }), warmupSteps: 3 });
    const model = classifier({ optimizer: new optimizers.SGD({ learningRate: schedule, momentum: 0.9 }) });
    const { x, y } = clusters(9);
    for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y);
    const copy = await expectTwin(model, [x, y]);
    expect(copy.optimizer.schedule).toEqual(schedule);
  });

  test('averages of weights, gradients that are being added up, groups with rates of their own', async () => {
    const optimizer = new optimizers.Adam({
      learningRate: 0.01,
      useEma: true,
      gradientAccumulationSteps: 2,
      lookahead: { syncPeriod: 3 },
      groups: [
        { weights: ['bias'], learningRate: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 9 }), weightDecay: 0.1 },
      ],
    });
    const model = classifier({ optimizer });
    const { x, y } = clusters(9);
    for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y);
    const copy = await expectTwin(model, [x, y]);
    expect(copy.optimizer.variables.map((one) => one.read())).toEqual(optimizer.variables.map((one) => one.read()));
  });

  test('what a layer has learned besides weights', async () => {
    const seen = new Normalization({ inputShape: [2] });
    seen.adapt([
      [1, 2],
      [3, 5],
    ]);
    const model = new Sequential([seen, new Dense({ units: 1 })]);
    expect(await modelFromBytes(modelToBytes(model)).predict([[2, 7]])).toEqual(await model.predict([[2, 7]]));
  });
});

describe('the file', () => {
  test('has weights under the paths of their layers, each once, and says what is what', async () => {
    const model = twoBranches();
    const weights = [
      'encoder/dense/kernel',
      'encoder/dense/bias',
      'encoder/norm/gamma',
      'encoder/norm/beta',
      'encoder/norm/moving_mean',
      'encoder/norm/moving_variance',
      'encoder_b/dense/kernel',
      'encoder_b/dense/bias',
      'shared/kernel',
      'shared/bias',
      'out/kernel',
      'out/bias',
    ];
    const plain = contents(model, { metadata: { author: 'me' } });
    expect([...plain.names].sort()).toEqual([...weights].sort());
    expect(new Set(JSON.parse(plain.metadata.weights!) as string[])).toEqual(new Set(weights));
    expect(plain.metadata).toMatchObject({ format: 'myelin', version: '1', kind: 'model', author: 'me' });
    expect(JSON.parse(plain.metadata.model!)).toEqual(JSON.parse(JSON.stringify(model)));
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.trainOnBatch([noise([2, 4]), noise([2, 4])], noise([2, 2]));
    const { names } = contents(model);
    const state = names.filter((name) => name.startsWith('optimizer/'));
    expect(state).toContain('optimizer/encoder_b/dense/kernel/velocity');
    expect(state.length).toBe(2 + 2 * model.trainableWeights.length);
    expect(names.filter((name) => name.startsWith('random/'))).toEqual(['random/drop/random']);
    expect(contents(model, { optimizer: false }).names).toEqual(plain.names);
  });

  test('keeps apart what has the same name', () => {
    const layers = () => [new Dense({ units: 2, name: 'optimizer', inputShape: [2] }), new Dense({ units: 2, name: 'kernel' })];
    const inner = [1, 2].map((n) => {
      const model = new Sequential(layers(), { name: 'same' });
      model.setWeights(model.getWeights().map(({ shape, size }) => new Tensor(new Float32Array(size).fill(n), shape)));
      return model;
    });
    class Pair extends Model {
      static override readonly type: string = 'Pair';
      parts = inner;
      override call(x: Node): Node {
        return this.parts.reduce((y: Node, part) => part.apply(y), x);
      }
    }
    const pair = new Pair();
    pair.ensureBuilt([null, 2]);
    const { tensors } = decodeSafetensors(modelToBytes(pair));
    expect([...tensors.keys()].slice(0, 5)).toEqual([
      'same/optimizer/kernel',
      'same/optimizer/bias',
      'same/kernel/kernel',
      'same/kernel/bias',
      'same/optimizer/kernel_1',
    ]);
    expect([...tensors.values()].map(({ data }) => data[0])).toEqual(pair.getWeights().map(({ data }) => data[0]));
  });

  test('names layers that two parts share once, where they first occur', () => {
    const [dense, noisy] = [new Dense({ units: 3, name: 'dense' }), new Dropout({ rate: 0.5, name: 'drop' })];
    const parts = ['a', 'b'].map((name) => new Sequential([dense, noisy], { name }));
    const model = new Sequential(parts, { inputShape: [3] });
    model.compile({ loss: 'mse' });
    expect(contents(model).names).toEqual(['a/dense/kernel', 'a/dense/bias', 'random/a/drop/random']);
    expect(modelFromBytes(modelToBytes(model)).weights.length).toBe(2);
  });

  test('of one program reads in any other: the weights of a model under the same names', async () => {
    const model = classifier();
    const { tensors } = decodeSafetensors(modelToBytes(model, { optimizer: false }));
    expect([...tensors.values()]).toEqual(model.getWeights());
  });
});

describe('files, addresses, bytes', () => {
  const model = lineModel();
  const path = join(folder, 'deep', 'down', 'line.safetensors');

  test('a path, with folders made on the way, a file address, a Blob, a Response, an ArrayBuffer', async () => {
    await saveModel(model, path);
    const bytes = readFileSync(path);
    expect(Buffer.compare(bytes, modelToBytes(model))).toBe(0);
    const { buffer } = new Uint8Array(bytes);
    for (const source of [path, pathToFileURL(path), bytes, buffer, new Blob([bytes]), new Response(bytes)]) {
      expect((await loadModel(source)).getWeights()).toEqual(model.getWeights());
    }
  });

  test('an address of the web, and what it may answer', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/line.safetensors' ? 200 : 404;
      response.end(request.url === '/line.safetensors' ? readFileSync(path) : 'nothing');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await saveModel(model, path);
      expect((await loadModel(`${base}/line.safetensors`)).getWeights()).toEqual(model.getWeights());
      expect((await loadModel(new URL(`${base}/line.safetensors`))).getWeights()).toEqual(model.getWeights());
      await expect(loadModel(`${base}/other`)).rejects.toThrow(/an answer with a file, got status 404 from "http/);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    await expect(loadModel(`${base}/line.safetensors`)).rejects.toThrow(/an address that answers, got "http/);
  });

  test('a write that fails leaves the old file, and nothing else', async () => {
    const place = join(folder, 'kept');
    await mkdir(place);
    const file = join(place, 'model.safetensors');
    await saveModel(model, file);
    const before = readFileSync(file);
    // A folder in the place of the target: the draft is written, and cannot be moved.
    const blocked = join(place, 'folder.safetensors');
    await mkdir(join(blocked, 'inside'), { recursive: true });
    await expect(saveModel(model, blocked)).rejects.toThrow(
      /\[Sequential ".*"\.save\] expected a file it can write, got ".*folder\.safetensors/,
    );
    await expect(saveModel(model, join(file, 'below.safetensors'))).rejects.toThrow(/a file it can write/);
    const other = lineModel({ optimizer: 'adam' });
    other.setWeights([[[Number.NaN]], [1]]);
    await expect(saveModel(other, file, { metadata: { model: 'x' } })).rejects.toThrow(/`metadata` without .*got "model"/);
    await expect(saveModel(new Sequential([new Dense({ units: 1 })]), file)).rejects.toThrow(/a model that is built/);
    expect(Buffer.compare(readFileSync(file), before)).toBe(0);
    expect(readdirSync(place).sort()).toEqual(['folder.safetensors', 'model.safetensors']);
  });

  test('refuses what is no path, other endings, files that are none', async () => {
    await expect(saveModel(model, join(folder, 'x.keras'))).rejects.toThrow(
      /ends in \.safetensors, got .*Hint: ".*x\.safetensors" would do/,
    );
    await expect(saveModel(model, untyped(undefined))).rejects.toThrow(/`path` to be the path of a file, got undefined/);
    await expect(saveWeights(model, 'weights.h5')).rejects.toThrow(/Hint: "weights\.safetensors" would do/);
    await expect(loadModel(join(folder, 'none.safetensors'))).rejects.toThrow(
      /\[loadModel\] expected a file it can read, got ".*ENOENT/,
    );
    await expect(loadModel(untyped(3))).rejects.toThrow(/a path, an address, or the bytes of a file, got 3/);
    await expect(loadModel(path, untyped({ custom: [] }))).rejects.toThrow(/did you mean `customObjects`/);
    await expect(saveModel(model, path, untyped({ optimiser: true }))).rejects.toThrow(/did you mean `optimizer`/);
    const text = join(folder, 'text.safetensors');
    writeFileSync(text, 'this is a text and no file of weights');
    await expect(loadModel(text)).rejects.toThrow(/\[loadModel\] expected a header/);
  });
});

describe('files that do not fit', () => {
  const bytes = modelToBytes(classifier());
  const edited = (edit: (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void): Uint8Array => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    edit(tensors, metadata);
    return encodeSafetensors(tensors, metadata);
  };
  const first = [...decodeSafetensors(bytes).tensors.keys()][0]!;
  test.each<[string, Uint8Array, RegExp]>([
    [
      'another program',
      edited((_, metadata) => Object.assign(metadata, { format: 'pt' })),
      /`format` "myelin", got "pt"\. Hint: model\.loadWeights/,
    ],
    [
      'a later version',
      edited((_, metadata) => Object.assign(metadata, { version: '2' })),
      /version 1, got "2"\. Hint: the file needs a newer version/,
    ],
    ['no version', edited((_, metadata) => Reflect.deleteProperty(metadata, 'version')), /version 1, got undefined/],
    ['weights alone', weightsToBytes(classifier()), /a file that holds a model, got one of "weights" alone\. Hint/],
    [
      'a weight that is missing',
      edited((tensors) => tensors.delete(first)),
      /a tensor ".*gamma", which `weights\[0\]` names, got none/,
    ],
    [
      'a weight of another shape',
      edited((tensors) => tensors.set(first, tensor([1, 2, 3]))),
      /weight ".*gamma" has the shape \[3\], the model's has \[2\]/,
    ],
    [
      'a list that is short',
      edited((_, metadata) => Object.assign(metadata, { weights: `["${first}"]` })),
      /weight ".*\/beta" \[2\] is missing/,
    ],
    ['a list that is none', edited((_, metadata) => Object.assign(metadata, { weights: '{}' })), /`weights` to be a list/],
    ['a list of numbers', edited((_, metadata) => Object.assign(metadata, { weights: '[1]' })), /`weights\[0\]` to be a name/],
    ['a model that is no JSON', edited((_, metadata) => Object.assign(metadata, { model: '{' })), /`model` of JSON/],
    [
      'a model that is very deep',
      edited((_, metadata) => Object.assign(metadata, { model: '['.repeat(5000) + ']'.repeat(5000) })),
      /`model` of at most 1000 levels, got 5000/,
    ],
    [
      'random states of another model',
      edited((_, metadata) => Object.assign(metadata, { random: '[]' })),
      /random state ".*random" \[4\] is missing/,
    ],
    [
      'an optimizer of another model',
      edited((_, metadata) => Object.assign(metadata, { optimizer: `["${first}"]` })),
      /the state of optimizer "adam", got another:\n- .*is missing/,
    ],
  ])('%s', (_name, file, text) => {
    expect(() => modelFromBytes(file)).toThrow(MyelinError);
    expect(() => modelFromBytes(file)).toThrow(text);
  });

  test('with any byte of its texts changed, a file is loaded or refused', () => {
    const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    for (let at = 8; at < end; at += 7) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 + (at % 64);
      let error: unknown;
      try {
        modelFromBytes(damaged);
      } catch (reason) {
        error = reason;
      }
      if (error !== undefined) expect(error, String((error as Error).stack)).toBeInstanceOf(MyelinError);
    }
  });
});
