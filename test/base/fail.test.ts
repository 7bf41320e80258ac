import { expect, describe as group, test } from 'vitest';
import {
  AbortError,
  describe,
  fail,
  failMemory,
  failShape,
  internal,
  MyelinError,
  OutOfMemoryError,
  ShapeError,
} from '../../src/base/fail.ts';

group('an error', () => {
  test('says where, what was expected, what came and what to do', () => {
    expect(() => fail('dense "hidden"', '`units` to be positive', '-1', 'count again.')).toThrow(
      new MyelinError('[dense "hidden"] expected `units` to be positive, got -1. Hint: count again.'),
    );
    expect(() => fail('add', 'a', 'b')).toThrow(new MyelinError('[add] expected a, got b.'));
  });

  test.each([
    ['MyelinError', fail, MyelinError],
    ['ShapeError', failShape, ShapeError],
    ['OutOfMemoryError', failMemory, OutOfMemoryError],
  ] as const)('is a %s and can be told from a bug', (name, throws, Type) => {
    let error: unknown;
    try {
      throws('x', 'y', 'z');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(Type);
    expect(error).toBeInstanceOf(MyelinError);
    expect(error).toMatchObject({ name, message: '[x] expected y, got z.' });
  });

  test('of cancelling is one, too', () => {
    expect(new AbortError('x')).toBeInstanceOf(MyelinError);
    expect(new AbortError('x').name).toBe('AbortError');
  });

  test('of our own making is not', () => {
    expect(() => internal('no address')).toThrow(new Error('internal: no address'));
    expect(() => internal('x')).not.toThrow(MyelinError);
  });
});

group('the text for a value', () => {
  class Layer {}
  function named(): void {}
  const values: readonly [value: unknown, text: string][] = [
    ['relu', '"relu"'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [3.5, '3.5'],
    [-0, '0'],
    [Number.NaN, 'NaN'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [10n, '10'],
    [Symbol('s'), 'Symbol(s)'],
    [named, 'function named'],
    [() => {}, 'function (anonymous)'],
    [Layer, 'function Layer'],
    [new Layer(), 'Layer'],
    [{}, 'Object'],
    [Object.create(null), 'object'],
    [[1, 'a', null], '[1, "a", null]'],
    [[[1], [2, 3]], '[[1], [2, 3]]'],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], 'array of 9'],
    [new Float32Array(3), 'Float32Array(3)'],
    [new DataView(new ArrayBuffer(5)), 'DataView(5)'],
    ['x'.repeat(1000), `"${'x'.repeat(80)}…"`],
  ];
  test.each(values)('%o', (value, text) => expect(describe(value)).toBe(text));
});
