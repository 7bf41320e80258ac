import { describe, expect, test } from 'vitest';
import { MyelinError } from '../../src/base/fail.ts';
import type { Node } from '../../src/graph/node.ts';
import { Dense, input } from '../../src/layers/index.ts';
import { type DataLike, Model } from '../../src/models/index.ts';
import { noise, silent } from '../support/models.ts';
import { untyped } from '../support/refusals.ts';
import { a, b, kind, targets, twoHeads, value } from '../support/two-heads.ts';

describe('refusals', () => {
  const x = () => input({ shape: [3], name: 'x' });
  const dense = (name: string) => new Dense({ units: 2, name });

  test.each<[string, () => unknown, RegExp]>([
    [
      'an input that is missing',
      () => new Model({ inputs: x(), outputs: dense('d').apply(x()) }),
      /that depend on the inputs alone, got one that needs "x". Hint: add it/,
    ],
    [
      'an input twice',
      () => ((t) => new Model({ inputs: [t, t], outputs: dense('d').apply(t) }))(x()),
      /expected every input once, got "x" twice/,
    ],
    [
      'names of layers twice',
      () => ((t) => new Model({ inputs: t, outputs: dense('d').apply(dense('d').apply(t)) }))(x()),
      /layers of different names, got two called "d"/,
    ],
    ['only inputs', () => new Model({ inputs: x() }), /both `inputs` and `outputs`, got only one/],
    ['no inputs', () => new Model({ inputs: [], outputs: x() }), /at least one entry in `inputs`, got none/],
    [
      'data as inputs',
      () => new Model({ inputs: untyped([a]), outputs: x() }),
      /`inputs` to be what input\(\) or layer.apply\(\) gave, got Tensor/,
    ],
    ['a shape as output', () => new Model({ inputs: x(), outputs: untyped(3) }), /`outputs` to be what input\(\)/],
    [
      'data for a layer',
      () => dense('d').apply(untyped([[1, 2, 3]])),
      /^\[Dense "d".apply\] expected what input\(\) or a layer gave, or nodes.*Hint: use model.predict/,
    ],
    ['input without shape', () => input(untyped({})), /`inputShape` to be a list/],
    ['input with another option', () => input(untyped({ shape: [1], nam: 'x' })), /did you mean `name`/],
    ['input with no name', () => input({ shape: [1], name: '' }), /`name` to be a non-empty string/],
  ])('of networks: %s', (_, make, text) => {
    expect(make).toThrow(MyelinError);
    expect(make).toThrow(text);
  });

  test.each<[string, object, RegExp]>([
    [
      'a loss for an output that is not there',
      { loss: { vale: 'mse' } },
      /`loss` by the names of the outputs, got "vale". Hint: did you mean "value"/,
    ],
    ['too few losses', { loss: ['mse'] }, /`loss` for 2 outputs \(value, kind\), got a list of 1/],
    ['no loss at all', { loss: [null, null] }, /a `loss` for some output, got none/],
    ['an unknown loss in a list', { loss: ['mse', 'mze'] }, /name of a loss, got "mze"/],
    [
      'weights for an output that is not there',
      { lossWeights: { zzz: 1 } },
      /`lossWeights` by the names of the outputs, got "zzz". Hint: outputs: value, kind/,
    ],
    ['too many weights', { lossWeights: [1, 2, 3] }, /`lossWeights` for 2 outputs .* got a list of 3/],
    ['a weight that is no number', { lossWeights: { value: '1' } }, /`lossWeights` to be numbers, got "1" for "value"/],
    [
      'metrics for an output that is not there',
      { metrics: { valve: ['mae'] } },
      /`metrics` by the names of the outputs, got "valve"/,
    ],
    ['too few lists of metrics', { metrics: [['mae']] }, /`metrics` for 2 outputs .* got a list of 1/],
    ['an unknown metric', { metrics: { value: 'accurasy' } }, /did you mean 'accuracy'/],
    ['metrics that are a name', { metrics: 'mae' }, /`metrics` to be a list, got "mae"/],
  ])('of compile: %s', (_, options, text) => {
    expect(() => twoHeads(options)).toThrow(text);
  });

  test.each<[string, unknown, unknown, RegExp]>([
    [
      'an input that is not there',
      { left: a, rigth: b },
      targets,
      /`x` for left, right, got "rigth". Hint: did you mean "right"/,
    ],
    ['an input that is missing', { left: a }, targets, /`x` for every input, got none for "right"/],
    [
      'too few inputs',
      [a],
      targets,
      /`x` with 2 entries, got 1. Hint: give a list in this order, or an object with these names: left, right/,
    ],
    ['one input for two', a, targets, /expected `x`|2 inputs/],
    ['inputs of different counts', [a, noise([4, 3])], targets, /inputs of one count in `x`, got 8 and 4 samples/],
    ['an input of another shape', [a, noise([8, 5])], targets, /inputs of shape \[\?, 3\], got \[8, 5\]/],
    ['targets that are not there', [a, b], { value, sort: kind }, /`y` for value, kind, got "sort"/],
    ['targets that are missing', [a, b], { value }, /targets for "kind", got none. Hint: outputs without a loss need no targets/],
    ['too few targets', [a, b], [value], /`y` with 2 entries, got 1/],
    ['targets of another count', [a, b], [noise([4, 1]), kind], /as many targets as inputs, got 8 inputs and 4 targets/],
    ['targets of another shape', [a, b], { value: noise([8, 2]), kind }, /\[8, 2\]/],
  ])('of data: %s', async (_, given, wanted, text) => {
    const model = twoHeads();
    const before = model.getWeights();
    await expect(model.fit(given as DataLike, wanted as DataLike, silent)).rejects.toThrow(text);
    await expect(model.evaluate(given as DataLike, wanted as DataLike, silent)).rejects.toThrow(text);
    for (const method of ['trainOnBatch', 'testOnBatch'] as const) {
      await expect(model[method](given as DataLike, wanted as DataLike)).rejects.toThrow(text);
    }
    expect(model.getWeights()).toEqual(before);
    await model.fit([a, b], targets, silent);
  });

  test('of predict with several outputs, and of names for a model that has none', async () => {
    await expect(twoHeads().predict([a, b])).rejects.toThrow(/a model with one output, got one with 2. Hint: predictAll\(x\)/);
    class Plain extends Model {
      static override readonly type: string = 'Plain';
      readonly only = new Dense({ units: 1 });
      override call(node: Node): Node {
        return this.only.apply(node);
      }
    }
    const model = new Plain();
    model.compile({ loss: 'mse' });
    await expect(model.fit({ x: a }, value, silent)).rejects.toThrow(
      /`x` as a list, because the model has no names for it, got data by name/,
    );
  });
});
