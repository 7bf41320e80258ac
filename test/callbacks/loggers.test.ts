/** @file Logs in files: their bytes, what other programs read in them, and that a resumed run leaves no epoch out and none twice. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Callback, Logs, SavedState } from '../../src/callbacks/index.ts';
import { CSVLogger, type CSVLoggerOptions, JSONLogger, type JSONLoggerOptions } from '../../src/callbacks/index.ts';
import { Dense } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { FakeModel } from '../support/trained-model.ts';
import { noPython, runPython } from '../tools/python.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

const place = temporaryFolder('loggers');
const textOf = (path: string): string => readFileSync(path, 'utf8');
const skipped = noPython ? ` (skipped: ${noPython})` : '';
let paths = 0;
const newPath = (): string => place(`log-${paths++}`);

const begin = (callback: Callback): void | Promise<void> =>
  callback.onTrainBegin?.(new FakeModel(), { epochs: 9, steps: 3, verbose: 0 });

async function run(callback: Callback, epochs: readonly Logs[], first = 0): Promise<void> {
  for (const [i, logs] of epochs.entries()) {
    await callback.onEpochBegin?.(first + i);
    for (let batch = 0; batch < 3; batch++) await callback.onTrainBatchEnd?.(batch, logs);
    await callback.onEpochEnd?.(first + i, logs);
  }
}

describe('CSVLogger', () => {
  const logged = async (epochs: readonly Logs[], options: Partial<CSVLoggerOptions> = {}): Promise<string> => {
    const path = options.path ?? newPath();
    const callback = new CSVLogger({ path, ...options });
    await begin(callback);
    await run(callback, epochs);
    return textOf(path);
  };

  test('writes the bytes that Keras does', async () => {
    const epochs = [
      { loss: 1, mae: 1 },
      { loss: 0.5, mae: 0.25 },
    ];
    expect(await logged(epochs)).toBe('epoch,loss,mae,val_loss,val_mae\r\n0,1.0,1.0,NA,NA\r\n1,0.5,0.25,NA,NA\r\n');
  });

  test('keeps the columns of the first epoch, sorted', async () => {
    const epochs: Logs[] = [
      { val_loss: 2, loss: 1, learning_rate: 0.1 },
      { loss: Number.NaN, val_loss: Number.POSITIVE_INFINITY, other: 3 },
      { loss: 1e-5, learning_rate: 1e20 },
    ];
    expect((await logged(epochs)).split('\r\n')).toEqual([
      'epoch,learning_rate,loss,val_loss',
      '0,0.1,1.0,2.0',
      '1,NA,nan,inf',
      '2,1e+20,1e-05,NA',
      '',
    ]);
  });

  test('quotes what would be read otherwise', async () => {
    const [first] = (await logged([{ 'a;b': 1, 'say "x"': 2, 'val_a;b': 3 }], { separator: ';' })).split('\r\n');
    expect(first).toBe('epoch;"a;b";"say ""x""";"val_a;b"');
  });

  test('replaces a file, or adds to it without a second heading', async () => {
    const path = newPath();
    writeFileSync(path, 'old');
    await logged([{ loss: 1 }], { path });
    await logged([{ loss: 2 }], { path, append: true });
    expect(textOf(path)).toBe('epoch,loss,val_loss\r\n0,1.0,NA\r\n0,2.0,NA\r\n');
    const fresh = newPath();
    expect(await logged([{ loss: 2 }], { path: fresh, append: true })).toBe('epoch,loss,val_loss\r\n0,2.0,NA\r\n');
  });

  test.each<[object, RegExp]>([
    [{}, /`path` to be the name of a file, got undefined/],
    [{ filename: 'x' }, /an option it knows, got `filename`/],
    [{ path: 'x', separator: ', ' }, /`separator` to be one character/],
    [{ path: 'x', separator: '"' }, /`separator` to be one character/],
  ])('%j is refused', (options, message) => expect(() => new CSVLogger(options as CSVLoggerOptions)).toThrow(message));

  test('a folder in the place of the file is told', async () => {
    const path = newPath();
    mkdirSync(path);
    await expect(logged([{ loss: 1 }], { path })).rejects.toThrow(/^\[CSVLogger\] expected a file it can write, got /);
  });

  test.skipIf(noPython !== undefined)(`is read by Python's csv module${skipped}`, async () => {
    const path = newPath();
    await logged([{ 'a;b': 0.1, loss: Number.NaN }, { loss: -1.5e-7 }], { path, separator: ';' });
    const { out, error } = runPython('read_logs.py', ['csv', ';', path]);
    expect(error).toBe('');
    expect(JSON.parse(out)).toEqual([
      { epoch: '0', 'a;b': '0.1', loss: 'nan', 'val_a;b': 'NA', val_loss: 'NA' },
      { epoch: '1', 'a;b': 'NA', loss: '-1.5e-07', 'val_a;b': 'NA', val_loss: 'NA' },
    ]);
  });
});

describe('JSONLogger', () => {
  const logged = async (epochs: readonly Logs[], options: Partial<JSONLoggerOptions> = {}) => {
    const path = options.path ?? newPath();
    const callback = new JSONLogger({ path, ...options });
    await begin(callback);
    await run(callback, epochs);
    return textOf(path)
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  test('writes an object per epoch, with its time', async () => {
    const before = Date.now();
    const lines = await logged([{ loss: 1, mae: Number.NaN }, { loss: Number.NEGATIVE_INFINITY }]);
    expect(lines.map(({ time: _, ...rest }) => rest)).toEqual([
      { epoch: 0, loss: 1, mae: 'NaN' },
      { epoch: 1, loss: '-Infinity' },
    ]);
    for (const { time } of lines) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Date.parse(time as string)).toBeGreaterThanOrEqual(before);
    }
  });

  test('writes batches when asked, and lets no metric take the place of the epoch', async () => {
    const lines = await logged([{ loss: 1, epoch: 77 }, { loss: 2 }], { batchFreq: 2 });
    expect(lines.map(({ epoch, batch, loss }) => [epoch, batch, loss])).toEqual([
      [0, 1, 1],
      [0, undefined, 1],
      [1, 1, 2],
      [1, undefined, 2],
    ]);
    expect(new JSONLogger({ path: 'x' }).onTrainBatchEnd).toBeUndefined();
  });

  test('adds to a file when asked', async () => {
    const path = newPath();
    await logged([{ loss: 1 }], { path });
    expect((await logged([{ loss: 2 }], { path, append: true })).map(({ loss }) => loss)).toEqual([1, 2]);
    expect((await logged([{ loss: 3 }], { path })).map(({ loss }) => loss)).toEqual([3]);
  });

  test.each<[object, RegExp]>([
    [{}, /`path` to be the name of a file/],
    [{ path: 'x', batchFreq: 0 }, /`batchFreq` to be an integer >= 1, got 0/],
    [{ path: 'x', apend: true }, /did you mean `append`/],
  ])('%j is refused', (options, message) => expect(() => new JSONLogger(options as JSONLoggerOptions)).toThrow(message));

  test.skipIf(noPython !== undefined)(`is read by Python's json module${skipped}`, async () => {
    const path = newPath();
    await logged([{ loss: 0.1, 'ä"\n': 1e300 }, { loss: Number.NaN }], { path });
    const { out, error } = runPython('read_logs.py', ['json', path]);
    expect(error).toBe('');
    const [first, second] = JSON.parse(out) as Record<string, unknown>[];
    expect(first).toMatchObject({ epoch: 0, loss: 0.1, 'ä"\n': 1e300 });
    expect(second).toMatchObject({ epoch: 1, loss: 'NaN' });
  });
});

describe.each([
  ['CSVLogger', (path: string, append: boolean): Callback => new CSVLogger({ path, append })],
  ['JSONLogger', (path: string, append: boolean): Callback => new JSONLogger({ path, append })],
  ['JSONLogger with batches', (path: string, append: boolean): Callback => new JSONLogger({ path, append, batchFreq: 1 })],
])('a resumed %s', (_, make) => {
  const logs = [1, 2, 3, 4].map((loss) => ({ loss }));
  const withoutTimes = (text: string): string => text.replace(/"time":"[^"]*",?/g, '');

  /** What a run writes that breaks after some epochs, with a checkpoint from before, and goes on from there. */
  async function resumed(append: boolean, saveAfter: number, breakAfter: number, tail = ''): Promise<string> {
    const path = newPath();
    if (append) writeFileSync(path, 'epoch,loss,val_loss\r\n0,9.0,NA\r\n3,9.0,NA\r\n');
    const first = make(path, append);
    await begin(first);
    let state: SavedState = null;
    for (let epoch = 0; epoch < breakAfter; epoch++) {
      await run(first, [logs[epoch]!], epoch);
      if (epoch + 1 === saveAfter) state = JSON.parse(JSON.stringify(first.getState!())) as SavedState;
    }
    writeFileSync(path, tail, { flag: 'a' });
    const second = make(path, append);
    await begin(second);
    second.setState!(state);
    await run(second, logs.slice(saveAfter), saveAfter);
    return withoutTimes(textOf(path));
  }

  test.each([false, true])('has every epoch once (append: %s)', async (append) => {
    const whole = await resumed(append, 1, 1);
    if (append) expect(whole).toMatch(/^epoch,loss,val_loss\r\n0,9\.0,NA\r\n3,9\.0,NA\r\n/);
    expect(whole.split('\n').length - (append ? 2 : 0)).toBeGreaterThanOrEqual(5);
    for (const [saveAfter, breakAfter, tail] of [
      [1, 3, ''],
      [2, 4, ''],
      [2, 2, '3,1.'],
      [1, 2, '{"epoch":2,"ti'],
    ] as const) {
      expect(await resumed(append, saveAfter, breakAfter, tail)).toBe(whole);
    }
  });

  test('goes on where the file is gone', async () => {
    const path = newPath();
    const callback = make(path, false);
    await begin(callback);
    callback.setState!({ epoch: 0, start: 0, keys: ['loss'] });
    await run(callback, [{ loss: 3 }], 2);
    expect(textOf(path)).toMatch(/2/);
  });
});

