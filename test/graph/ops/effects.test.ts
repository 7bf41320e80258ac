import { describe, expect, test } from 'vitest';
import { tensor } from '../../../src/base/tensor.ts';
import { jit } from '../../../src/graph/jit.ts';
import type { Node } from '../../../src/graph/node.ts';
import {
  add,
  advanceRandom,
  assign,
  dropoutMask,
  mean,
  movingAverage,
  mul,
  randomNormal,
  randomTruncatedNormal,
  randomUniform,
  square,
} from '../../../src/graph/ops.ts';
import { Variable } from '../../../src/graph/variable.ts';

function stateOf(...words: number[]): Variable {
  const state = new Variable('state', [4], 'int32');
  state.write(Int32Array.from(words));
  return state;
}

describe('effects', () => {
  test('assign: the program still reads the old value', () => {
    const counter = new Variable('counter', []);
    const next = jit(() => {
      const increased = add(counter, 1);
      assign(counter, increased);
      return { twice: mul(counter, 2), after: increased };
    });
    const seen = [next(), next(), next()].map(({ twice, after }) => [twice.item(), after.item()]);
    expect(seen).toEqual([
      [0, 1],
      [2, 2],
      [4, 3],
    ]);
    expect(counter.read().item()).toBe(3);
  });

  test('assign: two in a row take place in the order they were asked for', () => {
    const variable = new Variable('variable', [2]);
    jit((x: Node) => {
      assign(variable, x);
      assign(variable, add(x, 1));
      return x;
    })([1, 2]);
    expect([...variable.view()]).toEqual([2, 3]);
  });

  test('assign refuses another shape or type', () => {
    const variable = new Variable('variable', [2]);
    const store = jit((x: Node) => {
      assign(variable, x);
      return x;
    });
    expect(() => store([1, 2, 3])).toThrow('[assign] expected a value float32 [2], got float32 [3].');
    expect(() => store(tensor(Int32Array.of(1, 2)))).toThrow('[assign] expected a value float32 [2], got int32 [2].');
  });

  test('movingAverage', () => {
    const moving = new Variable('moving', [2]);
    moving.write([1, 10]);
    const update = jit((batch: Node) => {
      movingAverage(batch, moving, 0.75);
      return batch;
    });
    update([5, 2]);
    expect([...moving.view()]).toEqual([2, 8]);
    update([6, 4]);
    expect([...moving.view()]).toEqual([3, 7]);
  });

  test('advanceRandom carries into the upper word', () => {
    const state = stateOf(1, 2, -2, 7);
    const advance = jit((x: Node) => {
      advanceRandom(state);
      return x;
    });
    advance(0);
    expect([...state.view()]).toEqual([1, 2, -1, 7]);
    advance(0);
    expect([...state.view()]).toEqual([1, 2, 0, 8]);
  });
});

describe('random draws', () => {
  test('differ between the calls of one program, and between runs once the state has advanced', () => {
    const state = stateOf(11, 22, 0, 0);
    const draw = jit(() => {
      advanceRandom(state);
      return [randomUniform([100], { state }), randomUniform([100], { state })];
    });
    const all = [draw(), draw()].flatMap(([a, b]) => [a!.data, b!.data]);
    for (const [i, a] of all.entries()) for (const b of all.slice(i + 1)) expect(a).not.toEqual(b);
    state.write(Int32Array.of(11, 22, 0, 0));
    expect(draw().map(({ data }) => data)).toEqual(all.slice(0, 2));
  });

  test('are the same as long as the state is', () => {
    const state = stateOf(11, 22, 0, 0);
    const draw = jit(() => randomNormal([10], { state }));
    expect(draw()).toEqual(draw());
  });

  test('have the moments they should have', () => {
    const n = 200_000;
    const state = stateOf(3, 4, 0, 0);
    const moments = jit(() => {
      const samples = {
        uniform: randomUniform([n], { state, low: -1, high: 3 }),
        normal: randomNormal([n], { state, mean: 2, stddev: 0.5 }),
        truncated: randomTruncatedNormal([n], { state, mean: -1, stddev: 2 }),
        mask: dropoutMask([n], { state, rate: 0.25 }),
      };
      return Object.fromEntries(Object.entries(samples).map(([name, x]) => [name, { first: mean(x), second: mean(square(x)) }]));
    })();
    // Means, and variances from them: 16/12, ¼, 4 · 0.8796² and (1 − r)/(1 − r)² − 1. Five standard errors.
    const expected = { uniform: [1, 16 / 12], normal: [2, 0.25], truncated: [-1, 4 * 0.77374], mask: [1, 1 / 3] };
    for (const [name, [first, variance]] of Object.entries(expected)) {
      const got = moments[name]!;
      expect(Math.abs(got.first.item() - first!), name).toBeLessThan(5 * Math.sqrt(variance! / n));
      expect(Math.abs(got.second.item() - got.first.item() ** 2 - variance!), name).toBeLessThan(0.02 * variance!);
    }
  });

  test('dropoutMask refuses what is no probability', () => {
    expect(() => jit(() => dropoutMask([2], { state: stateOf(1, 2, 3, 4), rate: 1.5 }))()).toThrow(
      '[dropoutMask] expected `rate` in [0, 1], got 1.5.',
    );
  });

  test('refuse what is no state', () => {
    expect(() => jit((x: Node) => randomUniform([2], { state: x }))([1, 2, 3, 4])).toThrow(
      '[randomUniform] expected a random `state`, int32 [4], got float32 [4].',
    );
  });
});
