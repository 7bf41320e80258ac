import { describe, expect, test } from 'vitest';
import { checkOptionNames, foldName, lookup, nameOfType, nearestName } from '../../src/base/names.ts';

const losses = { MeanSquaredError: 1, BinaryCrossentropy: 2, SparseCategoricalCrossentropy: 3, mse: 4 };

describe('a name', () => {
  test.each([
    'SparseCategoricalCrossentropy',
    'sparseCategoricalCrossentropy',
    'sparse_categorical_crossentropy',
    'sparse-categorical crossentropy',
  ])('may be written %s', (name) => {
    expect(foldName(name)).toBe('sparsecategoricalcrossentropy');
    expect(lookup('compile', 'loss', name, losses)).toBe(3);
  });

  test('that is unknown is answered with the nearest', () => {
    const find = (name: string) => () => lookup('compile', 'loss', name, losses);
    expect(find('meanSquareEror')).toThrow(
      '[compile] expected the name of a loss, got "meanSquareEror". Hint: did you mean \'MeanSquaredError\'?',
    );
    expect(find('binary')).toThrow("did you mean 'BinaryCrossentropy'?");
  });

  test('like no other is answered with all of them', () => {
    expect(() => lookup('compile', 'optimizer', 'zzzzzz', { adam: 1, sgd: 2 })).toThrow(
      '[compile] expected the name of an optimizer, got "zzzzzz". Hint: known names: adam, sgd.',
    );
    expect(() => lookup('compile', 'loss', '', losses)).toThrow(/got ""\. Hint: known names: MeanSquaredError/);
  });

  test('of a property that every object has is unknown like any other', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(() => lookup('compile', 'loss', name, losses)).toThrow(/expected the name of a loss/);
    }
  });
});

describe('the nearest name', () => {
  const known = ['relu', 'sigmoid', 'softmax', 'softplus', 'tanh'];
  test.each([
    ['rellu', 'relu'],
    ['ReLU6', 'relu'],
    ['sigmoyd', 'sigmoid'],
    ['soft_max', 'softmax'],
    ['softpls', 'softplus'],
    ['than', 'tanh'],
    ['quadratic', undefined],
    ['', undefined],
  ])('of %s is %s', (name, nearest) => expect(nearestName(name, known)).toBe(nearest));
});

describe('options', () => {
  const known = { epochs: true, batchSize: true } as const;

  test('that are known pass, as does leaving all out', () => {
    checkOptionNames('fit', { epochs: 3 }, known);
    checkOptionNames('fit', undefined, known);
  });

  test.each([
    [{ epoch: 3 }, /\[fit\] expected an option it knows, got `epoch`\. Hint: did you mean `epochs`\?/],
    [{ batch_size: 3 }, /did you mean `batchSize`/],
    [{ constructor: 1 }, /got `constructor`/],
    [{ zzzzzzzzzz: 1 }, /options: epochs, batchSize/],
    [7, /expected an object of options, got 7/],
  ])('such as %j are refused', (options, message) => expect(() => checkOptionNames('fit', options, known)).toThrow(message));
});

test('the name of a type is in camelCase, whatever capitals it begins with', () => {
  const names = ['Dense', 'MeanSquaredError', 'KLDivergence', 'AUC', 'F1Score', 'R2Score', 'IoU', 'MulticlassSVM', 'NTXent'].map(
    nameOfType,
  );
  expect(names).toEqual([
    'dense',
    'meanSquaredError',
    'klDivergence',
    'auc',
    'f1Score',
    'r2Score',
    'ioU',
    'multiclassSVM',
    'ntXent',
  ]);
});
