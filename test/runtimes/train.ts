/**
 * @file The same small training run wherever it is started: prints one checksum of all weights per number of threads. Dropout, batch
 * normalization, convolution, recurrent layers, attention, a partial last batch, byte images and three optimizers are part of it, so that
 * every kind of kernel has its say.
 */

import {
  Adam,
  BatchNormalization,
  Concatenate,
  Conv2D,
  CosineDecay,
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
  Nadam,
  Reshape,
  RMSprop,
  Sequential,
  setSeed,
  setup,
  tensor,
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
  const info = engineInfo();
  return {
    threads: info.threads,
    checksum: checksum(model, second),
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
