import { describe, expect, test } from 'vitest';
import type { PartialShape } from '../../src/base/shape.ts';
import { type Tensor, type TensorLike, tensor } from '../../src/base/tensor.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { currentTrace } from '../../src/graph/trace.ts';
import { Add, Average, Concatenate, Dot, type Layer, Maximum, Minimum, Multiply, Subtract } from '../../src/layers/index.ts';

type Steps = readonly (readonly number[])[];

/** Output and mask of a layer on inputs [batch, time, features] that bring masks, undefined for none. */
function masked(
  layer: Layer,
  inputs: readonly TensorLike[],
  masks: readonly (Steps | undefined)[],
): { y: Tensor; mask: unknown } {
  const given = masks.filter((mask) => mask !== undefined);
  const run = jit((...nodes: Node[]) => {
    let next = inputs.length;
    const trace = currentTrace();
    inputs.forEach((_, i) => {
      if (masks[i]) trace.masks.set(nodes[i]!, nodes[next++]!);
    });
    const y = layer.apply(nodes.slice(0, inputs.length));
    const mask = trace.masks.get(y);
    return { y, mask: mask ? [mask] : [] };
  });
  const { y, mask } = run(...inputs, ...given);
  return { y, mask: mask[0]?.toArray() };
}

const ones = (batch: number, time: number, features: number) =>
  tensor(new Float32Array(batch * time * features).fill(1), [batch, time, features]);

describe('masks of merging layers', () => {
  const [a, b] = [[[1, 1, 0, 0]], [[0, 1, 1, 0]]];

  test.each([new Add(), new Multiply(), new Average(), new Subtract(), new Maximum(), new Minimum(), new Concatenate()])(
    '$type takes a step that any input takes',
    (layer) => {
      const inputs = [ones(1, 4, 2), ones(1, 4, 2)];
      expect(masked(layer, inputs, [a, b]).mask).toEqual([[1, 1, 1, 0]]);
      expect(masked(layer, inputs, [a, undefined]).mask).toBeUndefined();
    },
  );

  test('Concatenate along time puts masks one after the other, with ones where an input has none', () => {
    const layer = new Concatenate({ axis: 1 });
    const inputs = [ones(1, 4, 2), ones(1, 3, 2), ones(1, 4, 2)];
    expect(masked(layer, inputs, [a, undefined, b]).mask).toEqual([[1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0]]);
  });

  test('Dot has no mask', () => {
    expect(masked(new Dot(2), [ones(1, 4, 2), ones(1, 4, 2)], [a, b]).mask).toBeUndefined();
  });

  test('Maximum and Minimum take a masked step from the other input, and one that both mask from the first', () => {
    const x = tensor([5, 1, 7, 2], [1, 4, 1]);
    const y = tensor([3, 4, 9, 1], [1, 4, 1]);
    expect([...masked(new Maximum(), [x, y], [a, b]).y.data]).toEqual([5, 4, 9, 2]);
    expect([...masked(new Minimum(), [x, y], [a, b]).y.data]).toEqual([5, 1, 9, 2]);
    expect([...masked(new Maximum(), [x, y], [a, undefined]).y.data]).toEqual([5, 4, 9, 1]);
    expect([...masked(new Minimum(), [x, y], [a, undefined]).y.data]).toEqual([3, 1, 9, 1]);
  });
});

describe('shapes of merging layers', () => {
  test('inputs of lower rank get axes after the batch', () => {
    const run = jit((x: Node, y: Node) => new Add().apply([x, y]));
    const y = [
      [
        [0, 0],
        [10, 10],
      ],
      [
        [20, 20],
        [30, 30],
      ],
    ];
    expect(
      run(
        [
          [1, 2],
          [3, 4],
        ],
        y,
      ).toArray(),
    ).toEqual([
      [
        [1, 2],
        [11, 12],
      ],
      [
        [23, 24],
        [33, 34],
      ],
    ]);
  });

  test('sizes that are not known stay unknown until they are', () => {
    const built = (layer: Layer, ...shapes: PartialShape[]) => layer.ensureBuilt(shapes);
    expect(built(new Add(), [null, null, 3], [null, 1, 3])).toEqual([null, null, 3]);
    expect(built(new Add(), [null, null, 3], [null, 5, 1])).toEqual([null, 5, 3]);
    expect(built(new Concatenate({ axis: 1 }), [null, null, 3], [null, 5, null])).toEqual([null, null, 3]);
    expect(built(new Dot([2, 1]), [null, 4, 3], [null, null, 5])).toEqual([null, 4, 5]);
  });

  test('a list of one input is that input', () => {
    for (const layer of [new Add(), new Average(), new Maximum(), new Concatenate()]) {
      expect(jit((x: Node) => layer.apply([x]))([[1, 2]]).toArray()).toEqual([[1, 2]]);
    }
  });

  test('Dot contracts any axis of tensors of any rank', () => {
    const a = tensor(
      Float32Array.from({ length: 24 }, (_, i) => i),
      [1, 2, 3, 4],
    );
    const b = tensor(
      Float32Array.from({ length: 6 }, (_, i) => i - 2),
      [1, 3, 2],
    );
    const y = jit((x: Node, z: Node) => new Dot([2, 1]).apply([x, z]))(a, b);
    expect(y.shape).toEqual([1, 2, 4, 2]);
    const expected = [0, 1].flatMap((i) =>
      [0, 1, 2, 3].flatMap((l) =>
        [0, 1].map((n) => [0, 1, 2].reduce((total, k) => total + a.data[(i * 3 + k) * 4 + l]! * b.data[k * 2 + n]!, 0)),
      ),
    );
    expect([...y.data]).toEqual(expected);
  });
});

