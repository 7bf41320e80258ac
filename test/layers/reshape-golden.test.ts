/** @file Layers that move elements, and Dense as other libraries compute it, against PyTorch, TensorFlow.js and Keras 2. */

import { describe, expect, test } from 'vitest';
import { loadGolden } from '../support/golden.ts';
import { checkGoldenLayer, withBatchAxis } from '../support/golden-check.ts';

const family = ['Dense', 'Flatten', 'Permute', 'RepeatVector', 'Reshape'];
const casesOf = (file: string) => loadGolden(file).cases.filter(({ config }) => family.includes(String(config.layer)));

/** Layers in these files that are not checked here, by the reason. */
const left: Readonly<Record<string, readonly string[]>> = {
  'normalizes, see normalization-golden.test.ts': ['BatchNormalization', 'LayerNormalization'],
  'takes several inputs, see merging-golden.test.ts': [
    'Add',
    'Average',
    'Concatenate',
    'Dot',
    'Maximum',
    'Minimum',
    'Multiply',
    'Subtract',
  ],
  'works on neighbourhoods in space': [
    ...['AveragePooling1D', 'AveragePooling2D', 'Conv1D', 'Conv2D', 'Conv2DTranspose', 'Cropping1D', 'Cropping2D'],
    ...['DepthwiseConv2D', 'GlobalAveragePooling2D', 'GlobalMaxPooling1D', 'MaxPooling2D', 'SeparableConv2D', 'UpSampling1D'],
    ...['UpSampling2D', 'ZeroPadding1D', 'ZeroPadding2D'],
  ],
  'works on sequences or tokens, see recurrent-golden.test.ts': [
    'Bidirectional',
    'Embedding',
    'GRU',
    'LSTM',
    'SimpleRNN',
    'TimeDistributed',
  ],
  'is an activation': ['ELU', 'LeakyReLU', 'PReLU', 'ReLU', 'Softmax', 'ThresholdedReLU'],
};

test('no layer of these files is left out without a reason', () => {
  const all = ['shape_merge', 'tfjs_layers', 'keras2_layers_other'].flatMap((file) => loadGolden(file).cases);
  const names = new Set(all.map(({ config }) => String(config.layer)));
  expect([...names].sort()).toEqual([...family, ...Object.values(left).flat()].sort());
});

describe('moving elements', () => {
  test.each(casesOf('shape_merge'))('$name', (golden) => checkGoldenLayer(golden));
});

describe('layers of TensorFlow.js, which computes in float32', () => {
  test.each(casesOf('tfjs_layers'))('$name', (golden) => checkGoldenLayer(golden, { absolute: 1e-5, relative: 1e-5 }));
});

describe('layers of Keras 2, whose numbers are rounded to six digits', () => {
  test.each(casesOf('keras2_layers_other'))('$name', (golden) =>
    checkGoldenLayer(withBatchAxis(golden), { absolute: 1e-5, relative: 0 }),
  );
});
