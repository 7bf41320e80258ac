/** @file Losses and their gradients against golden files of three libraries, also behind a final softmax or sigmoid. */

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { concat, gatherRows, reshape, scale, sigmoid, softmax, stack } from '../../src/graph/ops.ts';
import {
  GaussianNLL,
  Huber,
  type Loss,
  lossValue,
  resolveLoss,
  SparseCategoricalCrossentropy,
  TripletMargin,
} from '../../src/losses/index.ts';
import { lossClasses } from '../../src/losses/resolve.ts';
import { expectClose } from '../support/compare.ts';
import { type GoldenCase, type GoldenTensor, loadGolden } from '../support/golden.ts';

const { cases } = loadGolden('losses');

/** That library computes in float32. */
const tfjs = { absolute: 1e-5, relative: 1e-4 };

function tensorOf({ shape, data, dtype }: GoldenTensor): Tensor {
  return new Tensor(dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data), shape);
}

/** Options of a golden config, in our spelling. */
function optionsOf({ loss: _, ...config }: GoldenCase['config']): Record<string, unknown> {
  const camelCase = (key: string): string => key.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]));
}

function lossOf(config: GoldenCase['config'], options: object = {}): Loss {
  const LossClass = lossClasses[resolveLoss(String(config.loss)).type]!;
  return new LossClass({ ...optionsOf(config), ...options });
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

describe('golden losses', () => {
  for (const golden of cases) test(golden.name, () => check(golden, lossOf(golden.config)));
});

describe('from the logits behind the last activation', () => {
  for (const golden of cases) {
    if (golden.config.from_logits !== true) continue;
    const last = String(golden.config.loss).startsWith('binary') ? sigmoid : softmax;
    const loss = lossOf(golden.config, { fromLogits: false });
    test(golden.name, () => check(golden, loss, (x) => last<Node>(x)));
    test(`${golden.name}, reshaped`, () =>
      check(golden, loss, (x) => reshape(last<Node>(reshape(x, [-1, x.shape.at(-1)!])), x.shape)));
  }
});

describe('losses and gradients of TensorFlow.js', () => {
  const own = loadGolden('tfjs_losses_metrics').cases.filter(({ config }) => config.loss);
  test.each(own.map((golden) => [golden.name, golden] as const))('%s', (_, { config, inputs, outputs, grads }) => {
    const loss = resolveLoss(String(config.loss));
    const { value, gradient } = jit((t: Node, p: Node) => {
      const result = lossValue(loss, t, p);
      return { value: result, gradient: gradients(result, [p])[0]! };
    })(tensorOf(inputs.y_true!), tensorOf(inputs.y_pred!));
    expectClose(value.data, outputs.loss!.data, tfjs, 'loss');
    expectClose(gradient.data, grads!.y_pred!.data, tfjs, 'gradient');
  });
  expect(own.length).toBe(14);
});

describe('losses and gradients of PyTorch', () => {
  /** How each is written here: the loss, and targets and predictions from the golden inputs. */
  const forms: Readonly<Record<string, (config: GoldenCase['config'], inputs: Record<string, Node>) => Node>> = {
    gaussian_nll: ({ full, eps }, { input, target, var: variance }) =>
      lossValue(new GaussianNLL({ full: full as boolean, epsilon: eps as number }), target!, concat([input!, variance!], 1)),
    smooth_l1: ({ beta }, { input, target }) =>
      scale(lossValue(new Huber({ delta: beta as number }), target!, input!), 1 / (beta as number)),
    cross_entropy: (_, { input, target, weight }) => {
      const loss = new SparseCategoricalCrossentropy({ fromLogits: true, reduction: 'meanWithSampleWeight' });
      return lossValue(loss, target!, input!, gatherRows(weight!, target!));
    },
    triplet_margin: ({ margin, p, eps }, { anchor, positive, negative }) =>
      lossValue(
        new TripletMargin({ margin: margin as number, p: p as number, epsilon: eps as number }),
        anchor!,
        stack([anchor!, positive!, negative!], 1),
      ),
  };
  /** Losses that this version has in no form, with the reason. */
  const left: Readonly<Record<string, string>> = {
    nll: 'of log-probabilities that need not sum to 1',
    poisson_nll: 'of the logarithm of a rate: Poisson takes the rate itself',
    margin_ranking: 'a loss of two inputs',
    cosine_embedding: 'a loss of two inputs',
    ctc: 'needs a kernel of its own and lengths of sequences',
  };
  for (const golden of loadGolden('losses_torch').cases) {
    const { name, config, inputs, outputs, grads = {} } = golden;
    const form = forms[String(config.loss)];
    if (!form) {
      const reason = left[String(config.loss)];
      expect(reason, name).toBeDefined();
      test.skip(`${name}: ${reason}`);
      continue;
    }
    test(name, () => {
      const names = Object.keys(inputs);
      const wrt = Object.keys(grads);
      const { value, slopes } = jit((...nodes: Node[]) => {
        const given = Object.fromEntries(names.map((key, i) => [key, nodes[i]!]));
        const result = form(config, given);
        return {
          value: result,
          slopes: gradients(
            result,
            wrt.map((key) => given[key]!),
          ),
        };
      })(...names.map((key) => tensorOf(inputs[key]!)));
      expectClose(value.data, outputs.loss!.data, { absolute: 1e-6, relative: 1e-5 }, 'loss');
      wrt.forEach((key, i) => {
        expectClose(slopes[i]!.data, grads[key]!.data, { absolute: 1e-6, relative: 1e-5 }, key);
      });
    });
  }
});
