/** @file Runs that were interrupted and went on from a checkpoint: they end as if nothing had happened, to the bit. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { tensor } from '../../src/base/tensor.ts';
import {
  type Callback,
  EarlyStopping,
  type History,
  type Logs,
  ReduceLROnPlateau,
  type RunInsight,
  type SavedState,
} from '../../src/callbacks/index.ts';
import { BatchNormalization, Dense, Dropout, GaussianNoise } from '../../src/layers/index.ts';
import { type BatchStream, type FitOptions, Sequential } from '../../src/models/index.ts';
import { Adam, type Optimizer, SGD } from '../../src/optimizers/index.ts';
import { CosineDecay } from '../../src/schedules/index.ts';
import { clusters, silent, weightsOf } from '../support/models.ts';

const { x, y } = clusters(50);

function makeModel(optimizer: Optimizer = new Adam({ learningRate: 0.01 }), units = 8): Sequential {
  const model = new Sequential([
    new GaussianNoise({ stddev: 0.1, inputShape: [2] }),
    new Dense({ units, activation: 'relu', name: 'hidden' }),
    new BatchNormalization(),
    new Dropout(0.3),
    new Dense({ units: 3, activation: 'softmax' }),
  ]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Takes the checkpoint of one moment; `stop` ends the run there. */
class Taker implements Callback {
  bytes: Uint8Array | undefined;
  #run: RunInsight | undefined;
  readonly #at: string;
  readonly #isStopping: boolean;

  constructor(at: string, isStopping = true) {
    this.#at = at;
    this.#isStopping = isStopping;
  }

  onTrainBegin(_: unknown, { run }: { run?: RunInsight }): void {
    this.#run = run;
  }

  async #take(at: string): Promise<void> {
    if (at !== this.#at) return;
    this.bytes = await this.#run!.checkpoint();
    if (this.#isStopping) throw new Error('interrupted');
  }

  onTrainBatchEnd(batch: number): Promise<void> {
    return this.#take(`${this.#run!.epoch}.${batch}`);
  }

  onEpochEnd(epoch: number): Promise<void> {
    return this.#take(`${epoch}`);
  }
}

/** A run as a user would write it: everything random follows from one seed. */
interface Setting {
  readonly options: FitOptions;
  readonly optimizer?: () => Optimizer;
  readonly callbacks?: () => Callback[];
  readonly stream?: () => BatchStream;
}

interface Outcome {
  readonly weights: number[];
  readonly history: Record<string, number[]>;
  readonly epochs: number[];
}

async function run(setting: Setting, more: FitOptions, first: Callback[] = [], last: Callback[] = []): Promise<Outcome> {
  setSeed(11);
  const model = makeModel(setting.optimizer?.());
  const callbacks = [...first, ...(setting.callbacks?.() ?? []), ...last];
  const options = { ...setting.options, ...more, callbacks, ...silent };
  const history: History = await (setting.stream ? model.fit(setting.stream(), options) : model.fit(x, y, options));
  return { weights: weightsOf(model), history: history.history, epochs: history.epoch };
}

/** Adds up the losses of all batches, and stops the run after an epoch, where it is told to. */
class Sum implements Callback {
  sum = 0;
  #model: { stopTraining: boolean } | undefined;
  readonly #last: number;

  constructor(last = Number.POSITIVE_INFINITY) {
    this.#last = last;
  }

  onTrainBegin(model: { stopTraining: boolean }): void {
    this.#model = model;
  }

  onTrainBatchEnd(_: number, { loss }: Logs): void {
    this.sum += loss!;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    logs.sum = this.sum;
    if (epoch >= this.#last) this.#model!.stopTraining = true;
  }

  getState(): { sum: number } {
    return { sum: this.sum };
  }

  setState(state: SavedState): void {
    this.sum = (state as { sum: number }).sum;
  }
}

function batches(pass: number): [typeof x, typeof y][] {
  const list = Array.from({ length: 4 }, (_, i): [typeof x, typeof y] => [
    x.slice(12 * i, 12 * i + 12),
    y.slice(12 * i, 12 * i + 12),
  ]);
  return [...list.slice(pass % 4), ...list.slice(0, pass % 4)];
}

const settings: Record<string, Setting> = {
  'shuffled arrays, a last partial batch, validation': { options: { epochs: 4, batchSize: 16, validationSplit: 0.2 } },
  'a schedule': {
    options: { epochs: 4, batchSize: 16 },
    optimizer: () => new SGD({ learningRate: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }), momentum: 0.9 }),
  },
  'callbacks that remember': {
    options: { epochs: 6, batchSize: 16, validationSplit: 0.2 },
    callbacks: () => [
      new ReduceLROnPlateau({ patience: 1, factor: 0.3, minDelta: 10 }),
      new EarlyStopping({ patience: 4, minDelta: 10, restoreBestWeights: true }),
      new Sum(),
    ],
  },
  'epochs of some steps': { options: { epochs: 5, batchSize: 16, stepsPerEpoch: 3 } },
  'a callback that stops it': { options: { epochs: 5, batchSize: 16, validationSplit: 0.2 }, callbacks: () => [new Sum(1)] },
  averages: {
    options: { epochs: 3, batchSize: 16 },
    optimizer: () => new Adam({ learningRate: 0.01, useEma: true, emaMomentum: 0.8, gradientAccumulationSteps: 3 }),
  },
  'a stream': {
    options: { epochs: 3 },
    stream: () => ({ size: 4, open: (pass: number) => batches(pass).values() }),
  },
  'a stream and epochs of some steps': {
    options: { epochs: 3, stepsPerEpoch: 3 },
    stream: () => ({ size: 4, open: (pass: number) => batches(pass).values() }),
  },
};

