/** @file Event files: golden bytes, and what a reader of its own (test/tools/read_events.py, checksums and all) finds in those of a run. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { crc32c, maskedCrc32c } from '../../src/callbacks/events/crc32c.ts';
import { recordOf } from '../../src/callbacks/events/event-file.ts';
import { bucketsOf, scalarEvent, sessionEvent, versionEvent } from '../../src/callbacks/events/messages.ts';
import { graphNodes } from '../../src/callbacks/events/model-graph.ts';
import { Message } from '../../src/callbacks/events/protobuf.ts';
import { type Callback, TensorBoard, type TensorBoardOptions } from '../../src/callbacks/index.ts';
import type { Node } from '../../src/graph/node.ts';
import { Add, Concatenate, Dense, Lambda } from '../../src/layers/index.ts';
import { input } from '../../src/layers/symbolic.ts';
import { Model, Sequential } from '../../src/models/index.ts';
import { SGD } from '../../src/optimizers/index.ts';
import { noPython, runPython } from '../tools/python.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

const place = temporaryFolder('events');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('bytes', () => {
  test('checksums are those of RFC 3720, B.4, and masked as in TFRecord', () => {
    expect(crc32c(ascii('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new Uint8Array())).toBe(0);
    expect(maskedCrc32c(ascii('123456789'))).toBe(0xc78ab0e5);
  });

  test('a file begins with its version', () => {
    expect(hex(recordOf(versionEvent(1).finish()))).toBe(
      '1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a',
    );
  });

  test('a scalar', () => {
    expect(hex(scalarEvent({ time: 1, step: 3 }, 'epoch_loss', 0.5).finish())).toBe(
      '09000000000000f03f10032a250a230a0a65706f63685f6c6f7373420808012a040000003f4a0b0a090a077363616c617273',
    );
  });

  test('integers of all sizes', () => {
    const bytes = (value: number): string => hex(new Message().int(1, value).finish());
    expect(bytes(0)).toBe('');
    expect(bytes(127)).toBe('087f');
    expect(bytes(300)).toBe('08ac02');
    expect(bytes(2 ** 40)).toBe('08808080808020');
    expect(bytes(-1)).toBe('08ffffffffffffffffff01');
    expect(hex(sessionEvent({ time: 0, step: 0 }).finish())).toBe('0900000000000000003a020801');
  });
});

describe('histograms', () => {
  const counts = (values: readonly number[], n: number): number[] => bucketsOf(values, n).map(([, , count]) => count);

  test('have buckets of equal width; the greatest value is in the last', () => {
    expect(bucketsOf([0, 1, 1, 2, 4], 4)).toEqual([
      [0, 1, 1],
      [1, 2, 2],
      [2, 3, 1],
      [3, 4, 1],
    ]);
    const buckets = bucketsOf([0.1, 0.7]);
    expect(buckets).toHaveLength(30);
    expect(buckets.at(-1)![1]).toBe(0.7);
    expect(buckets.flatMap(([left], i) => (i === 0 ? [] : [left - buckets[i - 1]![1]]))).toEqual(new Array(29).fill(0));
  });

  test('of equal values, of none, and of values that are not finite', () => {
    expect(bucketsOf([2, 2, 2], 3)).toEqual([
      [2, 2, 0],
      [2, 2, 0],
      [2, 2, 3],
    ]);
    expect(bucketsOf([], 2)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(counts([Number.NaN, 1, 3, Number.POSITIVE_INFINITY], 2)).toEqual([1, 1]);
  });
});

describe('the graph', () => {
  test('of a stack', () => {
    const model = new Sequential([new Dense({ units: 2, inputShape: [3], name: 'a' }), new Dense({ units: 1, name: 'b' })], {
      name: 's',
    });
    expect(graphNodes(model.toJSON()).map(({ name, type, inputs }) => [name, type, inputs])).toEqual([
      ['input', 'InputLayer', []],
      ['s/a', 'Dense', ['input']],
      ['s/b', 'Dense', ['s/a']],
    ]);
  });

  test('of branches, models inside of models, and layers that are called twice', () => {
    const a = input({ shape: [4], name: 'a' });
    const shared = new Dense({ units: 4, name: 'shared' });
    const inner = new Sequential([new Dense({ units: 4, inputShape: [4], name: 'deep' })], { name: 'inner' });
    const left = shared.apply(a);
    const right = inner.apply(shared.apply(left));
    const sum = new Add({ name: 'sum' }).apply([left, right]);
    const model = new Model({
      inputs: { a },
      outputs: new Concatenate({ name: 'end' }).apply([sum, inner.apply(sum)]),
      name: 'm',
    });
    expect(graphNodes(model.toJSON()).map(({ name, inputs }) => [name, inputs])).toEqual([
      ['a', []],
      ['m/shared', ['a']],
      ['m/shared_1', ['m/shared']],
      ['m/inner/deep', ['m/shared_1']],
      ['m/sum', ['m/shared', 'm/inner/deep']],
      ['m/inner/deep_1', ['m/sum']],
      ['m/end', ['m/sum', 'm/inner/deep_1']],
    ]);
  });
});

interface ReadEvent {
  step: number;
  time: number;
  version?: string;
  graph?: { name: string; op: string; inputs: string[]; attributes: Record<string, unknown> }[];
  summary?: { tag: string; plugin: string; data_class: number; shape: number[]; values: number[] | string[] }[];
  session?: number;
}

const data = {
  x: new Tensor(
    Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)),
    [32, 3],
  ),
  y: new Tensor(
    Float32Array.from({ length: 32 }, (_, i) => Math.cos(i)),
    [32, 1],
  ),
};

function makeModel(): Sequential {
  const model = new Sequential([new Dense({ units: 4, inputShape: [3], name: 'a' }), new Dense({ units: 1, name: 'b' })], {
    name: 's',
  });
  model.compile({ optimizer: new SGD({ learningRate: 0.05 }), loss: 'mse', metrics: ['mae'] });
  return model;
}

/** All events of a run's folder, files in order. */
function readRun(folder: string): ReadEvent[] {
  const names = readdirSync(folder).sort();
  for (const name of names) expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\.[\w.-]+\.\d+\.\d+\.v2$/);
  const { status, out, error } = runPython(
    'read_events.py',
    names.map((name) => `${folder}/${name}`),
  );
  expect([status, error]).toEqual([0, '']);
  return out
    .trim()
    .split('\n')
    .flatMap((line) => JSON.parse(line) as ReadEvent[]);
}

