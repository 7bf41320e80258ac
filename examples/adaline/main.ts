/**
 * @file Adaline, the adaptive linear neuron of 1960, on flowers made up in the manner of Fisher's irises.
 *
 *   npm run build && npx tsx examples/adaline/main.ts [--epochs 30] [--rate 0.01] [--seed 42]
 *
 * Three neurons, one for each kind, give w·x + b and are to give 1 for their kind and −1 for the others. Widrow's and Hoff's rule
 * w += η·(t − y)·x, one flower at a time, is descent along the gradient of ½·(t − y)²; unlike the perceptron's it also learns from right
 * answers. It is written twice, by hand and with `grad`, and both give the same weights.
 *
 * The four measurements of 3·50 flowers are drawn around the kinds' means. After 30 epochs, in half a second, 27 of the 30 flowers held back
 * are told right: the kind in the middle is not to be cut off by a single plane, which is why networks have hidden layers.
 */

import { parseArgs } from 'node:util';
import { grad, jit, type Node, ops, SGD, tensor, Variable } from 'myelin';

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '30' },
    rate: { type: 'string', default: '0.01' },
    seed: { type: 'string', default: '42' },
  },
});

let state = Number(values.seed) >>> 0;
const random = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
};
const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

/** Length and width of sepal and petal in centimetres: mean and deviation of three kinds. */
const kinds = [
  { mean: [5.0, 3.4, 1.5, 0.2], deviation: [0.35, 0.38, 0.17, 0.1] },
  { mean: [5.9, 2.8, 4.3, 1.3], deviation: [0.52, 0.31, 0.47, 0.2] },
  { mean: [6.6, 3.0, 5.6, 2.0], deviation: [0.64, 0.32, 0.55, 0.27] },
];
const flowers = Array.from({ length: 150 }, (_, i) => {
  const { mean, deviation } = kinds[i % 3]!;
  return { kind: i % 3, sizes: mean.map((size, k) => size + deviation[k]! * normal()) };
});
const train = flowers.filter((_, i) => i % 5 !== 4);
const test = flowers.filter((_, i) => i % 5 === 4);

// Measurements as deviations from the mean of all, so that one rate suits them all.
const columns = [0, 1, 2, 3].map((k) => train.map(({ sizes }) => sizes[k]!));
const means = columns.map((column) => column.reduce((sum, size) => sum + size, 0) / column.length);
const deviations = columns.map((column, k) =>
  Math.sqrt(column.reduce((sum, size) => sum + (size - means[k]!) ** 2, 0) / column.length),
);
const scaled = (sizes: readonly number[]): Float32Array =>
  Float32Array.from(sizes, (size, k) => (size - means[k]!) / deviations[k]!);

/** A layer of linear neurons, and a step that learns from one flower. */
function adaline(name: string, step: (x: Node, target: Node, kernel: Variable, bias: Variable, optimizer: SGD) => void) {
  const [kernel, bias] = [new Variable(`${name}/kernel`, [4, 3]), new Variable(`${name}/bias`, [3])];
  const optimizer = new SGD({ learningRate: Number(values.rate) });
  const learn = jit((x: Node, target: Node) => {
    step(x, target, kernel, bias, optimizer);
    return {};
  });
  return { kernel, bias, learn };
}

const output = (x: Node, kernel: Variable, bias: Variable): Node => ops.add(ops.matmul(x, kernel), bias);

const byHand = adaline('by hand', (x, target, kernel, bias, optimizer) => {
  const error = ops.sub(output(x, kernel, bias), target);
  optimizer.apply([ops.matmul(x, error, { transposeA: true }), ops.reshape(error, [3])], [kernel, bias]);
});
const byGradient = adaline('by gradient', (x, target, kernel, bias, optimizer) => {
  const loss = (input: Node): Node => ops.scale(ops.sum(ops.square(ops.sub(target, output(input, kernel, bias)))), 0.5);
  optimizer.apply(grad(loss, { wrt: [kernel, bias] })(x), [kernel, bias]);
});

const started = performance.now();
for (let epoch = 0; epoch < Number(values.epochs); epoch++) {
  for (const { kind, sizes } of train) {
    const target = tensor([0, 1, 2].map((one) => (one === kind ? 1 : -1))).reshape([1, 3]);
    const x = tensor(scaled(sizes), [1, 4]);
    byHand.learn(x, target);
    byGradient.learn(x, target);
  }
}
const seconds = (performance.now() - started) / 1000;

const decide = jit((x: Node) => ops.argmax(output(x, byHand.kernel, byHand.bias), 1));
const answers = decide(tensor(Float32Array.from(test.flatMap(({ sizes }) => [...scaled(sizes)])), [test.length, 4])).data;
const right = test.filter(({ kind }, i) => answers[i] === kind).length;
const [w, v] = [byHand.kernel.read().data, byGradient.kernel.read().data];
const apart = Math.max(...Array.from(w, (value, i) => Math.abs(value - v[i]!)));
const accuracy = right / test.length;
console.log(`Weights by hand and by gradient are at most ${apart.toExponential(1)} apart.`);
console.log(`Test accuracy ${accuracy.toFixed(3)} (${right} of ${test.length} flowers); ${seconds.toFixed(1)} s for both.`);
if (!(accuracy >= 0.75 && apart < 1e-5)) {
  console.error('Expected an accuracy of at least 0.75 and equal weights.');
  process.exitCode = 1;
}
