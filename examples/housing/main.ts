/**
 * @file Predicts prices of houses from a table: regression with columns of very different size.
 *
 *   npm run build && npx tsx examples/housing/main.ts [--data folder] [--epochs 30] [--seed 42]
 *
 * `Normalization` learns mean and variance of every column before training, and is then part of the model: what goes in are the numbers
 * of the census as they are. housing.csv is read from `--data`; without it it is downloaded once and kept in `.cache/housing`.
 *
 * After 30 epochs, about a second on two cores, the error (RMSE) in the districts held back is 0.528, that is 52,800 dollars, and R² 0.79.
 * Least squares reaches 0.684 on the same columns.
 */

import { parseArgs } from 'node:util';
import { Adam, Dense, engineInfo, Normalization, Sequential, setSeed } from 'myelin';
import { loadHousing } from '../lib/housing.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, epochs: { type: 'string', default: '30' }, seed: { type: 'string', default: '42' } },
});

const { train, test } = await loadHousing(values.data);

setSeed(Number(values.seed));
const normalization = new Normalization({ inputShape: [13] });
normalization.adapt(train.features);
const model = new Sequential([
  normalization,
  new Dense({ units: 64, activation: 'relu' }),
  new Dense({ units: 64, activation: 'relu' }),
  new Dense({ units: 1 }),
]);
model.compile({
  optimizer: new Adam({ learningRate: 0.001 }),
  loss: 'meanSquaredError',
  metrics: ['rootMeanSquaredError', 'meanAbsoluteError', 'r2Score'],
});
model.summary();

const epochs = Number(values.epochs);
const testData = [test.features, test.price] as const;
const started = performance.now();
await model.fit(train.features, train.price, { epochs, batchSize: 32, validationData: testData });
const seconds = (performance.now() - started) / 1000;

const results = await model.evaluate(...testData, { verbose: 0 });
const { build, threads } = engineInfo();
console.log(
  `\nTest RMSE ${results.rootMeanSquaredError!.toFixed(3)}, mean absolute error ${results.meanAbsoluteError!.toFixed(3)} (in 100,000 dollars), R² ${results.r2Score!.toFixed(3)} after ${epochs} epochs in ${seconds.toFixed(1)} s (${build} build, threads: ${threads}).`,
);

const some = await model.predict(test.features.slice(0, 5));
for (const [i, price] of [...some.data].entries())
  console.log(
    `District ${i + 1}: predicted ${Math.round(price * 100)},000 dollars, was ${Math.round(test.price.data[i]! * 100)},000.`,
  );
