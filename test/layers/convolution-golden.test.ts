/** @file Convolution, pooling, padding, cropping and up-sampling against PyTorch (float64), TensorFlow.js and Keras 2. */

import { describe, expect, test } from 'vitest';
import { type GoldenCase, loadGolden } from '../support/golden.ts';
import { checkGoldenLayer, withBatchAxis } from '../support/golden-check.ts';
import { lackingLayer } from '../support/golden-layers.ts';

const files = ['conv1d', 'conv2d', 'conv3d', 'conv_transpose', 'depthwise_separable', 'pooling'];
const spatial = /Conv|Pooling|Padding|Cropping|UpSampling/;
const casesOf = (file: string) => loadGolden(file).cases.filter(({ config }) => spatial.test(String(config.layer)));

describe.each(files)('%s', (file) => {
  test.each(casesOf(file))('$name', (golden) => checkGoldenLayer(golden));
});

describe('padding, cropping and up-sampling', () => {
  test.each(casesOf('shape_merge'))('$name', (golden) => checkGoldenLayer(golden));
});

/** Keras 2 calls the kernel otherwise, and this file leaves out a multiplier that the shape of the kernel tells. */
function fromKeras2(golden: GoldenCase): GoldenCase {
  const { params = {}, grads = {} } = golden;
  const kernel = params.depthwise_kernel;
  if (!kernel) return golden;
  const config: GoldenCase['config'] = { ...golden.config, depth_multiplier: kernel.shape.at(-1) };
  if (config.layer !== 'DepthwiseConv2D') return { ...golden, config };
  return { ...golden, config, params: { ...params, kernel }, grads: { ...grads, kernel: grads.depthwise_kernel! } };
}

/** That library sums the gradient of the second image over the wrong pixels: it does not add up to the sum of all of them. */
const wrongGradient = 'upSampling2d';

describe('layers of TensorFlow.js, which computes in float32', () => {
  const cases = casesOf('tfjs_layers').filter(({ config }) => !lackingLayer(config));
  test.each(cases.filter(({ name }) => name !== wrongGradient))('$name', (golden) =>
    checkGoldenLayer(fromKeras2(golden), { absolute: 1e-5, relative: 1e-5 }),
  );

  test('upSampling2d, outputs', () => {
    const { grads: _, ...golden } = cases.find(({ name }) => name === wrongGradient)!;
    checkGoldenLayer(golden, { absolute: 1e-5, relative: 1e-5 });
  });
});

describe('layers of Keras 2, whose numbers are rounded to six digits', () => {
  test.each(casesOf('keras2_layers_conv_pool'))('$name', (golden) =>
    checkGoldenLayer(withBatchAxis(golden), { absolute: 1e-5, relative: 0 }),
  );
});

test('every case of the files about convolution and pooling is checked', () => {
  for (const file of [...files, 'keras2_layers_conv_pool']) expect(casesOf(file).length).toBe(loadGolden(file).cases.length);
  expect(casesOf('shape_merge').length).toBe(10);
});
