/**
 * @file Predicts prices of houses together with how sure the prediction is.
 *
 *   npm run build && npx tsx examples/heteroscedastic/main.ts [--data folder] [--epochs 30] [--seed 42]
 *
 * The network gives a mean and a variance for every district and is trained by `losses.GaussianNLL`, the negative log-likelihood of the
 * prices. A network of the same size that gives means alone, with one variance for all districts, is the measure. housing.csv is read
 * from `--data`; without it it is downloaded once and kept in `.cache/housing`.
 *
 * After 30 epochs, about a second for both on two cores, the negative log-likelihood of the districts held back is 0.56 against 0.80 at
 * the same error (RMSE 0.53). 77 % of the prices lie within one predicted deviation, 96 % within two; the fifth of the districts with the
 * smallest deviations (0.21) errs by 0.20, the one with the largest (0.98) by 0.82.
 */

import { parseArgs } from 'node:util';
import { Adam, Concatenate, Dense, input, losses, Model, Normalization, setSeed } from 'myelin';
import { loadHousing } from '../lib/housing.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, epochs: { type: 'string', default: '30' }, seed: { type: 'string', default: '42' } },
});

const { train, test } = await loadHousing(values.data);
const options = { epochs: Number(values.epochs), batchSize: 32, verbose: 0 } as const;

setSeed(Number(values.seed));
const normalization = new Normalization();
normalization.adapt(train.features);

/** Input and last hidden layer of a network on the districts' columns. */
function body() {
  const features = input({ shape: [13] });
  const hidden = new Dense({ units: 64, activation: 'relu' }).apply(normalization.apply(features));
  return { features, last: new Dense({ units: 64, activation: 'relu' }).apply(hidden) };
}

// A mean and a variance for each district. Softplus keeps the variance positive.
const both = body();
const mean = new Dense({ units: 1 }).apply(both.last);
const variance = new Dense({ units: 1, activation: 'softplus' }).apply(both.last);
const sure = new Model({ inputs: both.features, outputs: new Concatenate().apply([mean, variance]) });
sure.compile({ optimizer: new Adam({ learningRate: 0.001 }), loss: new losses.GaussianNLL({ full: true, epsilon: 1e-3 }) });

// A mean for each district, and the variance of what is left over in training for all.
const alone = body();
const plain = new Model({ inputs: alone.features, outputs: new Dense({ units: 1 }).apply(alone.last) });
plain.compile({ optimizer: new Adam({ learningRate: 0.001 }), loss: 'meanSquaredError' });

const started = performance.now();
await sure.fit(train.features, train.price, options);
await plain.fit(train.features, train.price, options);
const seconds = (performance.now() - started) / 1000;
const { loss: constant } = await plain.evaluate(train.features, train.price, { verbose: 0 });

/** A predicted price, its variance, and the price there was. */
interface Prediction {
  readonly mean: number;
  readonly variance: number;
  readonly price: number;
}

const prices = [...test.price.data];
const [pairs, means] = [await sure.predict(test.features), await plain.predict(test.features)];
const predictions: Readonly<Record<string, Prediction[]>> = {
  'a variance for each': prices.map((price, i) => ({ price, mean: pairs.data[2 * i]!, variance: pairs.data[2 * i + 1]! })),
  'one variance for all': prices.map((price, i) => ({ price, mean: means.data[i]!, variance: constant! })),
};

const average = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
const distance = ({ mean, variance, price }: Prediction): number => Math.abs(price - mean) / Math.sqrt(variance);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const squaredError = ({ mean, price }: Prediction): number => (price - mean) ** 2;
const logLoss = (one: Prediction): number => 0.5 * (Math.log(2 * Math.PI * one.variance) + squaredError(one) / one.variance);
console.table(
  Object.fromEntries(
    Object.entries(predictions).map(([name, all]) => [
      name,
      {
        'negative log-likelihood': average(all.map(logLoss)).toFixed(3),
        RMSE: Math.sqrt(average(all.map(squaredError))).toFixed(3),
        'within 1 deviation (normal: 68.3 %)': percent(average(all.map((one) => Number(distance(one) <= 1)))),
        'within 2 (95.4 %)': percent(average(all.map((one) => Number(distance(one) <= 2)))),
      },
    ]),
  ),
);

// If the network knows what it does not know, districts it is less sure of are those it errs on more.
const sorted = predictions['a variance for each']!.toSorted((a, b) => a.variance - b.variance);
const fifth = Math.ceil(sorted.length / 5);
console.log('Districts by predicted deviation, in fifths (100,000 dollars):');
for (let start = 0; start < sorted.length; start += fifth) {
  const part = sorted.slice(start, start + fifth);
  const [predicted, found] = [part.map(({ variance }) => variance), part.map(squaredError)].map((all) => Math.sqrt(average(all)));
  console.log(`  predicted ${predicted!.toFixed(2)}, found ${found!.toFixed(2)}`);
}
console.log(`Both networks: ${options.epochs} epochs in ${seconds.toFixed(1)} s.`);
