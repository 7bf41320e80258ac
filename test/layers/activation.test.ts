import { describe, expect, test } from 'vitest';
import { jit } from '../../src/graph/jit.ts';
import { exp } from '../../src/graph/ops.ts';
import { activationFunctions, resolveActivation } from '../../src/layers/activations.ts';
import { Activation } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';

const x = [-3, -1, -0.25, 0, 0.5, 2, 4];
const total = x.reduce((sum, value) => sum + Math.exp(value), 0);

/** What each activation is, in float64. */
const references: Readonly<Record<string, (value: number) => number>> = {
  linear: (value) => value,
  relu: (value) => Math.max(0, value),
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  tanh: Math.tanh,
  softmax: (value) => Math.exp(value) / total,
  logSoftmax: (value) => value - Math.log(total),
  softplus: (value) => Math.log1p(Math.exp(value)),
  exponential: Math.exp,
};

describe('activations', () => {
  test.each(Object.entries(references))('%s is what it is called', (name, reference) => {
    const layer = new Activation(name);
    const result = jit((row) => layer.call(row))([x]);
    expectClose(result.data, x.map(reference), { absolute: 1e-7, relative: 1e-6 }, name);
  });

  test('are all in the table above', () => {
    expect(Object.keys(activationFunctions).filter((name) => !(name in references))).toEqual([]);
  });

  test.each(['logSoftmax', 'log_softmax', 'LogSoftmax'])('may be written %s', (name) => {
    expect(resolveActivation('x', name)).toBe(activationFunctions.logSoftmax);
  });

  test('of the user are taken as they are', () => {
    const layer = new Activation({ activation: exp });
    expectClose(jit((row) => layer.call(row))([1]).data, [Math.E], { absolute: 0, relative: 1e-6 });
  });

  test('that are unknown are refused with the layer and the nearest name', () => {
    expect(() => new Activation({ activation: 'sigmod', name: 'last' })).toThrow(
      '[Activation "last"] expected the name of an activation, got "sigmod". Hint: did you mean \'sigmoid\'?',
    );
    expect(() => resolveActivation('here', 5 as unknown as string)).toThrow(
      '[here] expected `activation` to be a name or a function, got 5.',
    );
  });
});
