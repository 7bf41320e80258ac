/** @file Whole fit() runs against golden/training_dense.json (PyTorch in float64) and golden/tfjs_training.json (TensorFlow.js). */

import { describe, expect, test } from 'vitest';
import type { Callback } from '../../src/callbacks/index.ts';
import { Add, input, type Layer, type SymbolicTensor } from '../../src/layers/index.ts';
import * as losses from '../../src/losses/index.ts';
import { type CompileOptions, Model } from '../../src/models/index.ts';
import * as all from '../../src/optimizers/all.ts';
import type { Optimizer } from '../../src/optimizers/index.ts';
import { expectClose } from '../support/compare.ts';
import { type GoldenCase, loadGolden } from '../support/golden.ts';
import { type GoldenConfig, goldenLayer, lackingLayer, tensorOf } from '../support/golden-layers.ts';

/** Cases that cannot run yet, each with what this version lacks for it. */
const left = {
  training_dense: {},
  training_conv: {},
  tfjs_training: {},
  training_sequence: {},
};

const optimizers = Object.fromEntries(Object.entries(all).map(([type, OptimizerClass]) => [type.toLowerCase(), OptimizerClass]));
const optimizerOptions = {
  learning_rate: 'learningRate',
  momentum: 'momentum',
  nesterov: 'nesterov',
  rho: 'rho',
  epsilon: 'epsilon',
  initial_accumulator_value: 'initialAccumulatorValue',
  weight_decay: 'weightDecay',
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  global_clipnorm: 'globalClipNorm',
};
const betas = { beta_1: 'beta1', beta_2: 'beta2' };
const options: Readonly<Record<string, string>> = { ...optimizerOptions, ...betas };
const lossClasses = {
  mean_absolute_error: losses.MeanAbsoluteError,
  mean_squared_error: losses.MeanSquaredError,
  binary_crossentropy: losses.BinaryCrossentropy,
  categorical_crossentropy: losses.CategoricalCrossentropy,
  huber: losses.Huber,
  sparse_categorical_crossentropy: losses.SparseCategoricalCrossentropy,
};
/** Said of an optimizer, but no option of it. */
const remarks = ['optimizer', 'form'];

const layersOf = ({ config }: GoldenCase): readonly GoldenConfig[] => config.layers as GoldenConfig[];

function lacking({ config }: GoldenCase): string | undefined {
  const { optimizer, ...settings } = config.optimizer as GoldenConfig;
  const loss = typeof config.loss === 'string' ? undefined : String((config.loss as GoldenConfig).loss);
  const reasons = [
    ...(config.layers as GoldenConfig[]).filter(({ layer }) => layer !== 'AddInput').map(lackingLayer),
    String(optimizer) in optimizers ? undefined : `the optimizer ${optimizer}`,
    ...(String(optimizer) in optimizers
      ? Object.keys(settings).filter((key) => !(key in options) && !remarks.includes(key))
      : []),
    loss === undefined || loss in lossClasses ? undefined : `the loss ${loss}`,
  ];
  return [...new Set(reasons.filter((reason) => reason !== undefined))].join(', ') || undefined;
}

function optimizerOf(config: GoldenConfig): Optimizer {
  const entries = Object.entries(config).flatMap(([key, value]) => (options[key] ? [[options[key], value]] : []));
  return new optimizers[String(config.optimizer)]!(Object.fromEntries(entries));
}

function lossOf(spec: unknown): CompileOptions['loss'] {
  if (typeof spec === 'string') return spec;
  const { loss, from_logits: fromLogits, label_smoothing: labelSmoothing, delta } = spec as Record<string, unknown>;
  const given = Object.entries({ fromLogits, labelSmoothing, delta }).filter(([, value]) => value !== undefined);
  return new lossClasses[loss as keyof typeof lossClasses](Object.fromEntries(given));
}

/** What the file calls the layers with weights, in order. */
function prefixesIn({ params = {} }: GoldenCase): string[] {
  return [...new Set(Object.keys(params).map((key) => key.slice(0, key.lastIndexOf('/'))))];
}

/** The model of a case, compiled, with the weights it starts from. `prefixes` says how the case's file calls each layer with weights. */
function modelOf(
  golden: GoldenCase,
  prefixes: readonly string[],
): { model: Model; weightOf: (key: string) => ArrayLike<number> } {
  const { config, inputs, params = {}, state = {} } = golden;
  const start = input({ shape: inputs.x!.shape.slice(1) });
  const layers: Layer[] = [];
  const outputs: SymbolicTensor[] = [];
  // 'AddInput' adds what an earlier layer gave; everything else is fed with what came last.
  for (const settings of layersOf(golden)) {
    const last = outputs.at(-1) ?? start;
    const layer = settings.layer === 'AddInput' ? new Add() : goldenLayer(settings);
    layers.push(layer);
    outputs.push(layer.apply(settings.layer === 'AddInput' ? [last, outputs[settings.from_layer as number]!] : last));
  }
  const model = new Model({ inputs: start, outputs: outputs.at(-1)! });
  const named = new Map(
    layers
      .filter(({ weights }) => weights.length > 0)
      .flatMap((layer, i) =>
        layer.weights.map((weight) => [
          `${prefixes[i]}/${weight.name.split('/').slice(1).join('_').replace('attention_output', 'output')}`,
          weight,
        ]),
      ),
  );
  const given = { ...params, ...state };
  for (const [key, weight] of named) if (given[key]) weight.write(tensorOf(given[key]));
  expect(Object.keys(given).filter((key) => !named.has(key))).toEqual([]);
  model.compile({
    optimizer: optimizerOf(config.optimizer as GoldenConfig),
    loss: lossOf(config.loss),
    metrics: config.metrics as string[],
  });
  return { model, weightOf: (key) => named.get(key)!.read().data };
}

