import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import '../../src/graph/eager.ts';
import { Dense, TextVectorization } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { Adam } from '../../src/optimizers/index.ts';

const known = ['foo bar', 'bar baz', 'baz bada boom'];

describe('TextVectorization', () => {
  test('numbers tokens by how often they occur, 0 filling up and 1 for the unknown', () => {
    const layer = new TextVectorization({ outputSequenceLength: 4 });
    layer.adapt(known);
    expect(layer.getVocabulary()).toEqual(['', '[UNK]', 'baz', 'bar', 'foo', 'boom', 'bada']);
    expect(layer.getVocabulary(false)[0]).toBe('baz');
    const y = layer.transform([['foo qux bar'], ['qux baz']]);
    expect([y.dtype, y.shape, [...y.data]]).toEqual(['int32', [2, 4], [4, 1, 3, 0, 1, 2, 0, 0]]);
    expect([...layer.transform(['a b c d e f']).data]).toEqual([1, 1, 1, 1]);
  });

  test('splits and standardizes by functions', () => {
    const layer = new TextVectorization({
      standardize: (text) => text.replaceAll('-', ','),
      split: (text) => text.split(','),
      vocabulary: ['a b', 'ü'],
    });
    expect([...layer.transform(['a b-ü', 'ü,Ü']).data]).toEqual([2, 3, 3, 1]);
    const bad = new TextVectorization({ split: () => 'abc' as never, vocabulary: ['a'] });
    expect(() => bad.transform(['a'])).toThrow(/`split` to return a list of strings, got "abc"/);
    const worse = new TextVectorization({ standardize: () => 1 as never, vocabulary: ['a'] });
    expect(() => worse.transform(['a'])).toThrow(/`standardize` to return a string, got 1/);
  });

  test('adapting again starts over', () => {
    const layer = new TextVectorization();
    layer.adapt(known);
    layer.adapt(['new words']);
    expect(layer.getVocabulary()).toEqual(['', '[UNK]', 'words', 'new']);
    layer.setVocabulary(['x']);
    expect([...layer.transform(['x new']).data]).toEqual([2, 1]);
  });

  test('prepares what a model learns from', async () => {
    const texts = ['good film', 'a good one', 'bad film', 'a bad one'];
    const layer = new TextVectorization({ outputMode: 'multiHot' });
    layer.adapt(texts);
    setSeed(1);
    const model = new Sequential([new Dense({ units: 1, activation: 'sigmoid' })]);
    model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: 'binaryCrossentropy' });
    await model.fit(layer.transform(texts), [[1], [1], [0], [0]], { epochs: 200, verbose: 0 });
    const [good, bad] = (await model.predict(layer.transform(['what a good play', 'bad, BAD!']))).data;
    expect(good).toBeGreaterThan(0.5);
    expect(bad).toBeLessThan(0.5);
  });

  test('refuses options and data that do not fit', () => {
    expect(() => new TextVectorization({ standardize: 'upper' as never })).toThrow(/the name of a way to standardize/);
    expect(() => new TextVectorization({ ngrams: 0 })).toThrow(/`ngrams` to be a positive integer/);
    expect(() => new TextVectorization({ outputMode: 'oneHot' as never })).toThrow(/the name of an output mode, got "oneHot"/);
    expect(() => new TextVectorization({ outputMode: 'count', outputSequenceLength: 3 })).toThrow(/`outputMode` 'int' together/);
    expect(() => new TextVectorization({ padToMaxTokens: true })).toThrow(/`maxTokens` together with `padToMaxTokens`/);
    expect(() => new TextVectorization({ maxTokens: 1 })).toThrow(/`maxTokens` to be an integer > 1/);
    const layer = new TextVectorization({ vocabulary: ['a'] });
    expect(() => layer.transform('text' as never)).toThrow(/an array of strings, got "text"/);
    expect(() => layer.transform([['a', 'b']])).toThrow(/texts as \[batch\] or \[batch, 1\]/);
    expect(() => layer.transform([3 as never])).toThrow(/a string at \[0\], got 3/);
    expect(() => layer.adapt(known)).toThrow(/a layer without option `vocabulary`/);
  });
});

const path = new URL('../../../shared/data/tiny-shakespeare/input.txt', import.meta.url);
const isThere = existsSync(path);

describe.skipIf(!isThere)(`TextVectorization of Shakespeare${isThere ? '' : ' (skipped: the text is not there)'}`, () => {
  const texts = (): string[] => readFileSync(path, 'utf8').split('\n\n');
  const digest = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

  // Digests and sums made with Keras 3.15.1 on TensorFlow 2.21.0 of the same text, split at empty lines.
  test('learns and applies the vocabulary that Keras does', () => {
    const layer = new TextVectorization({ maxTokens: 5000, outputSequenceLength: 20 });
    layer.adapt(texts());
    expect(digest(layer.getVocabulary().join('\n'))).toBe('7bb800732ef2383e6827dbbb9381ebd0354d8a9a59266f0b999c11cb931fd53c');
    const { shape, data } = layer.transform(texts());
    expect(shape).toEqual([7222, 20]);
    expect(digest(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))).toBe(
      '23ec250aca210d566de74d77ed6c0c413ed140cefdad7c6c9251e10994eb33e3',
    );
  });

  test('counts the pairs of words that Keras counts', () => {
    const layer = new TextVectorization({ ngrams: 2, maxTokens: 1000, outputMode: 'count' });
    layer.adapt(texts());
    expect(digest(layer.getVocabulary().join('\n'))).toBe('57122585413d2acc43663a98d6143ec31c519f1fee7fe57082c048ce162804fc');
    const data = Array.from(layer.transform(texts()).data);
    const sums = [0, 1, 2, 3, 4].map((token) => data.reduce((sum, value, i) => sum + (i % 1000 === token ? value : 0), 0));
    expect(sums).toEqual([214961, 6283, 5680, 4766, 4653]);
  });

  test('weighs words as Keras weighs them', () => {
    const layer = new TextVectorization({ outputMode: 'tfIdf', maxTokens: 200 });
    layer.adapt(texts());
    const data = Array.from(layer.transform(texts().slice(0, 50)).data);
    expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(4008.7227, 2);
    expect(data[0]).toBeCloseTo(9.5145235, 5);
    expect(data[15]).toBeCloseTo(1.9253078, 6);
  });

  test('tells apart the characters', () => {
    const layer = new TextVectorization({ split: 'character', standardize: null });
    layer.adapt(texts());
    expect(layer.vocabularySize()).toBe(67);
    expect(layer.getVocabulary(false).slice(0, 8).join('')).toBe(' etoahsr');
  });
});
