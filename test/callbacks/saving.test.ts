/** @file Callbacks that write the model or the run: when, under which names, what stays on the disk, and what is read again. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor } from '../../src/base/tensor.ts';
import {
  BackupAndRestore,
  type BackupAndRestoreOptions,
  type Callback,
  CSVLogger,
  EarlyStopping,
  type Logs,
  ModelCheckpoint,
  type ModelCheckpointOptions,
  ReduceLROnPlateau,
  type RunParams,
  WeightNoise,
} from '../../src/callbacks/index.ts';
import { Dense, Dropout } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { Adam } from '../../src/optimizers/index.ts';
import { FakeModel } from '../support/trained-model.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

const place = temporaryFolder('saving');
const params: RunParams = { epochs: 9, steps: 4, verbose: 0 };

/** The files a checkpoint callback writes for the logs of some epochs. */
async function written(options: ModelCheckpointOptions, epochs: readonly Logs[], direction?: 'max'): Promise<string[]> {
  const model = new FakeModel(direction);
  const callback = new ModelCheckpoint(options);
  callback.onTrainBegin(model);
  for (const [epoch, logs] of epochs.entries()) {
    callback.onEpochBegin(epoch);
    for (let batch = 0; batch < 4; batch++) await callback.onTrainBatchEnd?.(batch, logs);
    await callback.onEpochEnd(epoch, logs);
  }
  return model.saved.map(([path]) => path);
}

