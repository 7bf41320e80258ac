/** @file Samples split into a part to train on and a part to test with. */

import { describe, fail, failShape } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Seed } from '../base/seed.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';
import { checkSameCount, copyRows, samples } from './arrays.ts';
import { keyOfSeed, RandomStream } from './random-stream.ts';
import { newRoom } from './room.ts';

/** Options of {@link trainTestSplit}. */
export interface TrainTestSplitOptions {
  /** Share of the samples to test with, in (0, 1), rounded up; or their number. Default 0.25. */
  readonly testSize?: number;
  /** Whether samples are picked at random. Otherwise the last ones are the test's. Default true. */
  readonly shuffle?: boolean;
  /** Classes of which both parts get their share, as nearly as counts allow: true for those in `y`. Default none. */
  readonly stratify?: boolean | TensorLike;
  /** Makes the split reproducible by itself. Default: follows from `setSeed`. */
  readonly seed?: Seed;
}

/** What {@link trainTestSplit} gives. */
export interface TrainTestSplit {
  readonly xTrain: Tensor;
  readonly xTest: Tensor;
  readonly yTrain: Tensor;
  readonly yTest: Tensor;
}

const where = 'trainTestSplit';

function testCount(testSize: number, count: number): number {
  const isShare = typeof testSize === 'number' && testSize > 0 && testSize < 1;
  if (!isShare && !(Number.isInteger(testSize) && testSize >= 1))
    fail(where, '`testSize` to be a share in (0, 1) or a number of samples', describe(testSize));
  const test = isShare ? Math.ceil(testSize * count) : testSize;
  if (test >= count) failShape(where, 'at least one sample to train on', `${count} samples, ${test} of them for the test`);
  return test;
}

function shuffle(numbers: number[], random: RandomStream): number[] {
  for (let i = numbers.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
  }
  return numbers;
}

/** `total` dealt out in proportion to `sizes`: rounded down, and what is left to those that lost most by it. */
function dealt(total: number, sizes: readonly number[]): number[] {
  const all = sizes.reduce((a, b) => a + b, 0);
  const exact = sizes.map((size) => (total * size) / all);
  const counts = exact.map(Math.floor);
  const left = total - counts.reduce((a, b) => a + b, 0);
  const byLoss = exact.map((share, i) => [share - counts[i]!, i] as const).sort(([a, i], [b, j]) => b - a || i - j);
  for (const [, i] of byLoss.slice(0, left)) counts[i]!++;
  return counts;
}

function stratified(labels: Tensor, count: number, test: number, random: RandomStream): [train: number[], test: number[]] {
  if (labels.size !== count)
    failShape(where, `one class for each of ${count} samples in \`stratify\``, `${labels.size} elements`);
  const classes = new Map<number, number[]>();
  labels.data.forEach((label, i) => {
    const members = classes.get(label);
    if (members) members.push(i);
    else classes.set(label, [i]);
  });
  const groups = [...classes.entries()].sort(([a], [b]) => a - b);
  for (const [label, members] of groups)
    if (members.length < 2) fail(where, 'at least 2 samples of every class', `one of class ${label}`, 'leave out `stratify`.');
  const shares = dealt(
    test,
    groups.map(([, members]) => members.length),
  );
  const parts: [number[], number[]] = [[], []];
  groups.forEach(([, members], i) => {
    const order = shuffle(members, random);
    parts[1].push(...order.slice(0, shares[i]));
    parts[0].push(...order.slice(shares[i]));
  });
  return [shuffle(parts[0], random), shuffle(parts[1], random)];
}

function rows(source: Tensor, numbers: readonly number[]): Tensor {
  const room = newRoom(source.dtype, source.shape.slice(1), numbers.length);
  copyRows(source, numbers, room.data);
  return room;
}

/**
 * Splits samples into a part to train on and a part to test with. Both are copies, of the dtypes of `x` and `y`.
 *
 * Shape: x [n, …], y [n, …] → xTrain, yTrain [n − test, …], xTest, yTest [test, …].
 *
 * @throws MyelinError when an option does not fit or no sample would be left to train on
 */
export function trainTestSplit(x: TensorLike, y: TensorLike, options: TrainTestSplitOptions = {}): TrainTestSplit {
  checkOptionNames(where, options, { testSize: true, shuffle: true, stratify: true, seed: true } satisfies Record<
    keyof TrainTestSplitOptions,
    true
  >);
  const [inputs, targets] = [samples(where, 'x', x), samples(where, 'y', y)];
  checkSameCount(where, inputs, targets);
  const count = inputs.shape[0]!;
  const test = testCount(options.testSize ?? 0.25, count);
  const { stratify = false, shuffle: isShuffled = true } = options;
  if (stratify !== false && !isShuffled) fail(where, '`shuffle` with `stratify`', 'shuffle: false');
  const random = new RandomStream(keyOfSeed(options.seed), 0);
  let [train, held] = [[] as number[], [] as number[]];
  if (stratify !== false) {
    const classes = stratify === true ? targets : samples(where, 'stratify', stratify);
    [train, held] = stratified(classes, count, test, random);
  } else {
    const order = Array.from({ length: count }, (_, i) => i);
    if (isShuffled) shuffle(order, random);
    [train, held] = [order.slice(0, count - test), order.slice(count - test)];
  }
  return { xTrain: rows(inputs, train), xTest: rows(inputs, held), yTrain: rows(targets, train), yTest: rows(targets, held) };
}
