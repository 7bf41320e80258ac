import { expect, test } from 'vitest';
import { jit } from '../../src/graph/jit.ts';
import { Flatten } from '../../src/layers/index.ts';
import { noise } from '../support/models.ts';

test.each([
  [
    [null, 2, 3],
    [null, 6],
  ],
  [
    [null, 5],
    [null, 5],
  ],
  [[null], [null, 1]],
  [
    [8, 2, 2, 2],
    [8, 8],
  ],
  [
    [null, null, 3],
    [null, null],
  ],
])('Flatten turns %j into %j', (input, output) => {
  expect(new Flatten().ensureBuilt(input)).toEqual(output);
});

test('Flatten keeps the elements in order', () => {
  const x = noise([2, 3, 4]);
  const layer = new Flatten();
  const result = jit((input) => layer.call(input))(x);
  expect(result.shape).toEqual([2, 12]);
  expect(result.data).toEqual(x.data);
});
