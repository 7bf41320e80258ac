import { describe, expect, test } from 'vitest';
import { type Shape, sizeOf } from '../../../src/base/shape.ts';
import { Tensor, tensor } from '../../../src/base/tensor.ts';
import { gradients } from '../../../src/graph/gradient.ts';
import { grad, jit } from '../../../src/graph/jit.ts';
import { inputNode, type Node } from '../../../src/graph/node.ts';
import * as ops from '../../../src/graph/ops.ts';
import { expectClose } from '../../support/compare.ts';
import { generator, seedOf } from '../../support/random.ts';
import { interpret, toReference } from '../../support/reference.ts';

function random(shape: Shape, name: string): Tensor {
  const next = generator(seedOf(name));
  return new Tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => 4 * next() - 2),
    shape,
  );
}

/** Throws unless `fn`, compiled, gives what the references of its ops give, and so do its gradients and their gradients. */
function checkAgainstReferences(fn: (...args: Node[]) => Node, ...args: Tensor[]): void {
  const all = (...nodes: Node[]): Node[] => {
    const y = fn(...nodes);
    const first = gradients(ops.sum(ops.sin(y)), nodes);
    const total = first.map((node) => ops.sum(ops.sin(node))).reduce((a, b) => ops.add(a, b));
    return [y, ...first, ...gradients(total, nodes)];
  };
  const computed = jit(all)(...args) as Tensor[];
  const inputs = args.map((arg, i) => inputNode(`input ${i}`, arg));
  const expected = interpret(all(...inputs), new Map(inputs.map((node, i) => [node, toReference(args[i]!)])));
  computed.forEach((value, i) => {
    expect(value.shape).toEqual(expected[i]!.shape);
    expectClose(value.data, expected[i]!.data, { absolute: 2e-5, relative: 2e-5 }, `result ${i}`);
  });
}

