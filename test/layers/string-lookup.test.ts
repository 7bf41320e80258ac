import { describe, expect, test } from 'vitest';
import '../../src/graph/eager.ts';
import { StringLookup } from '../../src/layers/index.ts';

describe('StringLookup', () => {
  test('turns indices back with invert, and refuses strings then', () => {
    const layer = new StringLookup({ vocabulary: ['a', 'b'], invert: true });
    expect(
      layer.transform([
        [1, 0],
        [2, 9],
      ]),
    ).toEqual([
      ['a', '[UNK]'],
      ['b', '[UNK]'],
    ]);
    expect(layer.transform(Int32Array.of(2, 1))).toEqual(['b', 'a']);
    expect(layer.transform([[[1], [2]]])).toEqual([[['a'], ['b']]]);
    expect(() => layer.transform(['a'])).toThrow(/an integer at \[0\], got "a"/);
    const there = new StringLookup({ vocabulary: ['a', 'b'] });
    expect(() => there.transform([1, 2])).toThrow(/a string at \[0\], got 1/);
  });

  test('takes rows of different length where a row gives one row', () => {
    const layer = new StringLookup({ vocabulary: ['a', 'b'], outputMode: 'count' });
    expect([...layer.transform([['a'], ['b', 'x', 'b']]).data]).toEqual([0, 1, 0, 1, 0, 2]);
    const plain = new StringLookup({ vocabulary: ['a', 'b'] });
    expect(() => plain.transform([['a'], ['b', 'x']])).toThrow(/rows of equal length \(1\), got 2 in row 1.*'multiHot'/);
  });

  test('refuses unknown strings when there is no index for them', () => {
    const layer = new StringLookup({ vocabulary: ['a'], numOovIndices: 0 });
    expect([...layer.transform(['a']).data]).toEqual([0]);
    expect(() => layer.transform(['a', 'z'])).toThrow(/tokens of the vocabulary, got "z".*numOovIndices/);
  });

  test('refuses vocabularies that are not one', () => {
    const make = (options: ConstructorParameters<typeof StringLookup>[0]) => () => new StringLookup(options);
    expect(make({ vocabulary: ['a', 'b', 'a'] })).toThrow(/every token once, got "a" twice/);
    expect(make({ vocabulary: [] })).toThrow(/`vocabulary` to be a list of tokens/);
    expect(make({ vocabulary: [1 as never] })).toThrow(/tokens of one type, got 1/);
    expect(make({ vocabulary: ['a', ''], maskToken: '' })).toThrow(/no mask token among the others/);
    expect(make({ vocabulary: ['a', '[UNK]'], invert: true })).toThrow(/no token for the unknown among the others/);
    expect(make({ vocabulary: ['a', 'b', 'c'], maxTokens: 3 })).toThrow(/at most 3 tokens \(maxTokens\), got 4/);
    expect(make({ vocabulary: ['a'], outputMode: 'tfIdf' })).toThrow(/weights with a vocabulary in mode 'tfIdf'/);
    expect(make({ vocabulary: ['a'], outputMode: 'tfIdf', idfWeights: [1, 2] })).toThrow(/`idfWeights` to be 1 numbers/);
    expect(make({ vocabulary: ['a'], idfWeights: [1] })).toThrow(/no weights with a vocabulary in mode 'int'/);
    expect(make({ idfWeights: [1] })).toThrow(/`vocabulary` together with `idfWeights`/);
    expect(make({ invert: true, outputMode: 'count' })).toThrow(/`outputMode` 'int' together with `invert`/);
    expect(make({ numOovIndices: -1 })).toThrow(/`numOovIndices` to be an integer >= 0/);
  });

  test('spreads unknown strings over the indices for them, always alike', () => {
    const layer = new StringLookup({ vocabulary: ['a'], numOovIndices: 4 });
    const words = Array.from({ length: 4000 }, (_, i) => `word ${i}`);
    const { data } = layer.transform(words);
    expect([...layer.transform(words).data]).toEqual([...data]);
    for (const index of [0, 1, 2, 3]) {
      const seen = data.filter((value) => value === index).length;
      // Four standard deviations of a share of 1/4.
      expect(Math.abs(seen - 1000)).toBeLessThan(4 * Math.sqrt(4000 * (3 / 16)));
    }
  });
});
