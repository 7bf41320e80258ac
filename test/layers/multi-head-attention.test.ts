import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import type { PartialShape } from '../../src/base/shape.ts';
import { type Tensor, type TensorLike, tensor } from '../../src/base/tensor.ts';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { sum } from '../../src/graph/ops.ts';
import { currentTrace } from '../../src/graph/trace.ts';
import { MultiHeadAttention, type MultiHeadAttentionOptions } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { pattern } from '../support/layer-engine.ts';

const options = { numHeads: 2, keyDim: 3 } satisfies MultiHeadAttentionOptions;

/** Outputs of the layer; a mask for an input is given by its place. */
function attend(
  layer: MultiHeadAttention,
  inputs: readonly TensorLike[],
  masks: Readonly<Record<number, TensorLike>> = {},
  training = false,
): Tensor[] {
  const places = Object.keys(masks).map(Number);
  const run = jit((...nodes: Node[]) => {
    places.forEach((place, i) => {
      currentTrace().masks.set(nodes[place]!, nodes[inputs.length + i]!);
    });
    const given = nodes.slice(0, inputs.length);
    return layer.applyAll(given.length === 1 ? given[0]! : given, { training });
  });
  return run(...inputs, ...Object.values(masks)) as Tensor[];
}

/** A second layer with the same weights. */
function twin(layer: MultiHeadAttention, changes: Partial<MultiHeadAttentionOptions>, shapes: PartialShape | PartialShape[]) {
  const other = new MultiHeadAttention({ ...layer.options, name: `${layer.name}_twin`, ...changes });
  other.ensureBuilt(shapes);
  other.setWeights(layer.getWeights());
  return other;
}

const close = (got: Tensor, wanted: Tensor): void =>
  expectClose(got.data, wanted.data, { absolute: 1e-6, relative: 1e-5 }, 'result');

