/** @file Losses, their values per position and their gradients against golden/losses.json, also behind a final softmax or sigmoid. */

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { reshape, sigmoid, softmax } from '../../src/graph/ops.ts';
import { type Loss, lossValue, resolveLoss } from '../../src/losses/index.ts';
import { lossClasses } from '../../src/losses/resolve.ts';
import { expectClose } from '../support/compare.ts';
import { type GoldenCase, type GoldenTensor, loadGolden } from '../support/golden.ts';

const { cases } = loadGolden('losses');

/** Losses of the golden file that this version does not have. */
const notImplemented = [
  'binary_focal_crossentropy',
  'categorical_focal_crossentropy',
  'categorical_hinge',
  'cosine_similarity',
  'dice',
  'hinge',
  'huber',
  'kl_divergence',
  'log_cosh',
  'mean_absolute_percentage_error',
  'mean_squared_logarithmic_error',
  'poisson',
  'squared_hinge',
  'tversky',
];

function tensorOf({ shape, data, dtype }: GoldenTensor): Tensor {
  return new Tensor(dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data), shape);
}

function lossOf(
  { loss, from_logits, label_smoothing, ignore_class, reduction }: GoldenCase['config'],
  fromLogits = from_logits,
): Loss {
  const LossClass = lossClasses[resolveLoss(String(loss)).type]!;
  return new LossClass({ fromLogits, labelSmoothing: label_smoothing, ignoreClass: ignore_class, reduction } as object);
}

function check(golden: GoldenCase, loss: Loss, activation: (x: Node) => Node = (x) => x): void {
  const { inputs, outputs, grads, f32err } = golden;
  const compute = jit((yTrue: Node, yPred: Node, weight?: Node) => {
    const prediction = activation(yPred);
    const value = lossValue(loss, yTrue, prediction, weight);
    return { value, perSample: loss.call(...loss.prepare(yTrue, prediction)), gradient: gradients(value, [yPred])[0]! };
  });
  const given = [inputs.y_true, inputs.y_pred, inputs.sample_weight].flatMap((input) => (input ? [tensorOf(input)] : []));
  const { value, perSample, gradient } = compute(...given);
  const compare = (got: Tensor, wanted: GoldenTensor, key: string): void => {
    expect(got.shape).toEqual(wanted.shape);
    expectClose(got.data, wanted.data, { absolute: 1e-6 + 10 * (f32err?.[key] ?? 0), relative: 1e-5 }, key);
  };
  expect(golden.upstream!.loss!.data).toEqual([1]);
  compare(value, outputs.loss!, 'loss');
  compare(perSample, outputs.per_sample!, 'per_sample');
  compare(gradient, grads!.y_pred!, 'grad:y_pred');
}

const isPending = ({ config }: GoldenCase): boolean => notImplemented.includes(String(config.loss));

describe('golden losses', () => {
  for (const golden of cases) {
    if (isPending(golden)) test.skip(`${golden.name}: not implemented in this version`);
    else test(golden.name, () => check(golden, lossOf(golden.config)));
  }
});

describe('from the logits behind the last activation', () => {
  for (const golden of cases) {
    if (isPending(golden) || golden.config.from_logits !== true) continue;
    const last = String(golden.config.loss).startsWith('binary') ? sigmoid : softmax;
    test(golden.name, () => check(golden, lossOf(golden.config, false), (x) => last<Node>(x)));
    test(`${golden.name}, reshaped`, () =>
      check(golden, lossOf(golden.config, false), (x) => reshape(last<Node>(reshape(x, [-1, x.shape.at(-1)!])), x.shape)));
  }
});

test('the list of losses that are missing is up to date', () => {
  for (const name of notImplemented) {
    expect(() => resolveLoss(name), name).toThrow(/expected the name of a loss/);
    expect(cases.some(({ config }) => config.loss === name)).toBe(true);
  }
});
