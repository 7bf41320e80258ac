import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/base/fail.ts';
import { Tensor, type TensorLike, tensor } from '../../src/base/tensor.ts';
import {
  checkFinite,
  checkSameCount,
  checkSampleShape,
  copyRows,
  countArgument,
  samples,
  tensorNamed,
} from '../../src/data/arrays.ts';

describe('samples', () => {
  test('are tensors with a batch axis', () => {
    expect(
      samples('fit', 'x', [
        [1, 2],
        [3, 4],
      ]).shape,
    ).toEqual([2, 2]);
    const given = tensor(Uint8Array.of(1, 2));
    expect(samples('fit', 'x', given)).toBe(given);
  });

  const wrong: readonly [value: unknown, text: string][] = [
    [undefined, '[fit] expected `x`, got nothing.'],
    [null, '[fit] expected `x`, got nothing.'],
    [5, '[fit] expected `x` with a batch axis, got a single number. Hint: wrap it in an array.'],
    [[], '[fit] expected `x` with at least one sample, got shape [0].'],
    [[[], []], '[fit] expected `x` without empty axes, got shape [2, 0].'],
    [[[1], [2, 3]], '[fit] `x`: [tensor] expected 1 elements at [1], got 2. Hint: all rows must have the same length.'],
  ];
  test.each(wrong)('are not %j', (value, text) => {
    expect(() => samples('fit', 'x', value as TensorLike)).toThrow(text);
  });

  test('keep the kind of the error when the argument is named', () => {
    expect(() => tensorNamed('fit', 'y', [[1], [2, 3]])).toThrow(ShapeError);
    expect(tensorNamed('fit', 'y', [1, 2], 'int32').data).toEqual(Int32Array.of(1, 2));
  });

  test('must be as many as their targets', () => {
    checkSameCount('fit', tensor([1, 2]), tensor([[1], [2]]));
    expect(() => checkSameCount('fit', tensor([1, 2]), tensor([1]))).toThrow(/got 2 inputs and 1 targets/);
  });
});

describe('the shape of samples', () => {
  test('may leave sizes open', () => {
    const x = tensor([[[1, 2]], [[3, 4]]]);
    for (const expected of [
      [null, 1, 2],
      [null, null, 2],
      [7, 1, 2],
    ])
      checkSampleShape('fit', x, expected);
  });

  test('is refused with a hint where the batch axis seems to be missing', () => {
    expect(() => checkSampleShape('fit', tensor([1, 2]), [null, 2])).toThrow(/got \[2\]\. Hint: the first axis is the batch/);
    expect(() => checkSampleShape('fit', tensor([[1, 2]]), [null, 3])).toThrow(
      new ShapeError('[fit] expected inputs of shape [?, 3], got [1, 2].'),
    );
  });
});

describe('looking for NaN', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'finds the first %f and tells its index',
    (value) => {
      const data = new Float32Array(24);
      data[17] = value;
      data[20] = Number.NaN;
      expect(() => checkFinite('fit', 'x', new Tensor(data, [2, 3, 4]))).toThrow(
        `[fit] expected finite numbers in \`x\`, got ${value} at [1, 1, 1]. Hint: remove or fill missing values first.`,
      );
    },
  );

  test('lets all finite numbers through', () => {
    checkFinite('fit', 'x', tensor([0, -0, 3e38, 1e-45]));
    checkFinite('fit', 'x', tensor(Int32Array.of(1)));
  });
});

test('rows are copied in the order of their indices, of any type', () => {
  for (const Type of [Float32Array, Int32Array, Uint8Array]) {
    const source = new Tensor(Type.from([1, 2, 3, 4, 5, 6]), [3, 1, 2]);
    const target = new Type(8).fill(9);
    copyRows(source, [2, 0, 2], target);
    expect([...target]).toEqual([5, 6, 1, 2, 5, 6, 9, 9]);
  }
});

test('counts are whole numbers that are large enough', () => {
  expect(countArgument('fit', 'epochs', 3)).toBe(3);
  expect(countArgument('fit', 'initialEpoch', 0, 0)).toBe(0);
  for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => countArgument('fit', 'epochs', wrong)).toThrow(`[fit] expected \`epochs\` to be an integer >= 1, got ${wrong}.`);
  }
});
