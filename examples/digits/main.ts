/**
 * @file Trains a batch-normalized network on handwritten digits: `npm start`.
 *
 * Every fifth image is held back for the test. The whole run takes a few seconds.
 */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Adam, BatchNormalization, Dense, engineInfo, Flatten, Sequential, setSeed, tensor } from 'myelin';

const side = 8;
const pixels = side * side;
const text = gunzipSync(readFileSync(new URL('../data/digits.csv.gz', import.meta.url))).toString();
const rows = text
  .trim()
  .split('\n')
  .map((line) => line.split(',').map(Number));

/** Pixels in [0, 1] and labels of some of the rows. */
function digits(isPicked: (index: number) => boolean) {
  const picked = rows.filter((_, index) => isPicked(index));
  const images = Float32Array.from(picked.flatMap((row) => row.slice(0, pixels).map((pixel) => pixel / 16)));
  return { x: tensor(images, [picked.length, side, side]), y: Int32Array.from(picked, (row) => row[pixels]!) };
}

const train = digits((index) => index % 5 !== 4);
const test = digits((index) => index % 5 === 4);

setSeed(42);
const model = new Sequential([
  new Flatten({ inputShape: [side, side] }),
  new BatchNormalization(),
  new Dense({ units: 300, activation: 'relu', kernelInitializer: 'heNormal' }),
  new BatchNormalization(),
  new Dense({ units: 100, activation: 'relu', kernelInitializer: 'heNormal' }),
  new Dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
model.summary();

const epochs = 20;
const started = performance.now();
await model.fit(train.x, train.y, { epochs, batchSize: 32 });
const seconds = (performance.now() - started) / 1000;

const { loss, accuracy } = await model.evaluate(test.x, test.y, { verbose: 0 });
const { build, threads } = engineInfo();
console.log(
  `\nTest accuracy ${accuracy!.toFixed(4)}, loss ${loss!.toFixed(4)} on ${test.y.length} images the network has not seen.`,
);
console.log(
  `${Math.round((epochs * train.y.length) / seconds).toLocaleString('en-US')} images per second (${build} build, threads: ${threads}).`,
);
if (!(accuracy! >= 0.97)) {
  console.error('Expected an accuracy of at least 0.97.');
  process.exitCode = 1;
}
