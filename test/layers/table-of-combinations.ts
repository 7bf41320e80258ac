/** @file What the layer engine checks of layers with several inputs, of sequences, images and data that is no numbers yet. */

import * as layers from '../../src/layers/index.ts';
import { checkDataLayer } from '../support/data-layer-engine.ts';
import { checkLayer } from '../support/layer-engine.ts';
import type { LayerRow } from '../support/layer-row.ts';

/** One line per layer and setting. */
export const combinations: readonly LayerRow[] = [
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
