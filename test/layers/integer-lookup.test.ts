import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import '../../src/graph/eager.ts';
import { IntegerLookup } from '../../src/layers/index.ts';

describe('IntegerLookup', () => {
  test('takes nested arrays, typed arrays and tensors', () => {
    const layer = new IntegerLookup();
    layer.adapt(
      tensor(
        [
          [5, 7],
          [5, 9],
        ],
        undefined,
        'int32',
      ),
    );
    expect(layer.getVocabulary()).toEqual([-1, 5, 9, 7]);
    expect([...layer.transform(Uint8Array.of(7, 5, 0)).data]).toEqual([3, 1, 0]);
    expect([...layer.transform([[9]]).data]).toEqual([2]);
    expect([...layer.transform(tensor([9, 5])).data]).toEqual([2, 1]);
  });

  test('keeps large integers apart', () => {
    const layer = new IntegerLookup({ vocabulary: [2 ** 40, 2 ** 40 + 1] });
    expect([...layer.transform([2 ** 40 + 1, 2 ** 40, 2 ** 40 + 2]).data]).toEqual([2, 1, 0]);
    const back = new IntegerLookup({ vocabulary: [2 ** 40], invert: true });
    expect(() => back.transform([1])).toThrow(/a vocabulary of 32-bit integers to turn indices back, got 1099511627776/);
  });

  test('refuses what is no integer', () => {
    const layer = new IntegerLookup({ vocabulary: [1] });
    expect(() => layer.transform([1.5])).toThrow(/an integer at \[0\], got 1.5/);
    expect(() => layer.transform([[1], ['2' as never]])).toThrow(/an integer at \[1\]\[0\], got "2"/);
    expect(() => layer.transform(3 as never)).toThrow(/an array of integers, got 3/);
  });
});
