/**
 * @file The same small training run wherever it is started: prints one checksum of all weights per number of threads. Dropout, batch
 * normalization, convolution, recurrent layers, attention, a partial last batch, byte images and five optimizers are part of it, so that
 * every kind of kernel has its say; and a pipeline of data with augmentation, noise on weights, and a run that goes on from a checkpoint.
 */

import {
  Adam,
  augment,
  BatchNormalization,
  type Callback,
  Concatenate,
  Conv2D,
  CosineDecay,
  Dataset,
  Dense,
  Dropout,
  engineInfo,
  Flatten,
  GRU,
  input,
  LSTM,
  MaxPooling2D,
  Model,
  MultiHeadAttention,
  Muon,
  mixup,
  Nadam,
  Reshape,
  RMSprop,
  type RunInsight,
  Sequential,
  SGD,
  setSeed,
  setup,
  tensor,
  WeightNoise,
} from '../../dist/index.js';

/** FNV-1a over the bits of all weights: equal only if every bit is. */
function checksum(...models: Model[]): string {
  let hash = 0x811c9dc5;
  for (const weight of models.flatMap((model) => model.getWeights())) {
    for (const byte of new Uint8Array(weight.data.buffer, weight.data.byteOffset, weight.data.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
  }
  return hash.toString(16).padStart(8, '0');
}

/** Byte images that follow from integer arithmetic alone. */
function images(count: number) {
  let state = 12345;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  const x = Uint8Array.from({ length: count * 196 }, next);
  const y = Int32Array.from({ length: count }, (_, i) => (x[i * 196]! + x[i * 196 + 7]!) % 10);
  return { x: tensor(x, [count, 14, 14]), y };
}

/** A branch that looks at the picture as one, and one that reads its rows, put together. */
function branches(): Model {
  const image = input({ shape: [14, 14] });
  const scaled = new BatchNormalization().apply(image);
  const seen = new MaxPooling2D().apply(
    new Conv2D({ filters: 9, kernelSize: 3, activation: 'gelu' }).apply(new Reshape({ targetShape: [14, 14, 1] }).apply(scaled)),
  );
  const rows = new LSTM({ units: 13, returnSequences: true, dropout: 0.1 }).apply(scaled);
  const read = new GRU({ units: 11 }).apply(new MultiHeadAttention({ numHeads: 2, keyDim: 7 }).apply([rows, rows]));
  const both = new Concatenate().apply([new Flatten().apply(seen), read]);
  const model = new Model({ inputs: image, outputs: new Dense({ units: 10, activation: 'softmax' }).apply(both) });
  const learningRate = new CosineDecay({ initialLearningRate: 3e-3, decaySteps: 40 });
  model.compile({ optimizer: new Nadam({ learningRate, globalClipNorm: 1 }), loss: 'sparseCategoricalCrossentropy' });
  return model;
}

/** Trains on a pipeline of data with all that chance has a part in, is broken off in the second epoch, and goes on in another model. */
async function resumed({ x, y }: ReturnType<typeof images>): Promise<Model> {
  const make = (): { model: Model; data: Dataset<[typeof x, typeof x]> } => {
    setSeed('a pipeline');
    const model = new Sequential([
      new Flatten({ inputShape: [14, 14, 1] }),
      new Dense({ units: 45, activation: 'mish' }),
      new Dropout(0.3),
      new Dense({ units: 10, activation: 'softmax' }),
    ]);
    const optimizer = new Muon({ learningRate: 1e-3, useEma: true, gradientAccumulationSteps: 2 });
    model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const turn = augment.images([augment.flip(), augment.rotate({ degrees: 20 }), augment.erase()]);
    const data = Dataset.fromArrays(tensor(x.data, [700, 14, 14, 1]), tensor(y))
      .map(turn)
      .shuffle(300)
      .batch(50)
      .map(mixup({ alpha: 0.4, classes: 10 }));
    return { model, data: data as unknown as Dataset<[typeof x, typeof x]> };
  };
  let checkpoint: Uint8Array | undefined;
  let run: RunInsight | undefined;
  const stop: Callback = {
    onTrainBegin: (_, params) => {
      run = params.run;
    },
    onTrainBatchEnd: async (batch) => {
      if (run!.epoch !== 1 || batch !== 4 || checkpoint) return;
      checkpoint = await run!.checkpoint();
      throw new Error('broken off');
    },
  };
  const callbacks = [new WeightNoise({ stddev: 0.01 }), stop];
  const first = make();
  await first.model.fit(first.data, { epochs: 2, verbose: 0, callbacks }).catch(() => {});
  const second = make();
  await second.model.fit(second.data, { epochs: 2, verbose: 0, callbacks, resumeFrom: checkpoint! });
  return second.model;
}

/** What one run tells. */
export interface RunReport {
  readonly threads: number;
  readonly checksum: string;
  readonly build: string;
  readonly reason: string | undefined;
  readonly loss: number;
}

/** Trains with `threads` threads. */
export async function trainOnce(threads: number): Promise<RunReport> {
  await setup({ threads });
  setSeed('the same bits');
  const { x, y } = images(700);
  const model = new Sequential([
    new Flatten({ inputShape: [14, 14] }),
    new BatchNormalization(),
    new Dense({ units: 301, activation: 'relu', kernelInitializer: 'heNormal' }),
    new Dropout(0.2),
    new Dense({ units: 67, activation: 'tanh' }),
    new BatchNormalization({ momentum: 0.9 }),
    new Dense({ units: 33, activation: 'sigmoid' }),
    new Dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  await model.fit(x, y, { epochs: 3, batchSize: 32, verbose: 0 });
  model.compile({ optimizer: new RMSprop({ learningRate: 1e-3, momentum: 0.5 }), loss: 'sparseCategoricalCrossentropy' });
  const history = await model.fit(x, y, { epochs: 1, batchSize: 64, verbose: 0, validationSplit: 0.1 });
  const second = branches();
  await second.fit(x, y, { epochs: 1, batchSize: 32, verbose: 0, classWeight: { 3: 2 } });
  const third = await resumed({ x, y });
  third.compile({ optimizer: new SGD({ momentum: 0.5, clipNorm: 1, lookahead: {} }), loss: 'sparseCategoricalCrossentropy' });
  await third.fit(tensor(x.data, [700, 14, 14, 1]), y, { epochs: 1, verbose: 0 });
  const info = engineInfo();
  return {
    threads: info.threads,
    checksum: checksum(model, second, third),
    build: info.build,
    reason: info.reason,
    loss: history.history.loss!.at(-1)!,
  };
}

/** Runs with one, two and three threads. */
export async function trainAll(): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  for (const threads of [1, 2, 3]) reports.push(await trainOnce(threads));
  return reports;
}
