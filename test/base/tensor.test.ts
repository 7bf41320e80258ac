import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/base/fail.ts';
import { Tensor, type TensorLike, tensor } from '../../src/base/tensor.ts';

describe('tensor()', () => {
  const nested = [[[1, 2, 3]], [[4, 5, 6]]];
  const cases: readonly [name: string, value: TensorLike, shape: number[], dtype: string, data: number[]][] = [
    ['a number', 7, [], 'float32', [7]],
    ['true', true, [], 'float32', [1]],
    ['a list', [1, 2, 3], [3], 'float32', [1, 2, 3]],
    ['nested lists', nested, [2, 1, 3], 'float32', [1, 2, 3, 4, 5, 6]],
    [
      'booleans',
      [
        [true, false],
        [false, true],
      ],
      [2, 2],
      'float32',
      [1, 0, 0, 1],
    ],
    ['typed rows', [Float32Array.of(1, 2), Float32Array.of(3, 4)], [2, 2], 'float32', [1, 2, 3, 4]],
    ['an empty list', [], [0], 'float32', []],
    ['empty rows', [[], []], [2, 0], 'float32', []],
    ['float32', Float32Array.of(1.5, 2), [2], 'float32', [1.5, 2]],
    ['int32', Int32Array.of(-1, 2 ** 31 - 1), [2], 'int32', [-1, 2 ** 31 - 1]],
    ['bytes', Uint8Array.of(0, 255), [2], 'uint8', [0, 255]],
    ['clamped bytes', Uint8ClampedArray.of(0, 255), [2], 'float32', [0, 255]],
    ['float64', Float64Array.of(0.1, 1e300), [2], 'float32', [Math.fround(0.1), Number.POSITIVE_INFINITY]],
    ['int16', Int16Array.of(-5), [1], 'float32', [-5]],
    ['uint32', Uint32Array.of(2 ** 31), [1], 'float32', [2 ** 31]],
    ['a tensor', new Tensor(Int32Array.of(1, 2), [2, 1]), [2, 1], 'int32', [1, 2]],
  ];

  test.each(cases)('takes %s', (_, value, shape, dtype, data) => {
    const result = tensor(value);
    expect([result.shape, result.dtype, [...result.data]]).toEqual([shape, dtype, data]);
  });

  test('gives elements another shape, one size of which it works out', () => {
    expect(tensor([1, 2, 3, 4, 5, 6], [2, 3]).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(tensor(Uint8Array.of(1, 2, 3, 4), [-1, 2]).shape).toEqual([2, 2]);
    expect(tensor(tensor([[1, 2]]), [2]).shape).toEqual([2]);
  });

  test('converts when told to', () => {
    expect(tensor([1.9, -1.9], undefined, 'int32').data).toEqual(Int32Array.of(1, -1));
    expect(tensor(Uint8Array.of(3), undefined, 'float32').data).toEqual(Float32Array.of(3));
    expect(tensor(tensor([1, 0]), undefined, 'uint8').data).toEqual(Uint8Array.of(1, 0));
  });

  test('uses typed arrays as they are and copies nothing', () => {
    for (const data of [new Float32Array(4), new Int32Array(4), new Uint8Array(4)]) expect(tensor(data, [2, 2]).data).toBe(data);
    const first = tensor([1, 2]);
    expect(tensor(first).data).toBe(first.data);
  });

  test.each([
    [[1, 2, 3, 4], [3], '[tensor] expected a shape of 4 elements with at most one -1, got [3].'],
    [[1, 2, 3, 4], [-1, 3], '[tensor] expected a shape of 4 elements with at most one -1, got [-1, 3].'],
    [[1, 2, 3, 4], [-1, -1], '[tensor] expected a shape of 4 elements with at most one -1, got [-1, -1].'],
    [[1, 2, 3, 4], [-2, -2], '[tensor] expected a shape of 4 elements with at most one -1, got [-2, -2].'],
    [[], [0, -1], '[tensor] expected a shape of 0 elements with at most one -1, got [0, -1].'],
  ])('refuses %j as %j', (data, shape, text) => {
    expect(() => tensor(data, shape)).toThrow(new ShapeError(text));
  });

  test.each([
    [[[1, 2], [3]], '[tensor] expected 2 elements at [1], got 1. Hint: all rows must have the same length.'],
    [
      [
        [[1], [2]],
        [[3], [4, 5]],
      ],
      '[tensor] expected 1 elements at [1][1], got 2. Hint: all rows must have the same length.',
    ],
    [[1, [2]], '[tensor] expected a number at [1], got an array. Hint: rows must have equal length and depth.'],
    [[[1], 2], '[tensor] expected an array at [1], got 2.'],
    [['1'], '[tensor] expected a number at [0], got "1".'],
    [[null], '[tensor] expected a number at [0], got null. Hint: remove or fill missing values first.'],
    [[[0], [undefined]], '[tensor] expected a number at [1][0], got undefined. Hint: remove or fill missing values first.'],
    [[{}], '[tensor] expected a number at [0], got Object.'],
    [null, '[tensor] expected nested arrays of numbers, a typed array or a Tensor, got null.'],
    ['text', '[tensor] expected nested arrays of numbers, a typed array or a Tensor, got "text".'],
    [{ length: 2 }, '[tensor] expected nested arrays of numbers, a typed array or a Tensor, got Object.'],
    [BigInt64Array.of(1n), '[tensor] expected numbers, got BigInts. Hint: convert them with Number().'],
  ])('refuses %o', (data, text) => {
    expect(() => tensor(data as unknown as TensorLike)).toThrow(text);
  });
});

describe('a tensor', () => {
  const t = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);

  test('has rank, size and a text', () => {
    expect([t.rank, t.size, String(t)]).toEqual([2, 6, 'Tensor float32 [3, 2]']);
    expect([tensor(1).rank, tensor(1).size, String(tensor(Uint8Array.of(1), []))]).toEqual([0, 1, 'Tensor uint8 []']);
  });

  test('gives nested arrays', () => {
    expect(t.toArray()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(tensor(5).toArray()).toBe(5);
    expect(new Tensor(new Float32Array(0), [2, 0]).toArray()).toEqual([[], []]);
    expect(new Tensor(new Float32Array(0), [0, 2]).toArray()).toEqual([]);
  });

  test('gives its one element', () => {
    expect([tensor(5).item(), tensor([[6]]).item()]).toEqual([5, 6]);
    expect(() => t.item()).toThrow('[Tensor.item] expected a tensor of one element, got shape [3, 2].');
  });

  test('takes another shape over the same memory', () => {
    const flat = t.reshape([-1]);
    expect(flat.shape).toEqual([6]);
    expect(flat.data).toBe(t.data);
    expect(() => t.reshape([4])).toThrow('[Tensor.reshape] expected a shape of 6 elements with at most one -1, got [4].');
  });

  test.each([
    [
      0,
      undefined,
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [
      1,
      undefined,
      [
        [3, 4],
        [5, 6],
      ],
    ],
    [1, 2, [[3, 4]]],
    [-1, undefined, [[5, 6]]],
    [-2, -1, [[3, 4]]],
    [-9, 1, [[1, 2]]],
    [2, 99, [[5, 6]]],
    [2, 1, []],
    [3, undefined, []],
  ])('has the rows %s to %s', (start, end, rows) => {
    const part = t.slice(start, end);
    expect(part.toArray()).toEqual(rows);
    expect(part.shape).toEqual([rows.length, 2]);
    expect(part.data.buffer).toBe(t.data.buffer);
  });

  test('cannot be cut when it is a scalar', () => {
    expect(() => tensor(1).slice(0)).toThrow('[Tensor.slice] expected a tensor of rank >= 1, got a scalar.');
  });

  test('refuses elements that do not fill its shape, and shapes that are none', () => {
    const make =
      (shape: unknown, data: unknown = new Float32Array(4)): (() => Tensor) =>
      () =>
        new Tensor(data as Float32Array, shape as number[]);
    expect(make([3])).toThrow(new ShapeError('[Tensor] expected 3 elements for shape [3], got 4 elements.'));
    expect(make([-2, -2])).toThrow('[Tensor] expected `shape` of non-negative integers, got [-2, -2].');
    expect(make([1.5])).toThrow('[Tensor] expected `shape` of non-negative integers, got [1.5].');
    expect(make(4)).toThrow('[Tensor] expected `shape` as an array of sizes, got 4.');
    expect(make([2], [1, 2])).toThrow(
      '[Tensor] expected a Float32Array, Int32Array or Uint8Array, got [1, 2]. Hint: tensor() takes',
    );
  });

  test('does not follow changes of the shape it was given', () => {
    const shape = [2, 2];
    const made = new Tensor(new Float32Array(4), shape);
    shape[0] = 9;
    expect(made.shape).toEqual([2, 2]);
  });
});
