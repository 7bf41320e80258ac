/**
 * @file Trains a classifier of clothes on Fashion-MNIST:
 *
 *   npm run build && npx tsx examples/fashion-mnist/main.ts [--data folder] [--batch-norm] [--epochs 20] [--seed 42]
 *
 * The four IDX files are read from `--data`; without it they are downloaded once and kept in `.cache/fashion-mnist`.
 * After 20 epochs of SGD at 0.01 the plain network reaches a test accuracy of about 0.875, with batch normalization 0.888.
 */

import { parseArgs } from 'node:util';
import { BatchNormalization, Dense, engineInfo, Flatten, Sequential, SGD, setSeed } from 'myelin';
import { loadIdxDataset } from '../lib/idx-dataset.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    'batch-norm': { type: 'boolean', default: false },
    epochs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '42' },
  },
});

const source = 'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion';
const { train, test } = await loadIdxDataset('fashion-mnist', source, values.data);

setSeed(Number(values.seed));
const normalize = () => (values['batch-norm'] ? [new BatchNormalization()] : []);
const model = new Sequential([
  new Flatten({ inputShape: [28, 28] }),
  ...normalize(),
  new Dense({ units: 300, activation: 'relu' }),
  ...normalize(),
  new Dense({ units: 100, activation: 'relu' }),
  ...normalize(),
  new Dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: new SGD({ learningRate: 0.01 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
model.summary();

const epochs = Number(values.epochs);
const testData = [test.images, test.labels] as const;
const started = performance.now();
await model.fit(train.images, train.labels, { epochs, batchSize: 32, validationData: testData });
const seconds = (performance.now() - started) / 1000;

const { loss, accuracy } = await model.evaluate(...testData, { verbose: 0 });
const { build, threads } = engineInfo();
console.log(
  `\nTest accuracy ${accuracy!.toFixed(4)}, loss ${loss!.toFixed(4)} after ${epochs} epochs in ${seconds.toFixed(1)} s (${build} build, threads: ${threads}).`,
);
