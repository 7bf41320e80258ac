import { describe, expect, test } from 'vitest';
import * as ops from '../../src/graph/ops.ts';
import * as layers from '../../src/layers/index.ts';
import { Layer } from '../../src/layers/index.ts';
import { checkDataLayer } from '../support/data-layer-engine.ts';
import { checkLayer } from '../support/layer-engine.ts';

/** One line per layer and setting; a layer without a line fails the last test. */
const table: readonly [name: string, check: () => Promise<void>][] = [
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
  [
    'Add',
    () =>
      checkLayer(
        layers.Add,
        {},
        [
          [3, 4],
          [3, 4],
          [3, 4],
        ],
        { out: [3, 4], weights: 0 },
      ),
  ],
  [
    'Add',
    () =>
      checkLayer(
        layers.Add,
        {},
        [
          [3, 4],
          [3, 5, 4],
          [3, 5, 1],
        ],
        { out: [3, 5, 4], weights: 0 },
      ),
  ],
  [
    'Subtract',
    () =>
      checkLayer(
        layers.Subtract,
        {},
        [
          [3, 2, 4],
          [3, 1, 4],
        ],
        { out: [3, 2, 4], weights: 0 },
      ),
  ],
  [
    'Multiply',
    () =>
      checkLayer(
        layers.Multiply,
        {},
        [
          [3, 4],
          [3, 1],
          [3, 4],
        ],
        { out: [3, 4], weights: 0 },
      ),
  ],
  [
    'Average',
    () =>
      checkLayer(
        layers.Average,
        {},
        [
          [3, 4],
          [3, 4],
          [3, 1],
        ],
        { out: [3, 4], weights: 0 },
      ),
  ],
  [
    'Maximum',
    () =>
      checkLayer(
        layers.Maximum,
        {},
        [
          [3, 4],
          [3, 4],
        ],
        { out: [3, 4], weights: 0, step: 1e-3 },
      ),
  ],
  [
    'Minimum',
    () =>
      checkLayer(
        layers.Minimum,
        {},
        [
          [3, 4],
          [3, 4],
        ],
        { out: [3, 4], weights: 0, step: 1e-3 },
      ),
  ],
  [
    'Concatenate',
    () =>
      checkLayer(
        layers.Concatenate,
        {},
        [
          [3, 4],
          [3, 1],
          [3, 2],
        ],
        { out: [3, 7], weights: 0 },
      ),
  ],
  [
    'Concatenate',
    () =>
      checkLayer(
        layers.Concatenate,
        { axis: 1 },
        [
          [2, 3, 4],
          [2, 1, 4],
        ],
        { out: [2, 4, 4], weights: 0 },
      ),
  ],
  [
    'Dot',
    () =>
      checkLayer(
        layers.Dot,
        { axes: 1 },
        [
          [3, 4],
          [3, 4],
        ],
        { out: [3, 1], weights: 0 },
      ),
  ],
  [
    'Dot',
    () =>
      checkLayer(
        layers.Dot,
        { axes: -1, normalize: true },
        [
          [2, 3, 4],
          [2, 5, 4],
        ],
        { out: [2, 3, 5], weights: 0 },
      ),
  ],
  [
    'Dot',
    () =>
      checkLayer(
        layers.Dot,
        { axes: [2, 1] as const },
        [
          [2, 3, 4, 2],
          [2, 4, 3],
        ],
        { out: [2, 3, 2, 3], weights: 0 },
      ),
  ],
  [
    'MultiHeadAttention',
    () => checkLayer(layers.MultiHeadAttention, { numHeads: 2, keyDim: 3 }, [2, 5, 4], { out: [2, 5, 4], weights: 8 }),
  ],
  [
    'MultiHeadAttention',
    () =>
      checkLayer(
        layers.MultiHeadAttention,
        { numHeads: 3, keyDim: 2, valueDim: 5, outputShape: [2, 3], useBias: false, useCausalMask: true },
        [
          [2, 5, 4],
          [2, 6, 3],
          [2, 6, 5],
        ],
        { out: [2, 5, 2, 3], weights: 4 },
      ),
  ],
  [
    'Attention',
    () =>
      checkLayer(
        layers.Attention,
        {},
        [
          [2, 3, 4],
          [2, 5, 4],
        ],
        { out: [2, 3, 4], weights: 0 },
      ),
  ],
  [
    'Attention',
    () =>
      checkLayer(
        layers.Attention,
        { useScale: true, scoreMode: 'concat' as const, useCausalMask: true },
        [
          [2, 3, 4],
          [2, 5, 6],
          [2, 5, 4],
        ],
        { out: [2, 3, 6], weights: 2 },
      ),
  ],
  [
    'AdditiveAttention',
    () =>
      checkLayer(
        layers.AdditiveAttention,
        {},
        [
          [2, 3, 4],
          [2, 5, 6],
          [2, 5, 4],
        ],
        { out: [2, 3, 6], weights: 1 },
      ),
  ],
  ['Resizing', () => checkLayer(layers.Resizing, { height: 5, width: 3 }, [2, 3, 4, 2], { out: [2, 5, 3, 2], weights: 0 })],
  [
    'Resizing',
    () =>
      checkLayer(layers.Resizing, { height: 2, width: 3, interpolation: 'nearest' as const }, [2, 5, 4, 3], {
        out: [2, 2, 3, 3],
        weights: 0,
      }),
  ],
  [
    'Resizing',
    () =>
      checkLayer(layers.Resizing, { height: 4, width: 2, padToAspectRatio: true }, [2, 3, 4, 1], {
        out: [2, 4, 2, 1],
        weights: 0,
      }),
  ],
  ['CenterCrop', () => checkLayer(layers.CenterCrop, { height: 2, width: 3 }, [2, 3, 5, 2], { out: [2, 2, 3, 2], weights: 0 })],
  ['CenterCrop', () => checkLayer(layers.CenterCrop, { height: 5, width: 3 }, [2, 3, 5, 2], { out: [2, 5, 3, 2], weights: 0 })],
  [
    'RandomFlip',
    () => checkLayer(layers.RandomFlip, { seed: 1 }, [2, 3, 4, 2], { out: [2, 3, 4, 2], weights: 0, isRandom: true }),
  ],
  [
    'RandomRotation',
    () => checkLayer(layers.RandomRotation, { factor: 0.2 }, [2, 4, 3, 2], { out: [2, 4, 3, 2], weights: 0, isRandom: true }),
  ],
  [
    'RandomTranslation',
    () =>
      checkLayer(layers.RandomTranslation, { heightFactor: 0.2, widthFactor: 0.3, fillMode: 'wrap' as const }, [2, 4, 3, 2], {
        out: [2, 4, 3, 2],
        weights: 0,
        isRandom: true,
      }),
  ],
  [
    'RandomZoom',
    () => checkLayer(layers.RandomZoom, { heightFactor: 0.3 }, [2, 4, 3, 2], { out: [2, 4, 3, 2], weights: 0, isRandom: true }),
  ],
  [
    'RandomContrast',
    () => checkLayer(layers.RandomContrast, { factor: 0.3 }, [2, 4, 3, 2], { out: [2, 4, 3, 2], weights: 0, isRandom: true }),
  ],
  [
    'RandomBrightness',
    () => checkLayer(layers.RandomBrightness, { factor: 0.3 }, [2, 4, 3, 2], { out: [2, 4, 3, 2], weights: 0, isRandom: true }),
  ],
  [
    'RandomCrop',
    () => checkLayer(layers.RandomCrop, { height: 2, width: 3 }, [2, 4, 6, 2], { out: [2, 2, 3, 2], weights: 0, isRandom: true }),
  ],
  ['StringLookup', () => checkDataLayer(layers.StringLookup, {}, ['b', 'a', 'b'], [['a'], ['c']])],
  ['IntegerLookup', () => checkDataLayer(layers.IntegerLookup, { outputMode: 'count' as const }, [5, 7, 5], [[5], [9]])],
  ['TextVectorization', () => checkDataLayer(layers.TextVectorization, { ngrams: 2 }, ['a b c', 'a'], ['b c d'])],
  ['SimpleRNN', () => checkLayer(layers.SimpleRNN, { units: 5 }, [3, 4, 2], { out: [3, 5], weights: 3 })],
  [
    'SimpleRNN',
    () =>
      checkLayer(layers.SimpleRNN, { units: 3, activation: 'softplus', returnSequences: true, useBias: false }, [2, 3, 4], {
        out: [2, 3, 3],
        weights: 2,
      }),
  ],
  ['LSTM', () => checkLayer(layers.LSTM, { units: 5 }, [3, 4, 2], { out: [3, 5], weights: 3 })],
  [
    'LSTM',
    () =>
      checkLayer(layers.LSTM, { units: 6, returnSequences: true, goBackwards: true }, [2, 3, 4], { out: [2, 3, 6], weights: 3 }),
  ],
  [
    'LSTM',
    () =>
      checkLayer(layers.LSTM, { units: 3, activation: 'softsign', recurrentActivation: 'softplus' }, [2, 3, 4], {
        out: [2, 3],
        weights: 3,
      }),
  ],
  ['GRU', () => checkLayer(layers.GRU, { units: 5 }, [3, 4, 2], { out: [3, 5], weights: 3 })],
  ['GRU', () => checkLayer(layers.GRU, { units: 5, useBias: false }, [3, 4, 2], { out: [3, 5], weights: 2 })],
  [
    'GRU',
    () =>
      checkLayer(layers.GRU, { units: 4, resetAfter: false, returnSequences: true }, [3, 4, 2], { out: [3, 4, 4], weights: 3 }),
  ],
  [
    'Bidirectional',
    () =>
      checkLayer(layers.Bidirectional, { layer: new layers.LSTM({ units: 3, returnSequences: true }) }, [2, 4, 5], {
        out: [2, 4, 6],
        weights: 6,
      }),
  ],
  [
    'Bidirectional',
    () =>
      checkLayer(layers.Bidirectional, { layer: new layers.GRU({ units: 3 }), mergeMode: 'sum' as const }, [2, 4, 5], {
        out: [2, 3],
        weights: 6,
      }),
  ],
  [
    'TimeDistributed',
    () =>
      checkLayer(layers.TimeDistributed, { layer: new layers.Dense({ units: 3, activation: 'tanh' }) }, [2, 4, 5], {
        out: [2, 4, 3],
        weights: 2,
      }),
  ],
  // Fractions are cut off: all indices are 0.
  [
    'Embedding',
    () => checkLayer(layers.Embedding, { inputDim: 3, outputDim: 4 }, [2, 3], { out: [2, 3, 4], weights: 1, step: 1e-3 }),
  ],
  ['Masking', () => checkLayer(layers.Masking, {}, [2, 3, 4], { out: [2, 3, 4], weights: 0 })],
];

describe('every layer', () => {
  test.each(table.map(([name, check], i) => [`${name} (${i})`, check] as const))('%s', async (_, check) => check());
});

test('no layer is missing from the table', () => {
  const all = Object.values(layers).filter((value) => typeof value === 'function' && value.prototype instanceof Layer);
  expect(all.length).toBeGreaterThan(0);
  const tested = new Set(table.map(([name]) => name));
  expect(all.map((type) => type.name).filter((name) => !tested.has(name))).toEqual([]);
  // Names in saved files must not depend on a minifier.
  for (const type of all) expect((type as typeof Layer).type).toBe(type.name);
});