describe('functions made of other ops, and their first and second derivatives', () => {
  const x = random([3, 4, 5], 'x');
  const functions: Readonly<Record<string, (a: Node) => Node>> = {
    variance: (a) => ops.variance(a, [0, 2]),
    l2Normalize: (a) => ops.l2Normalize(a),
    rmsNorm: (a) => ops.rmsNorm(a, ops.mean(a, [0, 1]), { epsilon: 1e-3 }),
    sumTo: (a) => ops.sumTo(a, [4, 1]),
    'l2Normalize over axes': (a) => ops.l2Normalize(a, [0, 2]),
    std: (a) => ops.std(a, 1, true),
    norm: (a) => ops.norm(a, -1),
    logSumExp: (a) => ops.logSumExp(a, [0, 1]),
    'mean of axes that do not touch': (a) => ops.mean(a, [0, 2], true),
    'max of axes that do not touch': (a) => ops.max(a, [0, 2]),
    'softmax of the first axis': (a) => ops.softmax(a, 0),
    'logSoftmax of the middle axis': (a) => ops.logSoftmax(a, 1),
    'split and stack': (a) =>
      ops.stack(
        ops.split(a, [1, 3], 1).map((part) => ops.mean(part, 1)),
        -1,
      ),
    'split into equal parts': (a) => ops.concat(ops.split(a, 2, 1).toReversed(), 2),
    'select with broadcasting': (a) => ops.select(ops.greater(ops.stopGradient(a), 0), ops.exp(a), ops.mean(a, 0)),
    'pow of numbers': (a) => ops.add(ops.pow(ops.abs(a), 1.5), ops.pow(a, 2)),
    'clip without a lower bound': (a) => ops.clip(a, -Infinity, 0.5),
    'operands on three axes': (a) => ops.mul(a, ops.mean(a, 1, true)),
    'sigmoid, tanh, softplus and relu': (a) =>
      ops.add(ops.mul(ops.sigmoid(a), ops.tanh(a)), ops.mul(ops.softplus(a), ops.relu(a))),
    prod: (a) => ops.prod(a, [1, 2]),
    'a transposed product of transposed operands': (a) =>
      ops.matmul(a, ops.scale(a, 0.5), { transposeA: true, transposeB: true }),
  };

  test.each(Object.entries(functions).map(([name, fn]) => ({ name, fn })))('$name', ({ name, fn }) => {
    checkAgainstReferences(fn, name.startsWith('a transposed') ? random([2, 4, 4], 'square') : x);
  });

  test('matmul with a batch, broadcast and transposed', () => {
    checkAgainstReferences(
      (a, b) => ops.matmul(a, b, { transposeA: true, transposeB: true }),
      random([2, 1, 3, 4], 'a'),
      random([5, 6, 3], 'b'),
    );
    checkAgainstReferences((a, b) => ops.matmul(a, b), random([2, 3, 4], 'a'), random([4, 2], 'b'));
    checkAgainstReferences((a, b) => ops.matmul(a, b, { transposeA: true }), random([2, 3, 4], 'a'), random([3, 2], 'b'));
    checkAgainstReferences((a, b) => ops.matmul(a, b, { transposeB: true }), random([4, 3], 'a'), random([2, 2, 3], 'b'));
  });

  test('cross-entropies, whose probabilities are used as well', () => {
    const logits = random([2, 3, 4], 'logits');
    const both = ({ loss, probabilities }: { loss: Node; probabilities: Node }): Node =>
      ops.add(loss, ops.sum(ops.square(probabilities), -1));
    checkAgainstReferences((x, t) => both(ops.softmaxCrossEntropy(x, t)), logits, random([2, 3, 4], 'targets'));
    checkAgainstReferences(
      (x) =>
        both(
          ops.softmaxCrossEntropySparse(
            x,
            tensor([
              [[0], [3], [1]],
              [[2], [2], [0]],
            ]),
          ),
        ),
      logits,
    );
    checkAgainstReferences((x, t) => ops.sigmoidCrossEntropy(x, t), logits, random([4], 'targets'));
  });

  test('batch normalization, whose statistics are used as well', () => {
    const [x, gamma, beta] = [random([5, 3, 2], 'x'), random([2], 'gamma'), random([2], 'beta')];
    const train = (a: Node, g: Node | null, b: Node | null): Node => {
      const { y, mean, variance } = ops.batchNormTraining(a, g, b, { epsilon: 0.1 });
      return ops.add(y, ops.mul(mean, variance));
    };
    checkAgainstReferences(train, x, gamma, beta);
    checkAgainstReferences((a) => train(a, null, null), x);
    checkAgainstReferences((a, g) => ops.batchNormInference(a, ops.mean(a, [0, 1]), g, null, g, { epsilon: 5 }), x, gamma);
  });
});

/** The gradient of Σ fn(x) as an array. */
function gradientOf(fn: (x: Node) => Node, x: readonly number[]): number[] {
  const [dx] = (grad((node: Node) => ops.sum(fn(node))) as (x: readonly number[]) => Tensor[])(x);
  return [...dx!.data];
}

describe('gradients at special places', () => {
  test('prod: right where elements are zero', () => {
    expect(gradientOf((x) => ops.prod(x), [2, 3, 4])).toEqual([12, 8, 6]);
    expect(gradientOf((x) => ops.prod(x), [2, 0, 4])).toEqual([0, 8, 0]);
    expect(gradientOf((x) => ops.prod(x), [0, 0, 4])).toEqual([0, 0, 0]);
  });

  test('max and min: equal elements share', () => {
    expect(gradientOf((x) => ops.max(x), [1, 3, 3])).toEqual([0, 0.5, 0.5]);
    expect(gradientOf((x) => ops.min(x), [1, 1, 3])).toEqual([0.5, 0.5, 0]);
  });

  test('maximum and minimum: equal operands share', () => {
    expect(gradientOf((x) => ops.maximum(x, tensor([0, 2, 3])), [1, 2, -3])).toEqual([1, 0.5, 0]);
    expect(gradientOf((x) => ops.minimum(x, tensor([0, 2, 3])), [1, 2, -3])).toEqual([0, 0.5, 1]);
  });

  test('abs: 0 at 0', () => {
    expect(gradientOf(ops.abs, [-2, 0, 5])).toEqual([-1, 0, 1]);
  });

  test('pow: finite at 0, and 0 by the exponent of a negative base', () => {
    expect(gradientOf((x) => ops.pow(x, tensor([3, 1, 0])), [0, 0, 0])).toEqual([0, 1, 0]);
    expect(gradientOf((b) => ops.pow(tensor([-2, 0, 1]), b), [2, 2, 2])).toEqual([0, 0, 0]);
  });

  test('clip: the bounds pass it', () => {
    expect(gradientOf((x) => ops.clip(x, -1, 1), [-1.5, -1, 0, 1, 1.5])).toEqual([0, 1, 1, 1, 0]);
  });

  test('select: 0 for what was not selected, even where that is NaN', () => {
    expect(gradientOf((x) => ops.select(tensor([1, 0]), 3, x), [NaN, 2])).toEqual([0, 1]);
    expect(gradientOf((x) => ops.select(tensor([1, 0]), ops.mul(x, 3), tensor([NaN, NaN])), [1, 2])).toEqual([3, 0]);
  });
});