describe('merging layers refuse', () => {
  const pair =
    (layer: Layer, ...shapes: PartialShape[]) =>
    () =>
      layer.ensureBuilt(shapes);

  test('one input that is no list', () => {
    expect(() => new Add({ name: 'sum' }).ensureBuilt([null, 3])).toThrow(
      /\[Add "sum"\] expected a list of at least 1 input, got one input of shape \[\?, 3\]\. Hint: call the layer with a list/,
    );
  });

  test('too few and too many inputs', () => {
    expect(pair(new Subtract(), [null, 3])).toThrow(/expected a list of 2 inputs, got 1/);
    expect(pair(new Subtract(), [null, 3], [null, 3], [null, 3])).toThrow(/expected a list of 2 inputs, got 3/);
    expect(pair(new Dot(1), [null, 3])).toThrow(/expected a list of 2 inputs, got 1/);
  });

  test('shapes that do not fit', () => {
    expect(pair(new Add(), [null, 3], [null, 4])).toThrow(
      /expected inputs whose shapes broadcast together, got \[\?, 3\] and \[\?, 4\]\. Hint: where sizes differ, all but one must be 1/,
    );
    expect(pair(new Multiply(), [2, 3], [4, 3])).toThrow(/expected inputs of one batch size, got \[2, 3\] and \[4, 3\]/);
    expect(pair(new Concatenate(), [null, 3, 2], [null, 4, 2])).toThrow(
      /shapes differ along axis 2 only, got \[\?, 3, 2\] and \[\?, 4, 2\]/,
    );
    expect(pair(new Concatenate(), [null, 3, 2], [null, 4])).toThrow(/shapes differ along axis 2 only/);
    expect(pair(new Concatenate({ axis: -2 }), [null, 3], [null, 4])).toThrow(
      /`axis` other than the batch axis, got -2 for shape \[\?, 3\]/,
    );
    expect(pair(new Concatenate({ axis: 2 }), [null, 3], [null, 4])).toThrow(/`axis` to be an integer in \[-2, 1\], got 2/);
    expect(pair(new Dot(1), [null, 3], [null, 4])).toThrow(/inputs of one size along axes 1 and 1, got \[\?, 3\] and \[\?, 4\]/);
    expect(pair(new Dot(1), [null], [null, 4])).toThrow(/inputs of rank >= 2, got \[\?\] and \[\?, 4\]/);
    expect(pair(new Dot(-2), [null, 3], [null, 3])).toThrow(/`axes` other than the batch axis, got -2/);
  });

  test('batches of different size, which would stretch', () => {
    const run = jit((x: Node, y: Node) => new Add().apply([x, y]));
    expect(() =>
      run(
        [[1, 2]],
        [
          [1, 2],
          [3, 4],
        ],
      ),
    ).toThrow(/one batch size, got \[1, 2\] and \[2, 2\]/);
  });

  test('bad options', () => {
    expect(() => new Concatenate({ axis: 0 })).toThrow(/`axis` to be an integer that is not the batch axis 0, got 0/);
    expect(() => new Concatenate({ axis: 1.5 })).toThrow(/got 1\.5/);
    expect(() => new Dot(0)).toThrow(/`axes` to be an integer or two, none of them the batch axis 0, got 0/);
    expect(() => new Dot({ axes: [1, 0] })).toThrow(/none of them the batch axis/);
    expect(() => new Dot([1, 2, 3] as unknown as [number, number])).toThrow(/an integer or two/);
  });
});