/** Recovers the loss of each batch from the running means a callback sees. */
class BatchLosses implements Callback {
  readonly losses: number[] = [];
  readonly #batchSize: number;
  readonly #count: number;
  #total = 0;

  constructor(batchSize: number, count: number) {
    this.#batchSize = batchSize;
    this.#count = count;
  }

  onTrainBatchEnd(batch: number, { loss }: Record<string, number>): void {
    const seen = Math.min((batch + 1) * this.#batchSize, this.#count);
    const before = batch * this.#batchSize;
    if (batch === 0) this.#total = 0;
    this.losses.push((loss! * seen - this.#total) / (seen - before));
    this.#total = loss! * seen;
  }
}

async function train(golden: GoldenCase, model: Model): Promise<{ batchLosses: number[]; history: Record<string, number[]> }> {
  const { config, inputs } = golden;
  const { x, y, x_val, y_val, sample_weight: weight } = inputs;
  const watched = new BatchLosses(config.batch_size as number, x!.shape[0]!);
  const { history } = await model.fit(tensorOf(x!), tensorOf(y!), {
    batchSize: config.batch_size as number,
    epochs: config.epochs as number,
    shuffle: config.shuffle as boolean,
    callbacks: [watched],
    verbose: 0,
    ...(weight ? { sampleWeight: tensorOf(weight) } : {}),
    ...(x_val && y_val ? { validationData: [tensorOf(x_val), tensorOf(y_val)] } : {}),
  });
  return { batchLosses: watched.losses, history };
}

const finals = ({ outputs }: GoldenCase): [key: string, data: readonly number[]][] =>
  Object.entries(outputs).flatMap(([key, { data }]) => (key.startsWith('final:') ? [[key.slice('final:'.length), data]] : []));

describe.each(Object.entries(left))('%s', (family, reasons) => {
  test('leaves out no case without a reason', () => {
    const found = loadGolden(family).cases.flatMap((golden) => (lacking(golden) ? [[golden.name, lacking(golden)]] : []));
    expect(Object.fromEntries(found)).toEqual(reasons);
  });
});

describe('fit agrees with PyTorch', () => {
  const files = ['training_dense', 'training_conv', 'training_sequence'];
  const cases = files.flatMap((file) => loadGolden(file).cases).filter((golden) => !lacking(golden));
  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
    const { outputs, f32err = {}, inputs } = golden;
    const { model, weightOf } = modelOf(golden, prefixesIn(golden));
    const { batchLosses, history } = await train(golden, model);
    const compare = (key: string, got: ArrayLike<number>): void =>
      expectClose(got, outputs[key]!.data, { absolute: 1e-6 + 10 * (f32err[key] ?? 0), relative: 1e-5 }, key);
    compare('batch_loss', batchLosses);
    const watched = ['loss', 'accuracy', 'val_loss', 'val_accuracy'].filter((name) => outputs[name]);
    expect(watched).toContain('loss');
    for (const name of watched) compare(name, history[name]!);
    const first = tensorOf(inputs.x!).slice(0, 4);
    compare('predict_first_4', (await model.predict(first)).data);
    expect(finals(golden).length).toBe(model.weights.length);
    for (const [key] of finals(golden)) compare(`final:${key}`, weightOf(key));
  });
});

describe('fit agrees with TensorFlow.js', () => {
  const cases = loadGolden('tfjs_training').cases.filter((golden) => !lacking(golden));
  // What conventions ask for: that library computes in float32, and its Adam puts epsilon elsewhere.
  const tolerance = { absolute: 1e-5, relative: 1e-4 };
  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
    const { inputs } = golden;
    // This file's outputs are partly plain lists.
    const outputs = golden.outputs as unknown as Record<string, readonly number[]>;
    const { model, weightOf } = modelOf(golden, prefixesIn(golden));
    const { batchLosses, history } = await train(golden, model);
    expectClose(batchLosses, outputs.batch_loss!, tolerance, 'batch_loss');
    expectClose(history.loss!, outputs.epoch_loss!, tolerance, 'epoch_loss');
    if (outputs.epoch_acc) expectClose(history.accuracy!, outputs.epoch_acc, tolerance, 'epoch_acc');
    const { loss, accuracy } = await model.evaluate(tensorOf(inputs.x!), tensorOf(inputs.y!), { verbose: 0 });
    expectClose([loss!, ...(accuracy === undefined ? [] : [accuracy])], outputs.evaluate!, tolerance, 'evaluate');
    const predictions = await model.predict(tensorOf(inputs.x!).slice(0, 4));
    expectClose(predictions.data, golden.outputs.predict_first_4!.data, tolerance, 'predict_first_4');
    expect(finals(golden).length).toBe(model.weights.length);
    for (const [key, wanted] of finals(golden)) expectClose(weightOf(key), wanted, tolerance, key);
  });
});