describe('ModelCheckpoint', () => {
  const falling = [3, 1, 2, 0.5].map((value) => ({ val_loss: value }));

  test('writes after every epoch, epochs counted from 1', async () => {
    expect(await written({ path: '{epoch:02d}-{val_loss:.1f}' }, falling)).toEqual(['01-3.0', '02-1.0', '03-2.0', '04-0.5']);
  });

  test('writes what is better than all before', async () => {
    const path = '{epoch}';
    expect(await written({ path, saveBestOnly: true }, falling)).toEqual(['1', '2', '4']);
    expect(await written({ path, saveBestOnly: true, initialValueThreshold: 0.9 }, falling)).toEqual(['4']);
    expect(await written({ path, saveBestOnly: true, mode: 'max' }, falling)).toEqual(['1']);
    const rising = [0.5, 0.4, 0.6].map((value) => ({ val_accuracy: value }));
    expect(await written({ path, saveBestOnly: true, monitor: 'val_accuracy' }, rising, 'max')).toEqual(['1', '3']);
    const broken = [Number.NaN, 2, Number.NaN].map((value) => ({ val_loss: value }));
    expect(await written({ path, saveBestOnly: true }, broken)).toEqual(['2']);
  });

  test('counts batches across epochs', async () => {
    const epochs = [{ loss: 1 }, { loss: 2 }, { loss: 3 }];
    expect(await written({ path: '{epoch}-{batch}', saveFreq: 3 }, epochs)).toEqual(['1-3', '2-2', '3-1', '3-4']);
    expect(new ModelCheckpoint({ path: 'x' }).onTrainBatchEnd).toBeUndefined();
  });

  test('goes on in the middle of an epoch', async () => {
    const make = () => new ModelCheckpoint({ path: '{epoch}-{batch}', saveFreq: 2 });
    const first = make();
    first.onTrainBegin(new FakeModel());
    first.onEpochBegin(4);
    await first.onTrainBatchEnd!(0, {});
    const model = new FakeModel();
    const second = make();
    second.onTrainBegin(model);
    second.setState(first.getState());
    await second.onTrainBatchEnd!(1, {});
    expect(model.saved.map(([path]) => path)).toEqual(['5-2']);
  });

  test('hands on whether the optimizer is written', async () => {
    for (const [optimizer, expected] of [
      [undefined, {}],
      [true, { optimizer: true }],
      [false, { optimizer: false }],
    ] as const) {
      const model = new FakeModel();
      const callback = new ModelCheckpoint({ path: 'x', ...(optimizer === undefined ? {} : { optimizer }) });
      callback.onTrainBegin(model);
      await callback.onEpochEnd(0, {});
      expect(model.saved).toEqual([['x', expected]]);
    }
  });

  test('keeps the last files, and those of the run it goes on from', async () => {
    const folder = place('keep');
    mkdirSync(folder);
    class WritingModel extends FakeModel {
      override async save(path: string): Promise<void> {
        writeFileSync(path, '');
      }
    }
    const options = { path: `${folder}/{epoch}`, keepLast: 2 };
    const first = new ModelCheckpoint(options);
    first.onTrainBegin(new WritingModel());
    for (let epoch = 0; epoch < 3; epoch++) await first.onEpochEnd(epoch, {});
    expect(readdirSync(folder)).toEqual(['2', '3']);
    const second = new ModelCheckpoint(options);
    second.onTrainBegin(new WritingModel());
    second.setState(JSON.parse(JSON.stringify(first.getState())));
    await second.onEpochEnd(3, {});
    expect(readdirSync(folder)).toEqual(['3', '4']);
    expect(second.paths).toEqual([`${folder}/3`, `${folder}/4`]);
  });

  test('writes the weights alone, or the whole model', async () => {
    for (const saveWeightsOnly of [true, false]) {
      const calls: string[] = [];
      class Recording extends FakeModel {
        override async save(path: string): Promise<void> {
          calls.push(`save ${path}`);
        }
        override async saveWeights(path: string): Promise<void> {
          calls.push(`saveWeights ${path}`);
        }
      }
      const checkpoint = new ModelCheckpoint({ path: 'm-{epoch}', saveWeightsOnly });
      checkpoint.onTrainBegin(new Recording());
      await checkpoint.onEpochEnd(0, {});
      expect(calls).toEqual([`${saveWeightsOnly ? 'saveWeights' : 'save'} m-1`]);
    }
  });

  test('tells what it does when asked', async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    await written({ path: 'm', saveBestOnly: true, verbose: 1 }, falling);
    expect(print.mock.calls.flat()).toEqual([
      'Epoch 1: val_loss improved to 3.000, saved as m',
      'Epoch 2: val_loss improved from 3.000 to 1.000, saved as m',
      'Epoch 3: val_loss did not improve from 1.000',
      'Epoch 4: val_loss improved from 1.000 to 0.5000, saved as m',
    ]);
    print.mockRestore();
  });

  test('removes no file that another path than its own could have been', async () => {
    const folder = place('own');
    writeFileSync(place('precious'), '');
    const checkpoint = new ModelCheckpoint({ path: `${folder}/{epoch:02d}.safetensors`, keepLast: 1 });
    checkpoint.onTrainBegin(new FakeModel());
    const paths = [place('precious'), `${folder}/../precious`, `${folder}/01.safetensors/..`, `${folder}/...safetensors`];
    checkpoint.setState({ epoch: 0, best: null, since: 0, written: [...paths, `${folder}/01.safetensors`] });
    expect(checkpoint.paths).toEqual([`${folder}/01.safetensors`]);
  });

  test('a metric that is not logged is told with those that are', async () => {
    await expect(written({ path: 'm', saveBestOnly: true, monitor: 'val_los' }, falling)).rejects.toThrow(
      /\[ModelCheckpoint\] expected `monitor` to be one of the logged numbers, got "val_los"\. Hint: did you mean 'val_loss'\?/,
    );
    await expect(written({ path: '{val_acc:.2f}' }, falling)).rejects.toThrow(/There are: epoch, val_loss/);
    await expect(written({ path: '{val_loss:.2f}' }, [{ loss: 1 }])).rejects.toThrow(/validationData or a validationSplit/);
  });

  test.each<[object, RegExp]>([
    [{}, /`path` to be the name of a file, got undefined/],
    [{ filepath: 'x' }, /did you mean `path`/],
    [{ path: 'x', saveFreq: 0 }, /`saveFreq` to be 'epoch' or a number of batches >= 1, got 0/],
    [{ path: 'x', saveFreq: 'batch' }, /`saveFreq` to be 'epoch' or a number/],
    [{ path: 'x', keepLast: 0 }, /`keepLast` to be an integer >= 1, got 0/],
    [{ path: 'x', mode: 'up' }, /`mode` to be 'auto', 'min' or 'max'/],
    [{ path: 'x', initialValueThreshold: 'a' }, /`initialValueThreshold` to be a number/],
  ])('%j is refused', (options, message) => {
    expect(() => new ModelCheckpoint(options as ModelCheckpointOptions)).toThrow(message);
  });

  test('writes models and weights that can be read in fit, and says when it cannot write', async () => {
    const { model, x, y } = digits();
    const callbacks = [
      new ModelCheckpoint({ path: place('fit/{epoch}-{loss:.3f}.safetensors'), keepLast: 1 }),
      new ModelCheckpoint({ path: place('fit/weights-{epoch}-{batch}.safetensors'), saveWeightsOnly: true, saveFreq: 5 }),
    ];
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 8, verbose: 0, callbacks });
    expect(readdirSync(place('fit')).sort()).toEqual([
      `2-${history.loss![1]!.toFixed(3)}.safetensors`,
      'weights-2-1.safetensors',
    ]);
    writeFileSync(place('file'), '');
    const blocked = new ModelCheckpoint({ path: place('file/inside.safetensors') });
    await expect(model.fit(x, y, { verbose: 0, callbacks: [blocked] })).rejects.toThrow(/a file it can write, got ".*inside/);
  });
});