/** `[tag, step, value]` of all scalars. */
const scalarsOf = (events: readonly ReadEvent[]): [string, number, number][] =>
  events.flatMap(({ step, summary = [] }) =>
    summary
      .filter(({ plugin }) => plugin === 'scalars')
      .map(({ tag, values }): [string, number, number] => [tag, step, values[0] as number]),
  );

describe.skipIf(noPython !== undefined)(`files of a run${noPython ? ` (skipped: ${noPython})` : ''}`, () => {
  test('hold what Keras writes', async () => {
    const logDir = place('whole');
    const started = Date.now() / 1e3;
    const options = { logDir, histogramFreq: 2, writeGradients: true, updateFreq: 3, writeStepsPerSecond: true } as const;
    const model = makeModel();
    const callback = new TensorBoard(options);
    const run = { epochs: 3, batchSize: 8, validationSplit: 0.25, verbose: 0, callbacks: [callback] } as const;
    const { history } = await model.fit(data.x, data.y, run);
    expect(callback.paths).toHaveLength(2);

    const train = readRun(`${logDir}/train`);
    expect(train[0]).toMatchObject({ step: 0, version: 'brain.Event:2' });
    for (const { time } of train) expect(Math.abs(time - started)).toBeLessThan(60);
    const scalars = scalarsOf(train);
    const curve = (tag: string): number[] => scalars.filter(([name]) => name === tag).map(([, , value]) => value);
    const steps = (tag: string): number[] => scalars.filter(([name]) => name === tag).map(([, step]) => step);
    expect([...new Set(scalars.map(([tag]) => tag))].sort()).toEqual([
      'batch_loss',
      'batch_mae',
      'batch_steps_per_second',
      'epoch_learning_rate',
      'epoch_loss',
      'epoch_mae',
      'epoch_steps_per_second',
    ]);
    expect(curve('epoch_loss')).toEqual(history.loss!.map(Math.fround));
    expect(curve('epoch_learning_rate')).toEqual([0.05, 0.05, 0.05].map(Math.fround));
    expect(steps('epoch_mae')).toEqual([0, 1, 2]);
    expect(steps('batch_loss')).toEqual([3, 6, 9]);
    for (const rate of curve('epoch_steps_per_second')) expect(rate).toBeGreaterThan(1);

    const histograms = train.flatMap(({ step, summary = [] }) =>
      summary.filter(({ plugin }) => plugin === 'histograms').map((value) => ({ step, ...value })),
    );
    expect(histograms.map(({ tag, step }) => `${step} ${tag}`)).toEqual(
      [0, 2].flatMap((step) =>
        ['histogram', 'gradient'].flatMap((kind) =>
          ['a/kernel', 'a/bias', 'b/kernel', 'b/bias'].map((name) => `${step} ${name}/${kind}`),
        ),
      ),
    );
    for (const { shape, values, data_class } of histograms) expect([shape, values.length, data_class]).toEqual([[30, 3], 90, 2]);
    const [kernel] = model.getWeights();
    const last = histograms.filter(({ tag }) => tag === 'a/kernel/histogram').at(-1)!.values as number[];
    expect([last[0], last[88]]).toEqual([Math.min(...kernel!.data), Math.max(...kernel!.data)]);
    expect(last.filter((_, i) => i % 3 === 2).reduce((a, b) => a + b)).toBe(kernel!.size);

    const graph = train.find((event) => event.graph)!.graph!;
    expect(graph.map(({ name, op, inputs }) => [name, op, inputs])).toEqual([
      ['input', 'Placeholder', []],
      ['s/a', 'Dense', ['input']],
      ['s/b', 'Dense', ['s/a']],
    ]);
    expect(graph[0]!.attributes).toEqual({ dtype: 1, shape: [-1, 3] });
    const keras = train.flatMap(({ summary = [] }) => summary).find(({ tag }) => tag === 'keras')!;
    expect(keras.plugin).toBe('graph_keras_model');
    expect(JSON.parse(keras.values[0] as string).config.layers.map(({ name }: { name: string }) => name)).toEqual([
      'input',
      'a',
      'b',
    ]);

    const validation = scalarsOf(readRun(`${logDir}/validation`));
    expect(validation.filter(([tag]) => tag === 'epoch_loss')).toEqual(
      history.val_loss!.map((value, epoch) => ['epoch_loss', epoch, Math.fround(value)]),
    );
    expect(validation.filter(([tag]) => tag === 'evaluation_mae_vs_iterations').map(([, step]) => step)).toEqual([3, 6, 9]);
  });

  test('are told from damaged ones by the reader', async () => {
    const logDir = place('damaged');
    await makeModel().fit(data.x, data.y, { verbose: 0, callbacks: [new TensorBoard({ logDir })] });
    const [name] = readdirSync(`${logDir}/train`);
    const path = `${logDir}/train/${name}`;
    const bytes = readFileSync(path);
    for (const at of [3, 9, 20, bytes.length - 2]) {
      const wrong = Buffer.from(bytes);
      wrong[at]! ^= 16;
      writeFileSync(path, wrong);
      const { status, error } = runPython('read_events.py', [path]);
      expect([at, status]).toEqual([at, 1]);
      expect(error).toMatch(/wrong checksum|truncated/);
    }
  });

  test('tell of the batches of a run that is cancelled', async () => {
    const logDir = place('cancelled');
    const control = new AbortController();
    const cancel: Callback = {
      onTrainBatchEnd: (batch) => {
        if (batch === 2) control.abort();
      },
    };
    const callbacks = [new TensorBoard({ logDir, updateFreq: 'batch' }), cancel];
    const run = makeModel().fit(data.x, data.y, { batchSize: 8, verbose: 0, callbacks, signal: control.signal });
    await expect(run).rejects.toThrow(/cancelled/);
    const steps = scalarsOf(readRun(`${logDir}/train`)).filter(([tag]) => tag === 'batch_loss');
    expect(steps.map(([, step]) => step)).toEqual([1, 2, 3]);
  });

  test('go on in another file when the run does', async () => {
    const logDir = place('resumed');
    const first = new TensorBoard({ logDir, updateFreq: 'batch' });
    await makeModel().fit(data.x, data.y, { batchSize: 8, verbose: 0, callbacks: [first] });
    for (const updateFreq of ['batch', 'epoch'] as const) {
      const second = new TensorBoard({ logDir: `${logDir}-${updateFreq}`, updateFreq });
      const resume: Callback = { onTrainBegin: () => second.setState(JSON.parse(JSON.stringify(first.getState()))) };
      await makeModel().fit(data.x, data.y, {
        epochs: 4,
        initialEpoch: 3,
        batchSize: 8,
        verbose: 0,
        callbacks: [second, resume],
      });
      const events = readRun(`${logDir}-${updateFreq}/train`);
      expect(events.some(({ graph }) => graph)).toBe(false);
      expect(events.filter(({ session }) => session).map(({ step }) => step)).toEqual(updateFreq === 'epoch' ? [3] : []);
      const batches = scalarsOf(events).filter(([tag]) => tag === 'batch_loss');
      expect(batches.map(([, step]) => step)).toEqual(updateFreq === 'batch' ? [5, 6, 7, 8] : []);
    }
  });
});

