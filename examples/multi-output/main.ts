/**
 * @file Two inputs, two outputs, two losses: a functional model that tells the price of houses and where they lie.
 *
 *   npm run build && npx tsx examples/multi-output/main.ts [--data folder] [--epochs 30] [--seed 42]
 *
 * The position of a district and its census go through layers of their own, are joined, and end in a price (regression) and a place
 * (near the ocean, inland, …: classes). `lossWeights` balances the two; data goes in and results come out by name. housing.csv is read
 * from `--data`; without it it is downloaded once and kept in `.cache/housing`.
 *
 * After 30 epochs, 1.3 seconds on two cores, the price is off by 0.51 (RMSE in 100,000 dollars) and 93 % of the places are right in the
 * districts held back.
 */

import { parseArgs } from 'node:util';
import { Adam, Concatenate, Dense, engineInfo, input, Model, Normalization, setSeed, type Tensor, tensor } from 'myelin';
import { type Districts, loadHousing } from '../lib/housing.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, epochs: { type: 'string', default: '30' }, seed: { type: 'string', default: '42' } },
});

const { train, test, places } = await loadHousing(values.data);
/** Some columns of a table. */
const columns = ({ data, shape: [rows, width] }: Tensor, begin: number, end: number): Tensor =>
  tensor(Array.from({ length: rows! }, (_, row) => [...data.subarray(row * width! + begin, row * width! + end)]));
const inputsOf = ({ numbers }: Districts) => ({ position: columns(numbers, 0, 2), census: columns(numbers, 2, 8) });
const targetsOf = ({ price, place }: Districts) => ({ price, place });
const [x, testX] = [inputsOf(train), inputsOf(test)];

setSeed(Number(values.seed));
/** An input by this name whose numbers are normalized and go through a layer. */
function branch(name: keyof typeof x, units: number) {
  const entry = input({ shape: x[name].shape.slice(1), name });
  const normalization = new Normalization();
  normalization.adapt(x[name]);
  return { entry, features: new Dense({ units, activation: 'relu' }).apply(normalization.apply(entry)) };
}

const [position, census] = [branch('position', 64), branch('census', 32)];
const joined = new Concatenate().apply([position.features, census.features]);
const shared = new Dense({ units: 64, activation: 'relu' }).apply(joined);
const model = new Model({
  inputs: { position: position.entry, census: census.entry },
  outputs: {
    price: new Dense({ units: 1 }).apply(shared),
    place: new Dense({ units: places.length, activation: 'softmax' }).apply(shared),
  },
});
model.compile({
  optimizer: new Adam({ learningRate: 0.003 }),
  loss: { price: 'meanSquaredError', place: 'sparseCategoricalCrossentropy' },
  lossWeights: { price: 1, place: 0.5 },
  metrics: { price: ['rootMeanSquaredError'], place: ['accuracy'] },
});
model.summary();

const epochs = Number(values.epochs);
const started = performance.now();
await model.fit(x, targetsOf(train), { epochs, batchSize: 64, validationData: [testX, targetsOf(test)] });
const seconds = (performance.now() - started) / 1000;

const results = await model.evaluate(testX, targetsOf(test), { verbose: 0 });
const { build, threads } = engineInfo();
console.log(`\nTest results after ${epochs} epochs in ${seconds.toFixed(1)} s (${build} build, threads: ${threads}):`, results);

const { price, place } = (await model.predictAll(testX)) as { price: Tensor; place: Tensor };
for (let i = 0; i < price.shape[0]!; i += 800) {
  const chances = place.slice(i, i + 1).data;
  const guess = places[chances.indexOf(Math.max(...chances))];
  const dollars = (prices: Tensor): string => `${Math.round(prices.data[i]! * 100)},000 dollars`;
  console.log(`Predicted ${dollars(price)}, ${guess}; was ${dollars(test.price)}, ${places[test.place.data[i]!]}.`);
}
