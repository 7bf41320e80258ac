/** @file Layers on images against golden/image_layers.json: outputs and gradients. */

import { describe, expect, test } from 'vitest';
import { loadGolden } from '../support/golden.ts';
import { checkGoldenLayer } from '../support/golden-check.ts';

const { cases } = loadGolden('image_layers');

describe('golden layers on images', () => {
  // The oracle's coordinates are float32: an error of 1e-6 of a pixel, times differences of up to 2 between pixels, four at a time.
  test.each(cases)('$name', (golden) => checkGoldenLayer(golden, { absolute: 1e-5, relative: 1e-5 }));

  test('are of every layer whose result does not depend on chance', () => {
    expect(new Set(cases.map(({ config }) => config.layer))).toEqual(
      new Set(['Resizing', 'CenterCrop', 'RandomRotation', 'RandomTranslation', 'RandomZoom', 'RandomBrightness']),
    );
  });
});