test('bytes go to a sink where there are no files', async () => {
  const parts = new Map<string, Uint8Array[]>();
  const sink = { append: (path: string, bytes: Uint8Array) => void parts.set(path, [...(parts.get(path) ?? []), bytes]) };
  const callback = new TensorBoard({ logDir: 'runs/1/', sink });
  await makeModel().fit(data.x, data.y, { epochs: 2, verbose: 0, callbacks: [callback] });
  const [path, bytes] = [...parts][0]!;
  expect(parts.size).toBe(1);
  expect(path).toMatch(/^runs\/1\/train\/events\.out\.tfevents\./);
  expect(bytes).toHaveLength(3);
  expect(hex(bytes[0]!.subarray(0, 12))).toBe('1800000000000000a37f4b22');
});

test('a model that cannot be written down is trained without its graph', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const model = new Sequential([new Lambda({ function: (inputs: Node) => inputs, inputShape: [3] }), new Dense({ units: 1 })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const sizes: number[] = [];
  const sink = { append: (_: string, bytes: Uint8Array) => void sizes.push(bytes.length) };
  await model.fit(data.x, data.y, { verbose: 0, callbacks: [new TensorBoard({ sink })] });
  expect(warn.mock.calls.flat().join()).toMatch(/\[TensorBoard\] no graph is written: /);
  expect(sizes.length).toBe(2);
  warn.mockRestore();
});

test.each<[object, RegExp]>([
  [{ logdir: 'x' }, /did you mean `logDir`/],
  [{ logDir: '' }, /`logDir` to be the name of a folder, got ""/],
  [{ histogramFreq: -1 }, /`histogramFreq` to be an integer >= 0, got -1/],
  [{ updateFreq: 'step' }, /`updateFreq` to be 'epoch', 'batch' or a number of batches, got "step"/],
  [{ updateFreq: 0 }, /`updateFreq` to be 'epoch', 'batch' or a number of batches, got 0/],
  [{ sink: {} }, /`sink` to be an object with a method append\(path, bytes\), got Object/],
])('%j is refused', (options, message) => expect(() => new TensorBoard(options as TensorBoardOptions)).toThrow(message));
