/** @file Every option of Keras 3's layers, losses, metrics and optimizers is an option here, or stands below with the reason why not. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as layers from '../src/layers/index.ts';
import * as losses from '../src/losses/all.ts';
import * as metrics from '../src/metrics/all.ts';
import * as optimizers from '../src/optimizers/all.ts';

type Signatures = Readonly<Record<string, Readonly<Record<string, { parameters: Readonly<Record<string, unknown>> }>>>>;
const { kinds } = JSON.parse(readFileSync(new URL('golden/keras3_signatures.json', import.meta.url), 'utf8')) as {
  kinds: Signatures;
};

/** What every class has, or Python needs. */
const general = ['self', 'args', 'kwargs', 'name', 'dtype', 'trainable', 'learning_rate', 'reduction'];

const leftOut: Readonly<Record<string, string>> = {
  data_format: 'channels come last',
  weights: 'setWeights gives a layer its weights',
  use_cudnn: 'about one kind of hardware',
  flash_attention: 'about one kind of hardware',
  quantization_config: 'weights are float32',
  lora_rank: 'low-rank adaption is not there yet',
  lora_alpha: 'low-rank adaption is not there yet',
  sparse: 'there are no sparse tensors',
  ragged: 'there are no ragged tensors',
  encoding: 'JavaScript has one kind of strings',
  vocabulary_dtype: 'integers are int32',
  unroll: 'fused kernels are faster than unrolled steps',
  synchronized: 'training does not span machines',
  renorm: 'an option of Keras 2 that Keras 3 ignores',
  renorm_clipping: 'an option of Keras 2 that Keras 3 ignores',
  renorm_momentum: 'an option of Keras 2 that Keras 3 ignores',
  arguments: 'a function in JavaScript has its own variables',
  mask: 'a function gets the mask with the context',
  oov_method: 'unknown words are hashed as Keras does by default',
  salt: 'unknown words are hashed as Keras does by default',
  epsilon: 'quantiles are exact',
  sliding_window: 'not there yet',
  use_gate: 'not there yet',
  alpha_regularizer: 'not there yet',
  alpha_constraint: 'not there yet',
  antialias: 'not there yet',
  fill_mode: 'not there yet',
  axis: 'classes are on the last axis',
  num_labels: 'found out from the data',
  from_sorted_ids: 'scores are given, not ids',
};

/** Options that all optimizers have by their base. */
const optimizerOptions = [
  'weight_decay',
  'clipnorm',
  'clipvalue',
  'global_clipnorm',
  'use_ema',
  'ema_momentum',
  'ema_overwrite_frequency',
  'loss_scale_factor',
  'gradient_accumulation_steps',
];

const rooms: Readonly<Record<string, object>> = { layers, losses, metrics, optimizers };
const camelCase = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** `Class.option` for all that is missing here. */
function missing(kind: string): string[] {
  const room = rooms[kind] as Readonly<Record<string, { optionNames?: object } | undefined>>;
  return Object.entries(kinds[kind]!).flatMap(([type, { parameters }]) => {
    const { optionNames } = room[type] ?? {};
    if (!optionNames) return [];
    const inherited = kind === 'optimizers' ? optimizerOptions : [];
    return Object.keys(parameters)
      .filter((name) => !general.includes(name) && !inherited.includes(name))
      .filter((name) => !Object.hasOwn(optionNames, camelCase(name)))
      .map((name) => `${type}.${name}`);
  });
}

describe.each(Object.keys(rooms))('%s', (kind) => {
  test('have the options of Keras 3, or a reason why not', () => {
    expect(missing(kind).filter((entry) => !(entry.split('.')[1]! in leftOut))).toEqual([]);
  });
});

test('every reason is needed', () => {
  const used = new Set(Object.keys(rooms).flatMap((kind) => missing(kind).map((entry) => entry.split('.')[1]!)));
  expect(Object.keys(leftOut).filter((name) => !used.has(name))).toEqual([]);
});

test('optimizers take what all of them have', () => {
  expect(() => new optimizers.Adam({ weightDecay: 0.01, clipNorm: 1 })).not.toThrow();
  expect(() => new optimizers.SGD({ globalClipNorm: 1, weightDecay: 0.1 })).not.toThrow();
  expect(() => new optimizers.RMSprop({ clipValue: 1 })).not.toThrow();
  expect(() => new optimizers.Lion({ useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 10 })).not.toThrow();
  expect(() => new optimizers.Adamax({ lossScaleFactor: 8, gradientAccumulationSteps: 2 })).not.toThrow();
});
