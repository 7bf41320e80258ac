/**
 * @file The perceptron of 1957 on handwritten digits: the update rule written by hand, on the public API.
 *
 *   npm run build && npx tsx examples/perceptron/main.ts [--epochs 10] [--rate 1] [--seed 42]
 *
 * Ten perceptrons, one for each digit, see one image after the other. Each says 1 where w·x + b > 0, else 0, and learns from mistakes alone:
 * w += η·(t − y)·x, b += η·(t − y). A threshold has no derivative, so nothing is differentiated: `optimizer.apply` takes whatever direction
 * it is given, here (y − t)·x. `jit` turns answer and update into one program that runs for every image.
 *
 * The most certain perceptron decides. After 10 epochs, in less than a second, 93 % of the images held back are right; the perceptron for 0,
 * which a plane can tell from all other digits, makes no mistakes in training any more.
 */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { jit, type Node, ops, SGD, tensor, Variable } from 'myelin';

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '10' },
    rate: { type: 'string', default: '1' },
    seed: { type: 'string', default: '42' },
  },
});

const pixels = 64;
const text = gunzipSync(readFileSync(new URL('../data/digits.csv.gz', import.meta.url))).toString();
const rows = text
  .trim()
  .split('\n')
  .map((line) => line.split(',').map(Number));
const samples = rows.map((row) => ({ x: Float32Array.from(row.slice(0, pixels), (pixel) => pixel / 16), label: row[pixels]! }));
const train = samples.filter((_, index) => index % 5 !== 4);
const test = samples.filter((_, index) => index % 5 === 4);

const weights = new Variable('perceptron/kernel', [pixels, 10]);
const bias = new Variable('perceptron/bias', [10]);
const activity = (x: Node): Node => ops.add(ops.matmul(x, weights), bias);

const optimizer = new SGD({ learningRate: Number(values.rate) });
const learn = jit((x: Node, target: Node) => {
  const answer = ops.greater(activity(x), 0);
  const error = ops.sub(answer, target);
  optimizer.apply([ops.matmul(x, error, { transposeA: true }), ops.reshape(error, [10])], [weights, bias]);
  return ops.abs(error);
});
const decide = jit((x: Node) => ops.argmax(activity(x), 1));

// A shuffle that is the same for the same seed.
let state = Number(values.seed) >>> 0;
const random = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};

const started = performance.now();
for (let epoch = 1; epoch <= Number(values.epochs); epoch++) {
  const mistakes = new Float64Array(10);
  for (let i = train.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [train[i], train[other]] = [train[other]!, train[i]!];
  }
  for (const { x, label } of train) {
    const target = Float32Array.from({ length: 10 }, (_, digit) => Number(digit === label));
    const errors = learn(tensor(x, [1, pixels]), tensor(target, [1, 10])).data;
    for (let digit = 0; digit < 10; digit++) mistakes[digit]! += errors[digit]!;
  }
  console.log(`epoch ${String(epoch).padStart(2)}: mistakes for the digits 0 to 9: ${mistakes.join(' ')}`);
}
const seconds = (performance.now() - started) / 1000;

const answers = decide(tensor(Float32Array.from(test.flatMap(({ x }) => [...x])), [test.length, pixels])).data;
const accuracy = test.filter(({ label }, i) => answers[i] === label).length / test.length;
console.log(
  `\nTest accuracy ${accuracy.toFixed(4)} on ${test.length} images the perceptrons have not seen; ${seconds.toFixed(1)} s.`,
);
if (!(accuracy >= 0.88)) {
  console.error('Expected an accuracy of at least 0.88.');
  process.exitCode = 1;
}