function digits() {
  const model = new Sequential([
    new Dense({ units: 8, activation: 'tanh', inputShape: [4] }),
    new Dropout({ rate: 0.25, seed: 3 }),
    new Dense({ units: 1 }),
  ]);
  model.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: 'mse' });
  const x = new Tensor(
    Float32Array.from({ length: 128 }, (_, i) => Math.sin(i * i)),
    [32, 4],
  );
  const y = new Tensor(
    Float32Array.from({ length: 32 }, (_, i) => Math.cos(i)),
    [32, 1],
  );
  return { model, x, y };
}

/** A safetensors file with one tensor. */
function checkpointBytes(value: number): Uint8Array {
  const header = new TextEncoder().encode('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}');
  const bytes = new Uint8Array(8 + header.length + 4);
  bytes[0] = header.length;
  bytes.set(header, 8);
  bytes[8 + header.length] = value;
  return bytes;
}

function backup(options: BackupAndRestoreOptions, values: readonly number[]) {
  const left = [...values];
  const run = {
    epoch: 0,
    checkpoint: async () => checkpointBytes(left.shift()!),
    gradients: async () => new Map(),
    firstNonFinite: async () => undefined,
  };
  const callback = new BackupAndRestore(options);
  return { callback, begin: () => callback.onTrainBegin(new FakeModel(), { ...params, run }) };
}

