/** @file Recurrent layers, their wrappers and Embedding against PyTorch (float64), TensorFlow.js and Keras 2: outputs, states, all gradients. */

import { describe, expect, test } from 'vitest';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { add, clip, mul, scale, sum } from '../../src/graph/ops.ts';
import {
  Bidirectional,
  Embedding,
  GRU,
  type Layer,
  LSTM,
  type Recurrent,
  SimpleRNN,
  TimeDistributed,
} from '../../src/layers/index.ts';
import { expectClose, type Tolerance } from '../support/compare.ts';
import { type GoldenCase, loadGolden } from '../support/golden.ts';
import { withBatchAxis } from '../support/golden-check.ts';
import { type GoldenConfig, goldenLayer, tensorOf } from '../support/golden-layers.ts';

const family = ['SimpleRNN', 'LSTM', 'GRU', 'Bidirectional', 'TimeDistributed', 'Embedding'];
const files = ['lstm', 'gru', 'simple_rnn', 'bidirectional', 'embedding'];
const casesOf = (file: string) => loadGolden(file).cases.filter(({ config }) => family.includes(String(config.layer)));

/** The gate function of Keras 2, which is no longer one of Keras. */
const hardSigmoid = (x: Node): Node => clip(scale(x, 0.2, 0.5), 0, 1);

/** Options that one wrapped layer has for itself in these files. */
const outer = ['layer', 'wrapped', 'merge_mode', 'training'];

function camelCased(config: GoldenConfig, keras2: boolean): Record<string, unknown> {
  const known = ['units', 'activation', 'use_bias', 'return_sequences', 'return_state', 'go_backwards'];
  const entries = [...known, 'recurrent_activation', 'reset_after'].flatMap((key) => {
    if (config[key] === undefined) return [];
    const isOld = key === 'recurrent_activation' && /^hard_?sigmoid/i.test(String(config[key]));
    const isOther = isOld && (keras2 || config[key] === 'hard_sigmoid_keras2');
    return [[key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), isOther ? hardSigmoid : config[key]]];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

const recurrent = { SimpleRNN, LSTM, GRU } as unknown as Readonly<Record<string, new (options: object) => Recurrent>>;

/** The layer of a case. Bidirectional names the wrapped class, or holds its whole config. */
function layerOf(config: GoldenConfig, keras2: boolean): Layer {
  const name = String(config.layer);
  const { wrapped = {} } = config;
  const inner: GoldenConfig =
    typeof wrapped === 'string'
      ? { ...Object.fromEntries(Object.entries(config).filter(([key]) => !outer.includes(key))), layer: wrapped }
      : (wrapped as GoldenConfig);
  if (name in recurrent) return new recurrent[name]!(camelCased(config, keras2));
  if (name === 'TimeDistributed') return new TimeDistributed({ layer: goldenLayer(inner) });
  if (name === 'Embedding') return new Embedding({ inputDim: Number(config.input_dim), outputDim: Number(config.output_dim) });
  const layer = new recurrent[String(inner.layer)]!(camelCased(inner, keras2));
  return new Bidirectional({ layer, mergeMode: config.merge_mode as 'concat' });
}

/** Runs a case. Weights come in the order of the layer's. */
function check(golden: GoldenCase, { tolerance, keras2 = false }: { tolerance?: Tolerance; keras2?: boolean } = {}): void {
  const { config, inputs, params = {}, outputs, upstream = {}, grads, f32err = {} } = golden;
  const within = (key: string): Tolerance => tolerance ?? { absolute: 1e-6 + 10 * (f32err[key] ?? 0), relative: 1e-5 };
  const layer = layerOf(config, keras2);
  const names = Object.keys(inputs).filter((name) => name !== 'mask');
  const mask = inputs.mask && tensorOf(inputs.mask);
  const tensors = [...names.map((name) => tensorOf(inputs[name]!)), ...(mask ? [mask] : [])];
  const shapes = tensors.slice(0, names.length).map(({ shape }) => [null, ...shape.slice(1)]);
  layer.ensureBuilt(shapes.length === 1 ? shapes[0]! : shapes);
  expect(layer.weights.map(({ shape }) => shape)).toEqual(Object.values(params).map(({ shape }) => shape));
  layer.setWeights(Object.values(params).map(tensorOf));

  const run = (...args: Node[]): Node[] => {
    const given = args.slice(0, names.length);
    return layer.applyAll(given.length === 1 ? given[0]! : given, mask ? { mask: args.at(-1)! } : {});
  };
  const wanted = Object.keys(outputs);
  const results = jit(run)(...tensors);
  expect(results.length).toBe(wanted.length);
  wanted.forEach((name, i) => {
    expect(results[i]!.shape).toEqual(outputs[name]!.shape);
    expectClose(results[i]!.data, outputs[name]!.data, within(name), name);
  });
  if (!grads) return;
  const loss = (...args: Node[]): Node =>
    run(...args)
      .flatMap((y, i) => (upstream[wanted[i]!] ? [sum(mul(y, tensorOf(upstream[wanted[i]!]!)))] : []))
      .reduce((a, b) => add(a, b));
  const floats = names.filter((name) => grads[name]);
  if (floats.length > 0) {
    const { gradients } = valueAndGrad(loss, { wrt: floats.map((name) => names.indexOf(name)) })(...tensors);
    floats.forEach((name, i) => {
      expectClose(gradients[i]!.data, grads[name]!.data, within(`grad:${name}`), `grad:${name}`);
    });
  }
  const { gradients } = valueAndGrad(loss, { wrt: layer.weights })(...tensors);
  Object.keys(params).forEach((name, i) => {
    expectClose(gradients[i]!.data, grads[name]!.data, within(`grad:${name}`), `grad:${name}`);
  });
}

describe.each(files)('%s', (file) => {
  test.each(casesOf(file))('$name', (golden) => check(golden));
});

describe('layers of TensorFlow.js, which computes in float32', () => {
  test.each(casesOf('tfjs_layers'))('$name', (golden) =>
    check(golden, { tolerance: { absolute: 1e-5, relative: 1e-5 }, keras2: true }),
  );
});

describe.each(['keras2_layers_recurrent', 'keras2_layers_other'])('layers of Keras 2, rounded to six digits: %s', (file) => {
  test.each(casesOf(file))('$name', (golden) => {
    const { grads: _, ...batched } = withBatchAxis(golden);
    check({ ...batched, params: golden.params! }, { tolerance: { absolute: 1e-5, relative: 0 }, keras2: true });
  });
});

test('every case of the files about recurrent layers is checked', () => {
  for (const file of [...files, 'keras2_layers_recurrent']) expect(casesOf(file).length).toBe(loadGolden(file).cases.length);
  expect(casesOf('tfjs_layers').length).toBe(9);
  expect(casesOf('keras2_layers_other').length).toBe(3);
});
