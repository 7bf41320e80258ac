/** @file Normalization layers against PyTorch, TensorFlow.js and Keras 2: outputs, gradients, moving statistics. */

import { describe, test } from 'vitest';
import { loadGolden } from '../support/golden.ts';
import { checkGoldenLayer, withBatchAxis } from '../support/golden-check.ts';

const family = ['BatchNormalization', 'LayerNormalization', 'GroupNormalization', 'RMSNormalization', 'UnitNormalization'];
const casesOf = (file: string) => loadGolden(file).cases.filter(({ config }) => family.includes(String(config.layer)));

describe('layer, group, root mean square and unit normalization', () => {
  test.each(casesOf('layer_group_norm'))('$name', (golden) => checkGoldenLayer(golden));
});

describe('normalization of TensorFlow.js, which computes in float32', () => {
  test.each(casesOf('tfjs_layers'))('$name', (golden) => checkGoldenLayer(golden, { absolute: 1e-5, relative: 1e-5 }));
});

describe('normalization of Keras 2, whose numbers are rounded to six digits', () => {
  test.each(casesOf('keras2_layers_other'))('$name', (golden) =>
    checkGoldenLayer(withBatchAxis(golden), { absolute: 1e-5, relative: 0 }),
  );
});
