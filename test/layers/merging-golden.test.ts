/** @file Layers that merge several inputs, against PyTorch and TensorFlow.js: outputs and gradients. */

import { describe, expect, test } from 'vitest';
import { type GoldenCase, loadGolden } from '../support/golden.ts';
import { checkGoldenFunction } from '../support/golden-inputs.ts';
import { goldenLayer } from '../support/golden-layers.ts';

const family = ['Add', 'Average', 'Concatenate', 'Dot', 'Maximum', 'Minimum', 'Multiply', 'Subtract'];
const casesOf = (file: string) => loadGolden(file).cases.filter(({ config }) => family.includes(String(config.layer)));

/** The layer of a case as a function of its inputs, in their order. */
function merging({ config }: GoldenCase) {
  const layer = goldenLayer(config);
  return { run: (inputs: object) => [layer.apply(Object.values(inputs))] };
}

test('every merging layer is checked', () => {
  expect([...new Set(casesOf('shape_merge').map(({ config }) => config.layer))].sort()).toEqual(family);
});

describe('merging', () => {
  test.each(casesOf('shape_merge'))('$name', (golden) => checkGoldenFunction(golden, merging(golden)));
});

describe('merging layers of TensorFlow.js, which computes in float32', () => {
  test.each(casesOf('tfjs_layers'))('$name', (golden) =>
    checkGoldenFunction(golden, merging(golden), { absolute: 1e-5, relative: 1e-5 }),
  );
});
