/** @file Every layer passes the layer engine, in the settings of the two tables. */

import { describe, expect, test } from 'vitest';
import * as layers from '../../src/layers/index.ts';
import { Layer } from '../../src/layers/index.ts';
import { basics } from './table-of-basics.ts';
import { combinations } from './table-of-combinations.ts';

/** A layer without a line fails the last test. */
const table = [...basics, ...combinations];

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