describe.each(Object.entries(settings))('a run with %s', (_, setting) => {
  // In the middle of the first and of a later epoch, at the last batch of one, and between two.
  test.each(['0.0', '1.1', '1.2', '0', '1'])('that was interrupted at %s goes on to the same bits', async (at) => {
    const whole = await run(setting, {}, [], [new Taker('none')]);
    for (const isFirst of [false, true]) {
      const taker = new Taker(at);
      const place = (one: Callback): [Callback[], Callback[]] => (isFirst ? [[one], []] : [[], [one]]);
      await expect(run(setting, {}, ...place(taker))).rejects.toThrow('interrupted');
      const resumed = await run(setting, { resumeFrom: taker.bytes! }, ...place(new Taker('none')));
      expect(resumed).toEqual(whole);
    }
  });
});

describe('a checkpoint', () => {
  const take = async (at = '1.1', setting = settings['a schedule']!): Promise<Uint8Array> => {
    const taker = new Taker(at, false);
    await run(setting, {}, [], [taker]);
    return taker.bytes!;
  };

  test('of a run that is over gives its result at once', async () => {
    const setting = settings['shuffled arrays, a last partial batch, validation']!;
    const whole = await run(setting, {}, [], [new Taker('none')]);
    const steps: number[] = [];
    const counter: Callback = { onTrainBatchEnd: (batch) => void steps.push(batch) };
    const resumed = await run(setting, { resumeFrom: await take('3', setting) }, [], [counter]);
    expect(resumed).toEqual(whole);
    expect(steps).toEqual([]);
  });

  test('lets a run go on further than was meant', async () => {
    const setting = settings['shuffled arrays, a last partial batch, validation']!;
    const longer = await run({ ...setting, options: { ...setting.options, epochs: 7 } }, {}, [], [new Taker('none')]);
    const resumed = await run(setting, { epochs: 7, resumeFrom: await take('3', setting) }, [], [new Taker('none')]);
    expect(resumed).toEqual(longer);
  });

  test('may be taken many times and changes nothing', async () => {
    const setting = settings['callbacks that remember']!;
    const always: Callback & { run?: RunInsight } = {
      onTrainBegin(_, params) {
        this.run = params.run!;
      },
      async onTrainBatchEnd() {
        await this.run!.checkpoint();
      },
    };
    expect(await run(setting, {}, [always])).toEqual(await run(setting, {}, [new Taker('none')]));
  });

  test('of another architecture is refused with all differences, and nothing is changed', async () => {
    const bytes = await take();
    const model = makeModel(new Adam(), 5);
    const before = weightsOf(model);
    const failure = model.fit(x, y, { batchSize: 10, resumeFrom: bytes, callbacks: [{}], ...silent });
    await expect(failure).rejects.toThrow(/the run the checkpoint was written by, got another one/);
    const message = await failure.catch((error: Error) => error.message);
    expect(message).toMatch(/hidden\/kernel.*\[2, 8\].*\[2, 5\]|hidden\/kernel.*\[2, 5\].*\[2, 8\]/);
    expect(message).toMatch(/SGD/);
    expect(message).toMatch(/batchSize: 16 then, 10 now/);
    expect(message).not.toMatch(/loss:/);
    model.compile({ loss: 'sparseCategoricalCrossentropy' });
    const other = model.fit(x, y, { resumeFrom: bytes, callbacks: [{}], ...silent });
    await expect(other).rejects.toThrow(/metrics: \[accuracy\] then, none now/);
    model.compile({ loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    expect(weightsOf(model)).toEqual(before);
    await model.fit(x, y, silent);
  });

  test.each<[string, (bytes: Uint8Array) => FitOptions, RegExp]>([
    ['that is cut off', (bytes) => ({ resumeFrom: bytes.slice(0, bytes.length - 10) }), /resumeFrom|checkpoint/i],
    ['that is no file at all', () => ({ resumeFrom: Uint8Array.of(1, 2, 3) }), /.+/],
    [
      'at a path where there is none',
      () => ({ resumeFrom: '/nowhere/checkpoint.safetensors' }),
      /resumeFrom\] expected a file it can read/,
    ],
    [
      'for another number of callbacks',
      (bytes) => ({ resumeFrom: bytes, callbacks: [] }),
      /1 callbacks, as when the checkpoint was written, got 0/,
    ],
  ])('%s is refused', async (_, options, text) => {
    const bytes = await take();
    setSeed(11);
    const model = makeModel(settings['a schedule']!.optimizer!());
    await expect(model.fit(x, y, { epochs: 4, batchSize: 16, callbacks: [{}], ...silent, ...options(bytes) })).rejects.toThrow(
      text,
    );
    await model.fit(x, y, silent);
  });

  test('is for the ends of batches and epochs', async () => {
    const early: Callback = {
      onTrainBegin: async (_, { run: insight }) => {
        await insight!.checkpoint();
      },
    };
    await expect(makeModel().fit(x, y, { callbacks: [early], ...silent })).rejects.toThrow(
      /checkpoint\] expected a call from onTrainBatchEnd or onEpochEnd, got one from onTrainBegin/,
    );
  });
});

