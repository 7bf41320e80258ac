import { describe, expect, test } from 'vitest';
import type { PartialShape } from '../../src/base/shape.ts';
import { type Tensor, type TensorLike, tensor } from '../../src/base/tensor.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { currentTrace } from '../../src/graph/trace.ts';
import { AdditiveAttention, Attention, type Layer } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { pattern } from '../support/layer-engine.ts';

/** Outputs of the layer for query and value, whose masks may be given. */
function attend(layer: Layer, inputs: readonly TensorLike[], masks: readonly (TensorLike | undefined)[] = [], training = false) {
  const given = masks.filter((mask) => mask !== undefined);
  return jit((...nodes: Node[]) => {
    let next = inputs.length;
    inputs.forEach((_, i) => {
      if (masks[i]) currentTrace().masks.set(nodes[i]!, nodes[next++]!);
    });
    return layer.applyAll(nodes.slice(0, inputs.length), { training });
  })(...inputs, ...given) as Tensor[];
}

/** softmax(scores)·value in float64, where `isKept` says which steps a step of the query sees. */
function expected(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  score: (q: number[], k: number[]) => number,
  isKept: (b: number, t: number, s: number) => boolean = () => true,
): number[] {
  const row = ({ data, shape }: Tensor, b: number, t: number) => {
    const start = (b * shape[1]! + t) * shape[2]!;
    return [...data.subarray(start, start + shape[2]!)];
  };
  const [batch, time] = query.shape as [number, number];
  const steps = value.shape[1]!;
  return Array.from({ length: batch * time }, (_, i) => {
    const [b, t] = [Math.floor(i / time), i % time];
    const powers = Array.from({ length: steps }, (_s, s) =>
      isKept(b, t, s) ? Math.exp(score(row(query, b, t), row(key, b, s))) : 0,
    );
    const total = powers.reduce((x, y) => x + y, 0);
    return row(value, b, 0).map((_f, f) => powers.reduce((sum, power, s) => sum + (power / total) * row(value, b, s)[f]!, 0));
  }).flat();
}

const dot = (q: number[], k: number[]) => q.reduce((total, v, i) => total + v * k[i]!, 0);
const [query, value, key] = [pattern([2, 3, 4]), pattern([2, 5, 6], 3), pattern([2, 5, 4], 7)];
const near = (got: Tensor, wanted: number[]): void => expectClose(got.data, wanted, { absolute: 2e-6, relative: 1e-5 }, 'result');

