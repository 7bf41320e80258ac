/**
 * @file A training run as it is in practice: finds a learning rate, trains by one cycle of it, keeps the best model, logs what TensorBoard
 * shows, goes on where it was when it is killed, and in the end asks the model how sure it is.
 *
 *   npm run build && npx tsx examples/fashion-toolkit/main.ts [--data folder] [--epochs 10] [--out build/fashion-toolkit] [--seed 42]
 *
 * Kill it and start it again: it continues. `tensorboard --logdir build/fashion-toolkit/logs` shows the curves and histograms.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  BackupAndRestore,
  CSVLogger,
  Dense,
  Dropout,
  Flatten,
  loadModel,
  lrFinder,
  ModelCheckpoint,
  OneCycle,
  Sequential,
  SGD,
  setSeed,
  TensorBoard,
} from 'myelin';
import { loadIdxDataset } from '../lib/idx-dataset.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    epochs: { type: 'string', default: '10' },
    out: { type: 'string', default: 'build/fashion-toolkit' },
    seed: { type: 'string', default: '42' },
  },
});
const { out } = values;
const epochs = Number(values.epochs);

const source = 'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion';
const { train, test } = await loadIdxDataset('fashion-mnist', source, values.data);
// The last 5,000 training images choose the best model, so that the test images remain unseen.
const held = 55_000;
const [x, y] = [train.images.slice(0, held), train.labels.slice(0, held)];
const validationData = [train.images.slice(held), train.labels.slice(held)] as const;

setSeed(Number(values.seed));
const model = new Sequential([
  new Flatten({ inputShape: [28, 28] }),
  new Dropout(0.1),
  new Dense({ units: 300, activation: 'relu', kernelInitializer: 'heNormal' }),
  new Dropout(0.3),
  new Dense({ units: 100, activation: 'relu', kernelInitializer: 'heNormal' }),
  new Dense({ units: 10, activation: 'softmax' }),
]);
const compile = (optimizer: SGD): void =>
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

// Which learning rate? The range test leaves the model as it was.
compile(new SGD({ momentum: 0.9 }));
const found = await lrFinder(model, x, y, { batchSize: 64, minRate: 1e-5, maxRate: 10 });
console.log(found.plot());
// The suggestion is a rate to train with all the time; the peak of a cycle may lie above it.
const maxRate = 4 * (found.suggestion ?? 0.01);

const totalSteps = epochs * Math.ceil(held / 64);
const cycle = new OneCycle({ maxLearningRate: maxRate, totalSteps, momentum: { max: 0.95, min: 0.85 } });
compile(new SGD({ learningRate: cycle, momentum: 0.9 }));
const best = `${out}/best.safetensors`;
await model.fit(x, y, {
  epochs,
  batchSize: 64,
  validationData,
  callbacks: [
    new BackupAndRestore({ folder: `${out}/backup`, saveFreq: 200 }),
    new ModelCheckpoint({ path: best, monitor: 'val_accuracy', saveBestOnly: true }),
    new CSVLogger({ path: `${out}/log.csv`, append: true }),
    new TensorBoard({ logDir: `${out}/logs`, histogramFreq: 1 }),
  ],
});
writeFileSync(`${out}/learning-rates.svg`, found.toSVG());

const trained = await loadModel(best);
const { accuracy } = await trained.evaluate(test.images, test.labels, { verbose: 0 });
console.log(
  `\nBest model of ${epochs} epochs at a rate of up to ${maxRate.toPrecision(2)}: test accuracy ${accuracy!.toFixed(4)}.`,
);

// How sure is it? Dropout left on, thirty predictions each: images are sorted by the spread of the winning class.
const { mean, deviation } = await trained.predictSpread(test.images, { samples: 30, batchSize: 500 });
const judged = Array.from({ length: test.labels.size }, (_, i) => {
  const row = mean.data.subarray(10 * i, 10 * i + 10);
  const winner = row.indexOf(Math.max(...row));
  return { isRight: winner === test.labels.data[i], doubt: deviation.data[10 * i + winner]! };
}).sort((a, b) => a.doubt - b.doubt);
for (const share of [1, 0.8, 0.5]) {
  const kept = judged.slice(0, Math.round(share * judged.length));
  const right = kept.filter(({ isRight }) => isRight).length / kept.length;
  console.log(`${share === 1 ? 'All images' : `The ${100 * share}% it is surest of`}: accuracy ${right.toFixed(4)}.`);
}
