import { describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/base/tensor.ts';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { exp, sum } from '../../src/graph/ops.ts';
import {
  activationFunctions,
  celu,
  elu,
  gelu,
  glu,
  hardShrink,
  leakyRelu,
  relu,
  resolveActivation,
  softShrink,
  squareplus,
  threshold,
} from '../../src/layers/activations.ts';
import { Activation } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { erf } from '../support/float64.ts';

const x = [-3, -1, -0.25, 0, 0.5, 2, 4];
const total = x.reduce((sum, value) => sum + Math.exp(value), 0);

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
const softplus = (value: number): number => Math.log1p(Math.exp(value));
const silu = (value: number): number => value * sigmoid(value);
const hardSigmoid = (value: number): number => Math.min(Math.max(value + 3, 0), 6) / 6;
const geluTanh = (v: number): number => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));

/** What each activation of one element is, in float64. */
const references: Readonly<Record<string, (value: number) => number>> = {
  linear: (value) => value,
  relu: (value) => Math.max(0, value),
  relu6: (value) => Math.min(6, Math.max(0, value)),
  leakyRelu: (value) => (value > 0 ? value : 0.2 * value),
  elu: (value) => (value >= 0 ? value : Math.expm1(value)),
  selu: (value) => 1.0507009873554805 * (value >= 0 ? value : 1.6732632423543772 * Math.expm1(value)),
  celu: (value) => (value >= 0 ? value : Math.expm1(value)),
  gelu: (value) => (value * (1 + erf(value / Math.SQRT2))) / 2,
  geluTanh,
  silu,
  swish: silu,
  mish: (value) => value * Math.tanh(softplus(value)),
  sigmoid,
  logSigmoid: (value) => Math.log(sigmoid(value)),
  hardSigmoid,
  hardSilu: (value) => value * hardSigmoid(value),
  hardSwish: (value) => value * hardSigmoid(value),
  tanh: Math.tanh,
  hardTanh: (value) => Math.min(1, Math.max(-1, value)),
  tanhShrink: (value) => value - Math.tanh(value),
  softShrink: (value) => Math.sign(value) * Math.max(Math.abs(value) - 0.5, 0),
  hardShrink: (value) => (Math.abs(value) > 0.5 ? value : 0),
  threshold: (value) => (value > 0 ? value : 0),
  softmax: (value) => Math.exp(value) / total,
  logSoftmax: (value) => value - Math.log(total),
  // Only the last element is in the support.
  sparsemax: (value) => (value === 4 ? 1 : 0),
  softplus,
  softsign: (value) => value / (1 + Math.abs(value)),
  squareplus: (value) => (value + Math.sqrt(value * value + 4)) / 2,
  sparsePlus: (value) => (value <= -1 ? 0 : value >= 1 ? value : (value + 1) ** 2 / 4),
  sparseSigmoid: (value) => Math.min(1, Math.max(0, (value + 1) / 2)),
  exponential: Math.exp,
};

/** Activations whose result has another shape. */
const reshaping = ['glu'];