describe('Attention', () => {
  test('scores by products, with a key of its own', () => {
    near(attend(new Attention(), [query, value, key])[0]!, expected(query, key, value, dot));
  });

  test("scores by sums with scoreMode 'concat', with both factors", () => {
    const layer = new Attention({ scoreMode: 'concat', useScale: true, name: 'a' });
    layer.ensureBuilt([query.shape, value.shape, key.shape]);
    expect(layer.weights.map(({ name }) => name)).toEqual(['a/scale', 'a/concat_score_weight']);
    layer.setWeights([0.7, 1.3]);
    const score = (q: number[], k: number[]) => 1.3 * q.reduce((total, v, i) => total + Math.tanh(0.7 * (v + k[i]!)), 0);
    near(attend(layer, [query, value, key])[0]!, expected(query, key, value, score));
  });

  test('leaves out masked steps and later ones, and clears masked steps of the query', () => {
    const layer = new Attention({ useCausalMask: true, returnAttentionScores: true });
    const valueMask = tensor([1, 0, 1, 1, 1, 1, 1, 0, 1, 1], [2, 5]);
    const isKept = (b: number, t: number, s: number) => s <= t && valueMask.data[b * 5 + s] === 1;
    const [y, scores] = attend(layer, [query, value, key], [undefined, valueMask]);
    near(y!, expected(query, key, value, dot, isKept));
    expect(scores!.shape).toEqual([2, 3, 5]);
    scores!.data.forEach((p, i) => {
      expect(p > 0).toBe(isKept(Math.floor(i / 15), Math.floor(i / 5) % 3, i % 5));
    });
    const [cleared] = attend(layer, [query, value, key], [tensor([1, 0, 1, 1, 1, 0], [2, 3]), valueMask]);
    expect([...cleared!.data.subarray(6, 12)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...cleared!.data.subarray(0, 6)]).toEqual([...y!.data.subarray(0, 6)]);
  });

  test('gives equal probabilities, as Keras does, where no step is left', () => {
    const layer = new Attention({ returnAttentionScores: true, useCausalMask: true });
    const [, scores] = attend(layer, [query, value, key], [undefined, tensor([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [2, 5])]);
    expect([...scores!.data.subarray(0, 15)]).toEqual(new Array(15).fill(Math.fround(0.2)));
  });

  test('drops probabilities in training only', () => {
    const layer = new Attention({ dropout: 0.5, seed: 2, returnAttentionScores: true });
    const [, calm] = attend(layer, [query, value, key]);
    const [, shaken] = attend(layer, [query, value, key], [], true);
    expect(calm!.data.every((p) => p > 0)).toBe(true);
    shaken!.data.forEach((p, i) => {
      expect(p === 0 || Math.abs(p - 2 * calm!.data[i]!) < 1e-6).toBe(true);
    });
    expect(new Set(shaken!.data.map((p) => (p === 0 ? 0 : 1))).size).toBe(2);
  });
});

describe('AdditiveAttention', () => {
  test('scores by sums, each feature with its factor', () => {
    const layer = new AdditiveAttention();
    layer.ensureBuilt([query.shape, value.shape, key.shape]);
    layer.setWeights([[0.5, -1, 2, 0.25]]);
    const factors = [0.5, -1, 2, 0.25];
    const score = (q: number[], k: number[]) => q.reduce((total, v, i) => total + factors[i]! * Math.tanh(v + k[i]!), 0);
    near(attend(layer, [query, value, key])[0]!, expected(query, key, value, score));
    const plain = new AdditiveAttention({ useScale: false });
    const sums = (q: number[], k: number[]) => q.reduce((total, v, i) => total + Math.tanh(v + k[i]!), 0);
    near(attend(plain, [query, value, key])[0]!, expected(query, key, value, sums));
    expect(plain.weights).toEqual([]);
  });

  test('leaves out masked steps', () => {
    const mask = tensor([1, 0, 1, 1, 0, 1, 1, 0, 0, 1], [2, 5]);
    const sums = (q: number[], k: number[]) => q.reduce((total, v, i) => total + Math.tanh(v + k[i]!), 0);
    const wanted = expected(query, key, value, sums, (b, _t, s) => mask.data[b * 5 + s] === 1);
    near(attend(new AdditiveAttention({ useScale: false }), [query, value, key], [undefined, mask])[0]!, wanted);
  });
});

describe.each([Attention, AdditiveAttention])('%o refuses', (Type) => {
  const build =
    (...shapes: PartialShape[]) =>
    () =>
      new Type().ensureBuilt(shapes);

  test('inputs that do not fit', () => {
    expect(build([null, 3, 4])).toThrow(/expected a list of at least 2 inputs, got 1/);
    expect(build([null, 3, 4], [null, 5, 4], [null, 5, 4], [null, 5, 4])).toThrow(/got 4/);
    expect(() => new Type().ensureBuilt([null, 3, 4])).toThrow(/got one input of shape \[\?, 3, 4\]/);
    expect(build([null, 3, 4], [null, 4])).toThrow(/shape \[batch, time, features\], got \[\?, 3, 4\] and \[\?, 4\]/);
    expect(build([null, 3, 4], [null, 5, 3])).toThrow(/query and key with the same number of features/);
    expect(build([null, 3, 4], [null, 5, 3], [null, 6, 4])).toThrow(/as many keys as values/);
    expect(build([1, 3, 4], [2, 5, 4])).toThrow(/inputs of one batch size/);
  });

  test('bad options', () => {
    expect(() => new Type({ dropout: -0.1 })).toThrow(/`dropout` to be a number in \[0, 1\], got -0\.1/);
    if (Type === Attention) {
      expect(() => new Attention({ scoreMode: 'cat' as 'concat' })).toThrow(/the name of a score mode, got "cat"/);
      expect(() => new Attention({ scoreMode: 1 as unknown as 'dot' })).toThrow(/`scoreMode` to be 'dot' or 'concat', got 1/);
    }
  });
});