describe('BackupAndRestore', () => {
  const last = (bytes: Uint8Array | undefined): number | undefined => bytes?.at(-4);

  test('keeps the newest checkpoint, or two', async () => {
    for (const doubleCheckpoint of [false, true]) {
      const folder = place(`double-${doubleCheckpoint}`);
      const { callback, begin } = backup({ folder, doubleCheckpoint }, [1, 2, 3]);
      expect(await callback.resumeFrom()).toBeUndefined();
      await begin();
      for (let epoch = 0; epoch < 3; epoch++) await callback.onEpochEnd();
      const names = doubleCheckpoint ? ['latest.safetensors', 'latest.safetensors.bkp'] : ['latest.safetensors'];
      expect(readdirSync(folder)).toEqual(names);
      expect(last(readFileSync(`${folder}/latest.safetensors`))).toBe(3);
      expect(last(await callback.resumeFrom())).toBe(3);
    }
  });

  test('takes the one before when the newest is damaged or gone, and says when both are', async () => {
    const folder = place('damaged');
    const { callback, begin } = backup({ folder, doubleCheckpoint: true }, [1, 2]);
    await begin();
    await callback.onEpochEnd();
    await callback.onEpochEnd();
    const [newest, other] = [`${folder}/latest.safetensors`, `${folder}/latest.safetensors.bkp`];
    const whole = readFileSync(newest);
    for (const cut of [0, 7, 8, 20, whole.length - 1]) {
      writeFileSync(newest, whole.subarray(0, cut));
      expect(last(await callback.resumeFrom())).toBe(1);
    }
    writeFileSync(newest, Buffer.concat([whole, Buffer.of(0)]));
    expect(last(await callback.resumeFrom())).toBe(1);
    writeFileSync(other, 'nonsense');
    await expect(callback.resumeFrom()).rejects.toThrow(
      /\[BackupAndRestore\] expected a checkpoint it can read, got damaged files in ".*damaged"\. Hint: remove them to start anew\./,
    );
  });

  test('counts batches, removes drafts at the beginning and its own files at the end', async () => {
    const folder = place('batches');
    mkdirSync(folder);
    writeFileSync(`${folder}/latest.safetensors.77-0.tmp`, 'half a che');
    writeFileSync(`${folder}/notes.txt`, 'mine');
    const { callback, begin } = backup({ folder, saveFreq: 2 }, [1, 2, 3]);
    await begin();
    expect(readdirSync(folder)).toEqual(['notes.txt']);
    for (let batch = 0; batch < 5; batch++) await callback.onTrainBatchEnd?.();
    await callback.onEpochEnd();
    expect(last(await callback.resumeFrom())).toBe(2);
    await callback.onTrainEnd();
    expect(readdirSync(folder)).toEqual(['notes.txt']);
    const kept = backup({ folder: place('kept'), deleteCheckpoint: false }, [1]);
    await kept.begin();
    await kept.callback.onEpochEnd();
    await kept.callback.onTrainEnd();
    expect(readdirSync(place('kept'))).toEqual(['latest.safetensors']);
  });

  test('removes its folder when nothing else is in it, and no folder that holds anything', async () => {
    const folder = place('own');
    const { callback, begin } = backup({ folder: `${folder}/`, doubleCheckpoint: true }, [1, 2]);
    await begin();
    await callback.onEpochEnd();
    await callback.onEpochEnd();
    await callback.onTrainEnd();
    expect(existsSync(folder)).toBe(false);
    await expect(callback.onTrainEnd()).resolves.toBeUndefined();
    mkdirSync(`${folder}/latest.safetensors.bkp/inner`, { recursive: true });
    writeFileSync(`${folder}/latest.safetensors.bkp/inner/notes.txt`, 'mine');
    await callback.onTrainEnd();
    expect(existsSync(`${folder}/latest.safetensors.bkp/inner/notes.txt`)).toBe(true);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file of that name');
    await callback.onTrainEnd();
    expect(readFileSync(folder, 'utf8')).toBe('a file of that name');
    rmSync(folder);
  });

  test.each<[object, RegExp]>([
    [{}, /`folder` to be the name of a folder, got undefined/],
    [{ folder: 'x', saveFreq: 1.5 }, /`saveFreq` to be 'epoch' or a number/],
    [{ backupDir: 'x' }, /an option it knows, got `backupDir`/],
  ])('%j is refused', (options, message) => {
    expect(() => new BackupAndRestore(options as BackupAndRestoreOptions)).toThrow(message);
  });

  const orders = (['epoch', 3] as const).flatMap((saveFreq) =>
    (['first', 'last'] as const).map((order) => [saveFreq, order] as const),
  );
  test.each(orders)('a run that breaks goes on to the same bits (saveFreq %s, standing %s)', async (saveFreq, order) => {
    const folder = place(`run-${saveFreq}-${order}`);
    const csv = place(`run-${saveFreq}-${order}.csv`);
    const run = async (breakAt?: [epoch: number, batch: number]) => {
      const { model, x, y } = digits();
      let epoch = 0;
      const breaking: Callback = {
        onEpochBegin: (index) => {
          epoch = index;
        },
        onTrainBatchEnd: (batch) => {
          if (breakAt && epoch === breakAt[0] && batch === breakAt[1]) throw new Error('power cut');
        },
      };
      const backup = new BackupAndRestore({ folder, saveFreq });
      const others = [
        new WeightNoise({ stddev: 0.02 }),
        new ReduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 10 }),
        new EarlyStopping({ monitor: 'loss', patience: 9, restoreBestWeights: true }),
        new CSVLogger({ path: csv }),
      ];
      const callbacks = [...(order === 'first' ? [backup, ...others] : [...others, backup]), breaking];
      const { history } = await model.fit(x, y, { epochs: 4, batchSize: 8, verbose: 0, callbacks });
      return { weights: model.getWeights().map(({ data }) => [...data]), history, table: readFileSync(csv, 'utf8') };
    };
    setSeed(5);
    const whole = await run();
    expect(existsSync(folder)).toBe(false);
    setSeed(5);
    await expect(run([2, 1])).rejects.toThrow('power cut');
    setSeed(99);
    expect(await run()).toEqual(whole);
  });
});
