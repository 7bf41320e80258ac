/** @file What the layer engine checks of dense, convolutional, pooling, normalizing, noisy and activation layers. */

import * as ops from '../../src/graph/ops.ts';
import * as layers from '../../src/layers/index.ts';
import { checkLayer } from '../support/layer-engine.ts';
import type { LayerRow } from '../support/layer-row.ts';

/** One line per layer and setting. */
export const basics: readonly LayerRow[] = [
  ['Dense', () => checkLayer(layers.Dense, { units: 4 }, [3, 5], { out: [3, 4], weights: 2 })],
  [
    'Dense',
    () => checkLayer(layers.Dense, { units: 7, activation: 'tanh', useBias: false }, [2, 3, 4], { out: [2, 3, 7], weights: 1 }),
  ],
  [
    'Dense',
    () =>
      checkLayer(layers.Dense, { units: 33, activation: 'sigmoid', kernelInitializer: 'heNormal' }, [9, 17], {
        out: [9, 33],
        weights: 2,
      }),
  ],
  ['Activation', () => checkLayer(layers.Activation, { activation: 'softmax' }, [4, 6], { out: [4, 6], weights: 0 })],
  ['Activation', () => checkLayer(layers.Activation, { activation: 'relu' }, [4, 2, 3], { out: [4, 2, 3], weights: 0 })],
  ['Flatten', () => checkLayer(layers.Flatten, {}, [2, 3, 4], { out: [2, 12], weights: 0 })],
  ['Flatten', () => checkLayer(layers.Flatten, {}, [5], { out: [5, 1], weights: 0 })],
  ['Dropout', () => checkLayer(layers.Dropout, { rate: 0.5 }, [4, 6], { out: [4, 6], weights: 0, isRandom: true })],
  ['BatchNormalization', () => checkLayer(layers.BatchNormalization, {}, [8, 5], { out: [8, 5], weights: 4 })],
  [
    'BatchNormalization',
    () => checkLayer(layers.BatchNormalization, { axis: 1, scale: false }, [6, 3, 4], { out: [6, 3, 4], weights: 3 }),
  ],
  [
    'Conv1D',
    () => checkLayer(layers.Conv1D, { filters: 4, kernelSize: 3, padding: 'causal' }, [2, 9, 3], { out: [2, 9, 4], weights: 2 }),
  ],
  [
    'Conv1D',
    () => checkLayer(layers.Conv1D, { filters: 5, kernelSize: 2, dilationRate: 3 }, [2, 9, 1], { out: [2, 6, 5], weights: 2 }),
  ],
  [
    'Conv2D',
    () =>
      checkLayer(layers.Conv2D, { filters: 5, kernelSize: 3, activation: 'tanh' }, [2, 6, 7, 3], {
        out: [2, 4, 5, 5],
        weights: 2,
      }),
  ],
  [
    'Conv2D',
    () =>
      checkLayer(
        layers.Conv2D,
        { filters: 4, kernelSize: [3, 2], strides: [2, 1], padding: 'same', groups: 2, useBias: false },
        [2, 7, 5, 4],
        { out: [2, 4, 5, 4], weights: 1 },
      ),
  ],
  [
    'Conv3D',
    () =>
      checkLayer(layers.Conv3D, { filters: 3, kernelSize: 2, padding: 'same' }, [2, 3, 4, 3, 2], {
        out: [2, 3, 4, 3, 3],
        weights: 2,
      }),
  ],
  ['MaxPooling1D', () => checkLayer(layers.MaxPooling1D, {}, [2, 7, 3], { out: [2, 3, 3], weights: 0, step: 1e-4 })],
  [
    'MaxPooling2D',
    () =>
      checkLayer(layers.MaxPooling2D, { poolSize: 3, strides: 2, padding: 'same' as const }, [2, 7, 6, 3], {
        out: [2, 4, 3, 3],
        weights: 0,
        step: 1e-4,
      }),
  ],
  ['MaxPooling3D', () => checkLayer(layers.MaxPooling3D, {}, [2, 4, 5, 4, 3], { out: [2, 2, 2, 2, 3], weights: 0, step: 1e-4 })],
  [
    'AveragePooling1D',
    () =>
      checkLayer(layers.AveragePooling1D, { poolSize: 3, strides: 1, padding: 'same' as const }, [2, 7, 3], {
        out: [2, 7, 3],
        weights: 0,
      }),
  ],
  [
    'AveragePooling2D',
    () => checkLayer(layers.AveragePooling2D, { poolSize: [2, 3] }, [2, 7, 6, 3], { out: [2, 3, 2, 3], weights: 0 }),
  ],
  [
    'AveragePooling3D',
    () =>
      checkLayer(layers.AveragePooling3D, { padding: 'same' as const }, [2, 3, 4, 3, 2], { out: [2, 2, 2, 2, 2], weights: 0 }),
  ],
  ['GlobalAveragePooling1D', () => checkLayer(layers.GlobalAveragePooling1D, {}, [3, 5, 4], { out: [3, 4], weights: 0 })],
  [
    'GlobalAveragePooling2D',
    () => checkLayer(layers.GlobalAveragePooling2D, { keepdims: true }, [3, 5, 2, 4], { out: [3, 1, 1, 4], weights: 0 }),
  ],
  [
    'GlobalMaxPooling1D',
    () => checkLayer(layers.GlobalMaxPooling1D, { keepdims: true }, [3, 5, 4], { out: [3, 1, 4], weights: 0, step: 1e-4 }),
  ],
  ['GlobalMaxPooling2D', () => checkLayer(layers.GlobalMaxPooling2D, {}, [3, 5, 2, 4], { out: [3, 4], weights: 0, step: 1e-4 })],
  [
    'ActivityRegularization',
    () => checkLayer(layers.ActivityRegularization, { l1: 0.1, l2: 0.2 }, [3, 4], { out: [3, 4], weights: 0 }),
  ],
  ['AlphaDropout', () => checkLayer(layers.AlphaDropout, { rate: 0.3 }, [4, 6], { out: [4, 6], weights: 0, isRandom: true })],
  ['CategoryEncoding', () => checkLayer(layers.CategoryEncoding, { numTokens: 5 }, [4, 3], { out: [4, 5], weights: 0 })],
  [
    'CategoryEncoding',
    () => checkLayer(layers.CategoryEncoding, { numTokens: 2, outputMode: 'oneHot' }, [4, 3], { out: [4, 3, 2], weights: 0 }),
  ],
  [
    'Discretization',
    () => checkLayer(layers.Discretization, { binBoundaries: [0], outputMode: 'count' }, [4, 3], { out: [4, 2], weights: 0 }),
  ],
  [
    'GaussianDropout',
    () => checkLayer(layers.GaussianDropout, { rate: 0.3 }, [4, 6], { out: [4, 6], weights: 0, isRandom: true }),
  ],
  ['GaussianNoise', () => checkLayer(layers.GaussianNoise, { stddev: 0.3 }, [4, 6], { out: [4, 6], weights: 0, isRandom: true })],
  ['GroupNormalization', () => checkLayer(layers.GroupNormalization, { groups: 2 }, [3, 5, 4], { out: [3, 5, 4], weights: 2 })],
  [
    'GroupNormalization',
    () => checkLayer(layers.GroupNormalization, { groups: -1, axis: 1, scale: false }, [3, 4, 6], { out: [3, 4, 6], weights: 1 }),
  ],
  ['Identity', () => checkLayer(layers.Identity, {}, [2, 3], { out: [2, 3], weights: 0 })],
  [
    'Lambda',
    () => checkLayer(layers.Lambda, { function: (x) => ops.sum(ops.square(x), 1) }, [4, 3, 5], { out: [4, 5], weights: 0 }),
  ],
  ['LayerNormalization', () => checkLayer(layers.LayerNormalization, {}, [4, 7], { out: [4, 7], weights: 2 })],
  [
    'LayerNormalization',
    () => checkLayer(layers.LayerNormalization, { axis: [1, 3], center: false }, [2, 3, 2, 4], { out: [2, 3, 2, 4], weights: 1 }),
  ],
  ['Normalization', () => checkLayer(layers.Normalization, {}, [4, 3], { out: [4, 3], weights: 2 })],
  [
    'Normalization',
    () => checkLayer(layers.Normalization, { mean: 1, variance: [4, 9, 16], invert: true }, [4, 3], { out: [4, 3], weights: 0 }),
  ],
  ['Permute', () => checkLayer(layers.Permute, { dims: [3, 1, 2] }, [2, 3, 4, 5], { out: [2, 5, 3, 4], weights: 0 })],
  ['RepeatVector', () => checkLayer(layers.RepeatVector, { n: 3 }, [2, 4], { out: [2, 3, 4], weights: 0 })],
  ['Rescaling', () => checkLayer(layers.Rescaling, { scale: 2, offset: -1 }, [2, 4], { out: [2, 4], weights: 0 })],
  ['Reshape', () => checkLayer(layers.Reshape, { targetShape: [3, -1] }, [2, 6], { out: [2, 3, 2], weights: 0 })],
  ['RMSNormalization', () => checkLayer(layers.RMSNormalization, {}, [4, 7], { out: [4, 7], weights: 1 })],
  [
    'SpatialDropout1D',
    () => checkLayer(layers.SpatialDropout1D, { rate: 0.5 }, [2, 3, 4], { out: [2, 3, 4], weights: 0, isRandom: true }),
  ],
  [
    'SpatialDropout2D',
    () => checkLayer(layers.SpatialDropout2D, { rate: 0.5 }, [2, 3, 2, 4], { out: [2, 3, 2, 4], weights: 0, isRandom: true }),
  ],
  ['UnitNormalization', () => checkLayer(layers.UnitNormalization, {}, [4, 5], { out: [4, 5], weights: 0 })],
  [
    'Conv1DTranspose',
    () =>
      checkLayer(layers.Conv1DTranspose, { filters: 3, kernelSize: 3, strides: 2, outputPadding: 1 }, [2, 4, 2], {
        out: [2, 10, 3],
        weights: 2,
      }),
  ],
  [
    'Conv2DTranspose',
    () =>
      checkLayer(
        layers.Conv2DTranspose,
        { filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'tanh' },
        [2, 3, 4, 5],
        { out: [2, 6, 8, 3], weights: 2 },
      ),
  ],
  [
    'DepthwiseConv1D',
    () => checkLayer(layers.DepthwiseConv1D, { kernelSize: 3, depthMultiplier: 2 }, [2, 6, 3], { out: [2, 4, 6], weights: 2 }),
  ],
  [
    'DepthwiseConv2D',
    () =>
      checkLayer(layers.DepthwiseConv2D, { kernelSize: 3, padding: 'same', activation: 'tanh' }, [2, 5, 4, 5], {
        out: [2, 5, 4, 5],
        weights: 2,
      }),
  ],
  [
    'SeparableConv1D',
    () =>
      checkLayer(layers.SeparableConv1D, { filters: 4, kernelSize: 2, strides: 2 }, [2, 7, 3], { out: [2, 3, 4], weights: 3 }),
  ],
  [
    'SeparableConv2D',
    () =>
      checkLayer(layers.SeparableConv2D, { filters: 4, kernelSize: 3, depthMultiplier: 2, useBias: false }, [2, 5, 6, 3], {
        out: [2, 3, 4, 4],
        weights: 2,
      }),
  ],
  [
    'ZeroPadding1D',
    () => checkLayer(layers.ZeroPadding1D, { padding: [2, 0] as const }, [2, 3, 4], { out: [2, 5, 4], weights: 0 }),
  ],
  ['ZeroPadding2D', () => checkLayer(layers.ZeroPadding2D, {}, [2, 3, 4, 2], { out: [2, 5, 6, 2], weights: 0 })],
  ['Cropping1D', () => checkLayer(layers.Cropping1D, {}, [2, 5, 3], { out: [2, 3, 3], weights: 0 })],
  [
    'Cropping2D',
    () =>
      checkLayer(
        layers.Cropping2D,
        {
          cropping: [
            [1, 0],
            [0, 2],
          ] as const,
        },
        [2, 5, 4, 3],
        { out: [2, 4, 2, 3], weights: 0 },
      ),
  ],
  ['UpSampling1D', () => checkLayer(layers.UpSampling1D, { size: 3 }, [2, 3, 4], { out: [2, 9, 4], weights: 0 })],
  ['UpSampling2D', () => checkLayer(layers.UpSampling2D, { size: [2, 3] }, [2, 3, 4, 2], { out: [2, 6, 12, 2], weights: 0 })],
  [
    'UpSampling2D',
    () =>
      checkLayer(layers.UpSampling2D, { interpolation: 'bilinear' as const }, [2, 3, 1, 2], { out: [2, 6, 2, 2], weights: 0 }),
  ],
  [
    'ReLU',
    () =>
      checkLayer(layers.ReLU, { maxValue: 0.523, negativeSlope: 0.1, threshold: 0.05 }, [4, 6], {
        out: [4, 6],
        weights: 0,
        step: 1e-3,
      }),
  ],
  ['LeakyReLU', () => checkLayer(layers.LeakyReLU, {}, [4, 6], { out: [4, 6], weights: 0 })],
  ['ELU', () => checkLayer(layers.ELU, { alpha: 0.5 }, [4, 6], { out: [4, 6], weights: 0 })],
  ['PReLU', () => checkLayer(layers.PReLU, { alphaInitializer: 'ones' }, [4, 6], { out: [4, 6], weights: 1 })],
  ['PReLU', () => checkLayer(layers.PReLU, { sharedAxes: [1, 2] }, [2, 3, 4, 5], { out: [2, 3, 4, 5], weights: 1 })],
  ['Softmax', () => checkLayer(layers.Softmax, {}, [4, 6], { out: [4, 6], weights: 0 })],
  ['Softmax', () => checkLayer(layers.Softmax, { axis: [1, 3] }, [2, 3, 4, 5], { out: [2, 3, 4, 5], weights: 0 })],
  ['RandomizedReLU', () => checkLayer(layers.RandomizedReLU, {}, [4, 6], { out: [4, 6], weights: 0, isRandom: true })],
  ['Swish', () => checkLayer(layers.Swish, {}, [4, 6], { out: [4, 6], weights: 1 })],
  ['Swish', () => checkLayer(layers.Swish, { perChannel: true }, [4, 3, 6], { out: [4, 3, 6], weights: 1 })],
  ['Maxout', () => checkLayer(layers.Maxout, { units: 4, pieces: 3 }, [5, 2, 6], { out: [5, 2, 4], weights: 2, step: 1e-3 })],
];