describe('MultiHeadAttention', () => {
  test('names, shapes and orders its weights as Keras does', () => {
    const layer = new MultiHeadAttention({ ...options, valueDim: 5, outputShape: 7, name: 'mha' });
    expect(
      layer.ensureBuilt([
        [null, 4, 8],
        [null, 6, 9],
        [null, 6, 10],
      ]),
    ).toEqual([null, 4, 7]);
    expect(layer.weights.map(({ name, shape }) => `${name} [${shape}]`)).toEqual([
      'mha/query/kernel [8,2,3]',
      'mha/query/bias [2,3]',
      'mha/key/kernel [10,2,3]',
      'mha/key/bias [2,3]',
      'mha/value/kernel [9,2,5]',
      'mha/value/bias [2,5]',
      'mha/attention_output/kernel [2,5,7]',
      'mha/attention_output/bias [7]',
    ]);
  });

  test('draws kernels with the fans of the matrices they are', () => {
    setSeed(1);
    const layer = new MultiHeadAttention({ numHeads: 4, keyDim: 8 });
    layer.ensureBuilt([null, 4, 64]);
    const largest = layer.getWeights().map(({ data }) => Math.max(...data.map(Math.abs)));
    for (const i of [0, 2, 4, 6]) {
      // Glorot's bound for 64 inputs and 4 · 8 outputs, which 2048 draws come close to.
      expect(largest[i]).toBeLessThanOrEqual(Math.fround(Math.sqrt(6 / (64 + 32))));
      expect(largest[i]).toBeGreaterThan(0.98 * Math.sqrt(6 / (64 + 32)));
    }
    const own = { type: 'GlorotUniform', options: { seed: 3 } };
    const [first, second] = [0, 1].map(() => {
      const seeded = new MultiHeadAttention({ ...options, kernelInitializer: own });
      seeded.ensureBuilt([null, 4, 6]);
      return seeded.getWeights()[0]!.data;
    });
    expect(first).toEqual(second);
  });

  test('attends to what masks of the inputs and of the attention leave', () => {
    const layer = new MultiHeadAttention({ ...options, returnAttentionScores: true });
    const [query, value] = [pattern([2, 3, 4]), pattern([2, 4, 4], 5)];
    const valueMask = tensor([1, 1, 0, 1, 1, 0, 1, 1], [2, 4]);
    const [, scores] = attend(layer, [query, value], { 1: valueMask });
    expect(scores!.shape).toEqual([2, 2, 3, 4]);
    scores!.data.forEach((p, i) => {
      const isKept = valueMask.data[Math.floor(i / 24) * 4 + (i % 4)] === 1;
      expect(p > 0).toBe(isKept);
    });
    // The same through an attention mask, for all heads together and for each.
    const rows = tensor([...[0, 0, 0, 1, 1, 1].flatMap((b) => [...valueMask.data.subarray(4 * b, 4 * b + 4)])], [2, 3, 4]);
    const perHead = tensor(
      [...[0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1].flatMap((b) => [...valueMask.data.subarray(4 * b, 4 * b + 4)])],
      [2, 2, 3, 4],
    );
    for (const mask of [rows, perHead]) {
      const masked = twin(layer, {}, [query.shape, value.shape, value.shape, mask.shape]);
      expect(attend(masked, [query, value, value, mask])[1]!.data).toEqual(scores!.data);
    }
    // Key masks count too, and combine with those of the value.
    const keyMask = tensor([0, 1, 1, 1, 1, 1, 1, 0], [2, 4]);
    const three = twin(layer, {}, [query.shape, value.shape, value.shape]);
    const [, both] = attend(three, [query, value, tensor(value.data, value.shape)], { 1: valueMask, 2: keyMask });
    both!.data.forEach((p, i) => {
      const at = Math.floor(i / 24) * 4 + (i % 4);
      expect(p > 0).toBe(valueMask.data[at] === 1 && keyMask.data[at] === 1);
    });
  });

  test('gives steps that may see nothing the bias of the output, and weights a gradient without NaN', () => {
    const layer = new MultiHeadAttention({ ...options, returnAttentionScores: true, biasInitializer: 'ones' });
    const x = pattern([1, 3, 4]);
    const [y, scores] = attend(layer, [x], { 0: tensor([1, 0, 1], [1, 3]) });
    expect([...y!.data.subarray(4, 8)]).toEqual([1, 1, 1, 1]);
    scores!.data.forEach((p, i) => {
      const [row, col] = [Math.floor(i / 3) % 3, i % 3];
      expect(p > 0).toBe(row !== 1 && col !== 1);
    });
    const { gradients } = valueAndGrad(
      (node: Node, mask: Node) => {
        currentTrace().masks.set(node, mask);
        return sum(layer.applyAll(node)[0]!);
      },
      { wrt: layer.trainableWeights },
    )(x, tensor([0, 0, 0], [1, 3]));
    expect(gradients.every(({ data }) => data.every(Number.isFinite))).toBe(true);
    expect([...gradients.at(-1)!.data]).toEqual([3, 3, 3, 3]);
  });

  test('passes on the mask of the query, and none for the scores', () => {
    const layer = new MultiHeadAttention({ ...options, returnAttentionScores: true });
    jit((x: Node, mask: Node) => {
      const { masks } = currentTrace();
      masks.set(x, mask);
      const [y, scores] = layer.applyAll(x);
      expect(masks.get(y!)).toBe(mask);
      expect(masks.get(scores!)).toBeUndefined();
      return y!;
    })(pattern([1, 3, 4]), [[1, 1, 0]]);
  });

  test('with a causal mask does not see what is to come', () => {
    const layer = new MultiHeadAttention({ ...options, useCausalMask: true });
    const x = pattern([1, 5, 4]);
    const changed = tensor(
      Float32Array.from(x.data, (value, i) => (i >= 12 ? 9 - value : value)),
      x.shape,
    );
    const [[before], [after]] = [attend(layer, [x]), attend(layer, [changed])] as [Tensor[], Tensor[]];
    expect(after!.data.subarray(0, 12)).toEqual(before!.data.subarray(0, 12));
    expect(after!.data.subarray(12)).not.toEqual(before!.data.subarray(12));
    // The first step sees itself alone, as it would in a sequence of one.
    const first = twin(layer, { useCausalMask: false }, [null, 1, 4]);
    close(tensor(before!.data.slice(0, 4), [1, 1, 4]), attend(first, [tensor(x.data.slice(0, 4), [1, 1, 4])])[0]!);
  });

  test('one node is its own value and key', () => {
    const layer = new MultiHeadAttention(options);
    const x = pattern([2, 3, 4]);
    const [alone] = attend(layer, [x]);
    const other = twin(layer, {}, [x.shape, x.shape]);
    close(attend(other, [x, x])[0]!, alone!);
  });

  test('drops probabilities in training only, and returns them undropped', () => {
    const layer = new MultiHeadAttention({ ...options, dropout: 0.5, seed: 1, returnAttentionScores: true });
    const x = pattern([2, 6, 4]);
    const [calm, scores] = attend(layer, [x]);
    const [shaken, sameScores] = attend(layer, [x], {}, true);
    expect(sameScores!.data).toEqual(scores!.data);
    expect(shaken!.data).not.toEqual(calm!.data);
    expect(attend(layer, [x])[0]!.data).toEqual(calm!.data);
    const all = twin(layer, { dropout: 1, biasInitializer: 'zeros' }, x.shape);
    expect(attend(all, [x], {}, true)[0]!.data.every((value) => value === 0)).toBe(true);
  });

  test('takes regularizers, constraints and a penalty on the outputs', () => {
    const layer = new MultiHeadAttention({
      ...options,
      kernelRegularizer: 'l2',
      biasRegularizer: 'l1',
      activityRegularizer: 'l2',
      kernelConstraint: 'nonNeg',
      biasConstraint: 'nonNeg',
    });
    let penalties = 0;
    jit((x: Node) => {
      const y = layer.apply(x);
      penalties = currentTrace().losses.length;
      return y;
    })(pattern([2, 3, 4]));
    expect(penalties).toBe(1);
  });

  describe('refuses', () => {
    const make = (changes: object) => () => new MultiHeadAttention({ ...options, ...changes });
    const build =
      (...shapes: PartialShape[]) =>
      () =>
        new MultiHeadAttention(options).ensureBuilt(shapes);

    test('bad options', () => {
      expect(make({ numHeads: 0 })).toThrow(/`numHeads` to be a positive integer, got 0/);
      expect(make({ keyDim: 1.5 })).toThrow(/`keyDim` to be a positive integer, got 1\.5/);
      expect(make({ valueDim: -1 })).toThrow(/`valueDim` to be a positive integer/);
      expect(make({ outputShape: [2, 0] })).toThrow(/`outputShape` to be a positive integer, got 0/);
      expect(make({ dropout: 1.5 })).toThrow(/`dropout` to be a number in \[0, 1\]/);
      expect(make({ attentionAxes: [1, 2] })).toThrow(/`attentionAxes` to be the time axis, 1, got/);
      expect(make({ kernelInitializer: 'gloro' })).toThrow(/the name of an initializer, got "gloro"/);
      expect(make({ kernelRegularizer: 'l3' })).toThrow(/the name of a regularizer, got "l3"/);
    });

    test('inputs that do not fit', () => {
      expect(() => new MultiHeadAttention(options).ensureBuilt([null, 4])).toThrow(
        /shape \[batch, time, features\], got \[\?, 4\]/,
      );
      expect(build([null, 3, 4], [null, 5, 4], [null, 6, 4])).toThrow(/as many keys as values/);
      expect(build([2, 3, 4], [3, 5, 4])).toThrow(/inputs of one batch size/);
      expect(build([null, 3, 4], [null, 5, 4], [null, 5, 4], [null, 3, 6])).toThrow(/attention mask \[batch, time, steps\]/);
      expect(build([null, 3, 4], [null, 5, 4], [null, 5, 4], [null, 3, 3, 5])).toThrow(/attention mask \[batch, time, steps\]/);
      expect(build([null, 3, null])).toThrow(/an input whose last dimension is known/);
      expect(build([1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1])).toThrow(/at most 4 inputs/);
    });
  });
});
