/** @file Layers against golden/dense.json and golden/batchnorm.json: outputs, all gradients, and the moving statistics. */

import { describe, expect, test } from 'vitest';
import { loadGolden } from '../support/golden.ts';
import { checkGoldenLayer } from '../support/golden-check.ts';
import { lackingLayer } from '../support/golden-layers.ts';

const cases = [...loadGolden('dense').cases, ...loadGolden('batchnorm').cases];

/** Cases that cannot run yet, with the reason. */
const left = {};

test('no case is left out without a reason', () => {
  const lacking = cases.flatMap(({ name, config }) => (lackingLayer(config) ? [[name, lackingLayer(config)]] : []));
  expect(Object.fromEntries(lacking)).toEqual(left);
});

describe('golden layers', () => {
  test.each(cases.filter(({ config }) => !lackingLayer(config)))('$name', (golden) => checkGoldenLayer(golden));
});