test('lines of a resumed epoch that come after its batch are replaced, those before are kept', async () => {
  const path = newPath();
  const first = new JSONLogger({ path, batchFreq: 1 });
  await begin(first);
  await run(first, [{ loss: 1 }]);
  await first.onEpochBegin(1);
  await first.onTrainBatchEnd?.(0, { loss: 2 });
  const state = first.getState();
  await first.onTrainBatchEnd?.(1, { loss: 3 });
  await first.onTrainBatchEnd?.(2, { loss: 4 });
  const second = new JSONLogger({ path, batchFreq: 1 });
  await begin(second);
  second.setState(state);
  await second.onTrainBatchEnd?.(1, { loss: 5 });
  await second.onTrainBatchEnd?.(2, { loss: 6 });
  await second.onEpochEnd(1, { loss: 6 });
  const lines = textOf(path).trim().split('\n');
  const read = lines
    .map((line) => JSON.parse(line) as Record<string, number>)
    .map(({ epoch, batch, loss }) => [epoch, batch, loss]);
  expect(read.slice(4)).toEqual([
    [1, 0, 2],
    [1, 1, 5],
    [1, 2, 6],
    [1, undefined, 6],
  ]);
});

test('what was written survives a run that is cancelled', async () => {
  const model = new Sequential([new Dense({ units: 1, inputShape: [1] })]);
  model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
  const [csv, json] = [newPath(), newPath()];
  const control = new AbortController();
  const cancel: Callback = {
    onEpochBegin: (epoch) => {
      if (epoch === 2) control.abort();
    },
  };
  const callbacks = [new CSVLogger({ path: csv }), new JSONLogger({ path: json }), cancel];
  const options = { epochs: 5, verbose: 0, signal: control.signal, callbacks } as const;
  await expect(model.fit([[1], [2]], [[1], [2]], options)).rejects.toThrow(/cancelled/);
  expect(textOf(csv)).toMatch(/^epoch,loss,mae,val_loss,val_mae\r\n0,[\d.e-]+,[\d.e-]+,NA,NA\r\n1,[\d.e-]+,[\d.e-]+,NA,NA\r\n$/);
  expect(
    textOf(json)
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { epoch: number }).epoch),
  ).toEqual([0, 1]);
});