describe('values at special places', () => {
  test('logSumExp of infinite elements', () => {
    expect(ops.logSumExp(tensor([-Infinity, -Infinity])).item()).toBe(-Infinity);
    expect(ops.logSumExp(tensor([Infinity, 1])).item()).toBe(Infinity);
    expect(ops.logSumExp(tensor([-Infinity, 1])).item()).toBe(1);
    expect(ops.logSumExp(tensor([1000, 1000])).item()).toBeCloseTo(1000 + Math.log(2), 3);
  });

  test('cast to integers cuts off, saturates, and makes 0 of NaN', () => {
    const x = tensor([1.9, -1.9, 3e9, -Infinity, NaN, 254.5, 300]);
    expect([...ops.cast(x, 'int32').data]).toEqual([1, -1, 2147483647, -2147483648, 0, 254, 300]);
    expect([...ops.cast(x, 'uint8').data]).toEqual([1, 0, 255, 0, 0, 254, 255]);
    expect([...ops.cast(tensor(Int32Array.of(-3, 7, 999)), 'uint8').data]).toEqual([0, 7, 255]);
    expect(ops.cast(x, 'float32')).toBe(x);
    expect(ops.cast(2, 'float32').item()).toBe(2);
  });

  test('argmax of everything, with and without its axes', () => {
    const x = tensor([
      [1, 9, 2],
      [9, 0, 1],
    ]);
    expect(ops.argmax(x).item()).toBe(1);
    expect(ops.argmin(x, null, true)).toEqual(new Tensor(Int32Array.of(4), [1, 1]));
    expect(ops.argmax(x, 0, true)).toEqual(new Tensor(Int32Array.of(1, 0, 0), [1, 3]));
  });

  test('reductions of a scalar and over no axes', () => {
    expect(ops.sum(3).item()).toBe(3);
    expect(ops.max(tensor(4), null, true).shape).toEqual([]);
    expect(ops.mean(tensor([1, 2]), []).data).toEqual(Float32Array.of(1, 2));
  });

  test('one-hot rows of labels out of range are zeros', () => {
    expect(ops.oneHot(tensor([1, -1, 3]), 3).toArray()).toEqual([
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test('slice to the end of an axis', () => {
    expect(
      ops
        .slice(
          tensor([
            [1, 2, 3],
            [4, 5, 6],
          ]),
          [0, 1],
          [-1, -1],
        )
        .toArray(),
    ).toEqual([
      [2, 3],
      [5, 6],
    ]);
  });
});

describe('ops refuse what does not fit', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const cases: Readonly<Record<string, [() => unknown, string]>> = {
    'shapes that do not broadcast': [
      () => ops.add(x, tensor([1, 2])),
      '[add] expected shapes that broadcast together, got [2, 3] and [2].',
    ],
    'integers where floats are needed': [
      () => ops.exp(tensor(Int32Array.of(1))),
      '[exp] expected float32 input, got int32. Hint: convert with ops.cast.',
    ],
    'bytes where elements of four bytes are needed': [
      () => ops.slice(tensor(Uint8Array.of(1, 2)), [0], [1]),
      '[slice] expected float32 or int32, got uint8.',
    ],
    'inner dimensions that differ': [
      () => ops.matmul(x, x),
      '[matmul] expected inner dimensions that agree, got [2, 3] and [2, 3].',
    ],
    'a product of vectors': [() => ops.matmul(tensor([1]), x), '[matmul] expected operands of rank >= 2, got [1] and [2, 3].'],
    'an axis that does not exist': [() => ops.sum(x, 2), '[sum] expected `axis` to be an integer in [-2, 1], got 2.'],
    'bounds in the wrong order': [() => ops.clip(x, 1, 0), '[clip] expected `low` <= `high`, got 1 and 0.'],
    'a slice that is not inside': [
      () => ops.slice(x, [1, 0], [2, 1]),
      '[slice] expected `begin` and `size` within shape [2, 3], got [1, 0] and [2, 1].',
    ],
    'too few paddings': [() => ops.pad(x, [[1, 1]]), '[pad] expected 2 pairs of `paddings` for [2, 3], got 1.'],
    'negative paddings': [
      () =>
        ops.pad(x, [
          [1, 1],
          [-1, 0],
        ]),
      '[pad] expected integers >= 0 as `paddings`, got [[1,1],[-1,0]].',
    ],
    'parts that do not fit together': [
      () => ops.concat([x, tensor([[1]])]),
      '[concat] expected parts that differ from float32 [2, 3] along axis 0 only, got float32 [1, 1].',
    ],
    'nothing to join': [() => ops.concat([]), '[concat] expected at least one part, got an empty list.'],
    'sizes that do not add up': [
      () => ops.split(x, [1, 1], 1),
      '[split] expected sizes that add up to 3, axis 1 of [2, 3], got [1, 1].',
    ],
    'parts that are not equal': [
      () => ops.split(x, 2, 1),
      '[split] expected sizes that add up to 3, axis 1 of [2, 3], got 2 equal parts.',
    ],
    'labels of another shape': [
      () => ops.softmaxCrossEntropySparse(x, tensor([1])),
      '[softmaxCrossEntropySparse] expected labels of shape [2], got [1].',
    ],
    'targets of another shape': [
      () => ops.softmaxCrossEntropy(x, tensor([1])),
      '[softmaxCrossEntropy] expected targets of shape [2, 3], got [1].',
    ],
    'softmax of a scalar': [() => ops.softmax(1), '[softmax] expected an input of rank >= 1, got a scalar.'],
    'an axis order that is none': [
      () => ops.transpose(x, [0, 0]),
      '[transpose] expected a permutation of the 2 axes, got [0, 0].',
    ],
    'stretching to a smaller shape': [
      () => ops.broadcastTo(x, [3]),
      '[broadcastTo] expected a shape that [2, 3] stretches to, got [3].',
    ],
    'channels that do not match': [
      () => ops.batchNormTraining(x, tensor([1, 2]), null, { epsilon: 1e-3 }),
      '[batchNormTraining] expected parameters of shape [3], the channels of [2, 3], got [2].',
    ],
    'statistics of an empty batch': [
      () => ops.batchNormTraining(new Tensor(new Float32Array(), [0, 3]), null, null, { epsilon: 1e-3 }),
      '[batchNormTraining] expected at least one row of channels, got shape [0, 3].',
    ],
    'rows by number': [
      () => ops.gatherRows(x, tensor([0])),
      '[gatherRows] expected int32 `indices`, got float32. Hint: convert with ops.cast.',
    ],
    'scaled rows of floats': [
      () => ops.gatherRows(x, tensor(Int32Array.of(0)), { scale: 2 }),
      '[gatherRows] expected `scale` and `offset` with a uint8 `source` only, got float32.',
    ],
    'a depth that is no count': [() => ops.oneHot(tensor([0]), 0), '[oneHot] expected `depth` to be a positive integer, got 0.'],
  };

  test.each(Object.entries(cases).map(([name, [attempt, message]]) => ({ name, attempt, message })))(
    '$name',
    ({ attempt, message }) => {
      expect(attempt).toThrow(message);
    },
  );
});