test('a run with averages ends with them in the weights', async () => {
  const optimizer = new Adam({ learningRate: 0.01, useEma: true, emaMomentum: 0.8 });
  const model = makeModel(optimizer);
  const last: number[][] = [];
  const averages = (): number[][] => model.trainableWeights.map((weight) => [...optimizer.averageOf(weight)!.view()]);
  const watch: Callback = { onEpochEnd: () => void last.push(...averages()) };
  await model.fit(x, y, { epochs: 1, callbacks: [watch], ...silent });
  expect(model.trainableWeights.map((weight) => [...weight.view()])).toEqual(last);
});

describe('a run tells', () => {
  test('the gradients of the loss on its last batch', async () => {
    setSeed(2);
    const model = new Sequential([new Dense({ units: 1, inputShape: [2], useBias: true })]);
    model.compile({ optimizer: new SGD({ learningRate: 0.25 }), loss: 'mse' });
    const seen: [Map<string, number[]>, number[], number[]][] = [];
    let insight: RunInsight | undefined;
    const watch: Callback = {
      onTrainBegin: (_, { run: own }) => {
        insight = own;
      },
      onTrainBatchEnd: async () => {
        const gradients = await insight!.gradients();
        const found = new Map([...gradients].map(([name, { data }]) => [name, [...data]]));
        const [kernel, bias] = model.getWeights();
        seen.push([found, [...kernel!.data], [...bias!.data]]);
      },
    };
    await model.fit([[1, 2]], [[3]], { epochs: 3, callbacks: [watch], ...silent });
    for (const [gradients, [a, b], [c]] of seen) {
      const error = 1 * a! + 2 * b! + c! - 3;
      const [kernel, bias] = [...gradients.values()];
      expect(kernel![0]).toBeCloseTo(2 * error, 5);
      expect(kernel![1]).toBeCloseTo(4 * error, 5);
      expect(bias![0]).toBeCloseTo(2 * error, 5);
    }
    expect([...seen[0]![0].keys()]).toEqual(model.weightNames);
  });

  test('what is no longer finite: a weight, the output of a layer, or nothing', async () => {
    const found: unknown[] = [];
    const watchWith = (spoil?: () => unknown): Callback => {
      let insight: RunInsight | undefined;
      return {
        onTrainBegin: (_, { run: own }) => {
          insight = own;
        },
        onTrainBatchEnd: async () => {
          spoil?.();
          found.push(await insight!.firstNonFinite());
        },
      };
    };
    const model = makeModel();
    await model.fit(x, y, { batchSize: 50, callbacks: [watchWith()], ...silent });
    const kernel = model.layers[1]!.weights[0]!;
    await model.fit(x, y, { batchSize: 50, callbacks: [watchWith(() => kernel.view().fill(Number.NaN, 3, 4))], ...silent });
    const other = makeModel();
    const spoil = (): unknown => other.layers[1]!.weights[0]!.view().fill(3e38);
    await other.fit(x, y, { batchSize: 50, callbacks: [watchWith(spoil)], ...silent });
    const spoilt = makeModel();
    const data = new Float32Array(x.data);
    data[7] = Number.POSITIVE_INFINITY;
    await spoilt.fit(tensor(data, x.shape), y, { batchSize: 50, callbacks: [watchWith()], ...silent });
    expect(found.pop()).toEqual({ layer: spoilt.layers[0]!.name, what: 'the inputs', value: Number.POSITIVE_INFINITY });
    expect(found).toEqual([
      undefined,
      { layer: model.layers[1]!.name, what: `weight "${kernel.name}"`, value: Number.NaN },
      { layer: other.layers[1]!.name, what: 'the output', value: expect.any(Number) },
    ]);
  });
});