describe('activations', () => {
  test.each(Object.entries(references))('%s is what it is called', (name, reference) => {
    const layer = new Activation(name);
    const result = jit((row) => layer.call(row))([x]);
    expectClose(result.data, x.map(reference), { absolute: 1e-7, relative: 1e-6 }, name);
  });

  test('are all in the table above', () => {
    expect(Object.keys(activationFunctions).filter((name) => !(name in references) && !reshaping.includes(name))).toEqual([]);
  });

  test.each(['logSoftmax', 'log_softmax', 'LogSoftmax'])('may be written %s', (name) => {
    expect(resolveActivation('x', name)).toBe(activationFunctions.logSoftmax);
  });

  test('glu halves an axis', () => {
    const y = jit((row) => new Activation('glu').call(row))([[1, 2, -1, 0.5]]);
    expect(y.shape).toEqual([1, 2]);
    expectClose(y.data, [sigmoid(-1), 2 * sigmoid(0.5)], { absolute: 1e-7, relative: 1e-6 });
    expect(() => glu(tensor([1, 2, 3]))).toThrow('[glu] expected an even size of axis -1, got shape [3].');
  });

  test('take tensors and options too', () => {
    const inputs = tensor([-2, 0.75, 9]);
    const options: Readonly<Record<string, readonly [Tensor, readonly number[]]>> = {
      relu: [relu(inputs, { maxValue: 2, negativeSlope: 0.5, threshold: 1 }), [-1.5, -0.125, 2]],
      leakyRelu: [leakyRelu(inputs, { negativeSlope: 0.5 }), [-1, 0.75, 9]],
      elu: [elu(inputs, { alpha: 2 }), [2 * Math.expm1(-2), 0.75, 9]],
      celu: [celu(inputs, { alpha: 2 }), [2 * Math.expm1(-1), 0.75, 9]],
      gelu: [gelu(inputs, { approximate: true }), [-2, 0.75, 9].map(geluTanh)],
      softShrink: [softShrink(inputs, { threshold: 1 }), [-1, 0, 8]],
      hardShrink: [hardShrink(inputs, { threshold: 1 }), [-2, 0, 9]],
      threshold: [threshold(inputs, { threshold: 1, value: -7 }), [-7, -7, 9]],
      squareplus: [squareplus(inputs, { b: 1 }), [-2, 0.75, 9].map((v) => (v + Math.sqrt(v * v + 1)) / 2)],
    };
    for (const [name, [got, wanted]] of Object.entries(options)) {
      expectClose(got.data, wanted, { absolute: 1e-6, relative: 1e-6 }, name);
    }
    expect(() => celu(inputs, { alpha: 0 })).toThrow('[celu] expected `alpha` > 0, got 0.');
    expect(() => squareplus(inputs, { b: -1 })).toThrow('[squareplus] expected `b` > 0, got -1.');
  });

  test('stay finite for finite inputs, and so do their gradients', () => {
    const far = [-1e38, -500, -80, -1e-38, 0, 1e-38, 80, 88, 500, 1e38];
    for (const [name, activation] of Object.entries(activationFunctions)) {
      const inputs = name === 'exponential' ? far.filter((value) => value < 88.5) : far;
      const { gradients } = valueAndGrad((row: Node) => sum(activation(row)))(inputs);
      expect(
        [...jit(activation)(inputs).data].filter((value) => !Number.isFinite(value)),
        name,
      ).toEqual([]);
      expect(
        [...gradients[0]!.data].filter((value) => !Number.isFinite(value)),
        name,
      ).toEqual([]);
    }
  });

  test('of the user are taken as they are', () => {
    const layer = new Activation({ activation: exp });
    expectClose(jit((row) => layer.call(row))([1]).data, [Math.E], { absolute: 0, relative: 1e-6 });
  });

  test('with parameters are a type and options, checked as names are', () => {
    const at = (spec: object): number[] => [
      ...jit((row) => new Activation({ activation: spec as { type: string } }).call(row))([-2, 0.25, 3]).data,
    ];
    expect(at({ type: 'leaky_relu', options: { negativeSlope: 0.5 } })).toEqual([-1, 0.25, 3]);
    expect(at({ type: 'relu', options: { maxValue: 1 } })).toEqual([0, 0.25, 1]);
    expect(at({ type: 'relu' })).toEqual([0, 0.25, 3]);
    const refused = (spec: unknown) => () => resolveActivation('here', spec as { type: string });
    expect(refused({ type: 'rely' })).toThrow(
      '[here] expected the name of an activation, got "rely". Hint: did you mean \'relu\'?',
    );
    expect(refused({ type: 'relu', options: 3 })).toThrow("[here] expected an object of options for 'relu', got 3.");
    expect(refused({ options: {} })).toThrow('to be a name, { type, options } or a function, got Object');
  });

  test('that are unknown are refused with the layer and the nearest name', () => {
    expect(() => new Activation({ activation: 'sigmod', name: 'last' })).toThrow(
      '[Activation "last"] expected the name of an activation, got "sigmod". Hint: did you mean \'sigmoid\'?',
    );
    expect(() => resolveActivation('here', 5 as unknown as string)).toThrow(
      '[here] expected `activation` to be a name, { type, options } or a function, got 5.',
    );
  });
});
