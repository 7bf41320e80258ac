// The run that `scripts/crash.mjs` kills: trains a small net with everything that has a state of its own, writes checkpoints into the folder it
// is given, and goes on from the one it finds there. Prints `begin` when training begins, `step` after its first step and, at the end, what it
// came to.
import { createHash } from 'node:crypto';
import {
  Adam,
  BackupAndRestore,
  BatchNormalization,
  CosineDecay,
  Dense,
  Dropout,
  EarlyStopping,
  GaussianNoise,
  LambdaCallback,
  Sequential,
  setSeed,
  tensor,
} from '../../dist/index.js';

const [folder] = process.argv.slice(2);
const [samples, features, epochs] = [1280, 16, 40];

/** Numbers in [−0.5, 0.5) that are the same in every run. */
function numbers(count, seed) {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

const x = numbers(samples * features, 1);
const noise = numbers(samples, 2);
const y = Float32Array.from(
  { length: samples },
  (_, i) => x[i * features] * x[i * features + 1] * 4 + x[i * features + 2] + noise[i],
);

setSeed('crash');
const model = new Sequential([
  new GaussianNoise({ stddev: 0.1, inputShape: [features] }),
  new Dense({ units: 256, activation: 'relu' }),
  new BatchNormalization(),
  new Dropout(0.2),
  new Dense({ units: 256, activation: 'tanh' }),
  new Dense({ units: 1 }),
]);
const optimizer = new Adam({
  learningRate: new CosineDecay({ initialLearningRate: 0.004, decaySteps: 2400 }),
  globalClipNorm: 1,
});
model.compile({ optimizer, loss: 'mse', metrics: ['mae'] });
const stopping = new EarlyStopping({ monitor: 'val_loss', patience: 9, startFromEpoch: 4, restoreBestWeights: true });
let isUnderWay = false;
const { history } = await model.fit(tensor(x, [samples, features]), tensor(y, [samples, 1]), {
  epochs,
  batchSize: 16,
  validationSplit: 0.2,
  verbose: 0,
  callbacks: [
    new LambdaCallback({
      onTrainBegin: () => process.stdout.write('begin\n'),
      onTrainBatchEnd: () => {
        if (!isUnderWay) process.stdout.write('step\n');
        isUnderWay = true;
      },
    }),
    stopping,
    new BackupAndRestore({ folder, saveFreq: 5, deleteCheckpoint: false }),
  ],
});

const hash = createHash('sha256');
for (const { data } of model.getWeights()) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
const result = {
  weights: hash.digest('hex'),
  steps: optimizer.iterations,
  bestEpoch: stopping.bestEpoch,
  stoppedEpoch: stopping.stoppedEpoch ?? null,
  losses: createHash('sha256').update(JSON.stringify(history)).digest('hex'),
};
process.stdout.write(`result ${JSON.stringify(result)}\n`);
