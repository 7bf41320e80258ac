/** @file Initializers: fans and spreads against golden/initializers.json, distributions, seeds, names and refusals. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { type Shape, sizeOf } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { engine } from '../../src/engine/index.ts';
import { Variable } from '../../src/graph/variable.ts';
import * as all from '../../src/initializers/all.ts';
import {
  constant,
  fansOf,
  heNormal,
  type Initializer,
  identity,
  ones,
  orthogonal,
  randomNormal,
  randomUniform,
  resolveInitializer,
  truncatedNormal,
  varianceScaling,
  zeros,
} from '../../src/initializers/index.ts';
import { orthonormalize } from '../../src/initializers/orthogonal.ts';
import { expectClose, expectSameBits } from '../support/compare.ts';
import { loadGolden } from '../support/golden.ts';

function values(
  initializer: Initializer,
  shape: Shape,
  dtype: 'float32' | 'int32' = 'float32',
): ArrayLike<number> & Iterable<number> {
  const variable = new Variable('w', shape, dtype);
  initializer.initialize(variable);
  return variable.read().data;
}

function statistics(data: Iterable<number>): { mean: number; std: number; largest: number; count: number } {
  const list = [...data];
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  const variance = list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length;
  return { mean, std: Math.sqrt(variance), largest: list.reduce((a, b) => Math.max(a, Math.abs(b)), 0), count: list.length };
}

describe('golden initializers', () => {
  // Stated as numbers rather than tensors in this family.
  const cases = loadGolden('initializers').cases as unknown as {
    name: string;
    config: { shape: number[] };
    outputs: Record<string, number>;
  }[];

  for (const { name, config, outputs } of cases) {
    test(name, () => {
      const { shape } = config;
      expect(fansOf(shape)).toEqual({ fanIn: outputs.fan_in, fanOut: outputs.fan_out });
      // Small weights are drawn repeatedly, so that there are values enough to see the spread.
      const repeats = sizeOf(shape) >= 10_000 ? 1 : 40;
      for (const family of ['glorot', 'he', 'lecun']) {
        for (const kind of ['uniform', 'normal']) {
          setSeed(`${name} ${family} ${kind}`);
          const initializer = resolveInitializer(`${family}_${kind}`);
          const drawn = Array.from({ length: repeats }, () => [...values(initializer, shape)]).flat();
          const { mean, std, largest, count } = statistics(drawn);
          const limit = outputs[`${family}_${kind === 'uniform' ? 'uniform_limit' : 'normal_truncation'}`]!;
          const wanted = kind === 'uniform' ? limit / Math.sqrt(3) : outputs[`${family}_normal_stddev`]!;
          expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
          expect(largest).toBeGreaterThan(limit * (count >= 10_000 ? 0.99 : 0.93));
          // Four standard errors of a standard deviation and of a mean.
          expect(Math.abs(std / wanted - 1)).toBeLessThan(4 / Math.sqrt(2 * count));
          expect(Math.abs(mean)).toBeLessThan((4 * wanted) / Math.sqrt(count));
        }
      }
    });
  }
});

describe('distributions', () => {
  const shape = [200, 100];
  const bound = 4 / Math.sqrt(2 * 20_000);

  test('randomNormal has mean and standard deviation', () => {
    const { mean, std, largest } = statistics(values(randomNormal({ mean: 3, stddev: 0.5, seed: 1 }), shape));
    expect(Math.abs(mean - 3)).toBeLessThan(0.02);
    expect(Math.abs(std / 0.5 - 1)).toBeLessThan(bound);
    expect(largest).toBeGreaterThan(3 + 3 * 0.5);
    expect(Math.abs(statistics(values(randomNormal({ seed: 1 }), shape)).std / 0.05 - 1)).toBeLessThan(bound);
  });

  test('truncatedNormal stays within two standard deviations and is not corrected for it', () => {
    const { std, largest } = statistics(values(truncatedNormal({ stddev: 2, seed: 1 }), shape));
    expect(largest).toBeLessThanOrEqual(4);
    expect(largest).toBeGreaterThan(3.98);
    expect(Math.abs(std / (2 * 0.8796256610342398) - 1)).toBeLessThan(bound);
  });

  test('randomUniform stays in [minval, maxval)', () => {
    const data = [...values(randomUniform({ minval: 1, maxval: 3, seed: 1 }), shape)];
    expect(Math.min(...data)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...data)).toBeLessThan(3);
    const { mean, std } = statistics(data);
    expect(Math.abs(mean - 2)).toBeLessThan(0.02);
    expect(Math.abs(std / (2 / Math.sqrt(12)) - 1)).toBeLessThan(bound);
    expect(statistics(values(randomUniform({ seed: 1 }), shape)).largest).toBeLessThanOrEqual(Math.fround(0.05));
  });

  test('varianceScaling takes scale, mode and distribution', () => {
    const wide = varianceScaling({ scale: 3, mode: 'fanOut', distribution: 'untruncatedNormal', seed: 1 });
    const { std, largest } = statistics(values(wide, shape));
    expect(Math.abs(std / Math.sqrt(3 / 100) - 1)).toBeLessThan(bound);
    expect(largest).toBeGreaterThan(3 * Math.sqrt(3 / 100));
    const keras = varianceScaling({ scale: 3, mode: 'fan_out', distribution: 'untruncated_normal', seed: 1 });
    expectSameBits(values(keras, shape), values(wide, shape), 'the same in the spelling of Keras');
    const swapped = varianceScaling({ distribution: 'uniform', inputAxes: [1], outputAxes: [0], seed: 1 });
    expect(Math.abs(statistics(values(swapped, shape)).std / Math.sqrt(1 / 100) - 1)).toBeLessThan(bound);
  });

  test('heNormal of [1000, 1000] has the documented spread', () => {
    expectClose([statistics(values(heNormal({ seed: 3 }), [1000, 1000])).std], [0.04472], { absolute: 0, relative: 0.003 });
  });
});

describe('constants', () => {
  test('zeros, ones and numbers of any type', () => {
    expect([...values(zeros(), [2, 2])]).toEqual([0, 0, 0, 0]);
    expect([...values(ones(), [3], 'int32')]).toEqual([1, 1, 1]);
    expect([...values(constant({ value: 2.5 }), [2])]).toEqual([2.5, 2.5]);
    expect([...values(constant(), [2])]).toEqual([0, 0]);
  });

  test('arrays stretch to the shape of the weight', () => {
    expect([...values(constant({ value: [1, 2, 3] }), [2, 3])]).toEqual([1, 2, 3, 1, 2, 3]);
    expect([...values(constant({ value: [[1], [2]] }), [2, 3])]).toEqual([1, 1, 1, 2, 2, 2]);
    expect([...values(resolveInitializer(new Tensor(Float32Array.of(1, 2, 3, 4), [2, 2])), [2, 2])]).toEqual([1, 2, 3, 4]);
    expect(() => values(constant({ value: [1, 2] }), [2, 3])).toThrow(/shapes that broadcast together/);
    expect(() => values(constant({ value: [[1, 2]] }), [2])).toThrow(/a `value` that stretches to \[2\] of "w", got \[1, 2\]/);
  });
});

describe('orthogonal and identity', () => {
  /** Inner products of all rows of a [rows, cols] matrix. */
  const products = (data: ArrayLike<number>, rows: number, cols: number): number[] =>
    Array.from({ length: rows * rows }, (_, i) => {
      let total = 0;
      for (let c = 0; c < cols; c++) total += data[Math.floor(i / rows) * cols + c]! * data[(i % rows) * cols + c]!;
      return total;
    });
  const transposed = (data: ArrayLike<number>, rows: number, cols: number): number[] =>
    Array.from({ length: rows * cols }, (_, i) => data[(i % rows) * cols + Math.floor(i / rows)]!);
  const unit = (size: number, gain = 1): number[] =>
    Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? gain * gain : 0));
  const exact = { absolute: 1e-6, relative: 1e-6 };

  test.each([
    [[64, 64], 1],
    [[5, 9], 1],
    [[1, 7], 2],
    [[3, 3, 2, 40], 0.5],
  ] as const)('rows of %j, gain %d', (shape, gain) => {
    const cols = shape[shape.length - 1]!;
    const rows = sizeOf(shape) / cols;
    expectClose(products(values(orthogonal({ gain, seed: 1 }), shape), rows, cols), unit(rows, gain), exact);
  });

  test.each([
    [[9, 5], 1],
    [[7, 1], 2],
    [[3, 3, 4, 8], 1],
  ] as const)('columns of %j, gain %d', (shape, gain) => {
    const cols = shape[shape.length - 1]!;
    const rows = sizeOf(shape) / cols;
    const data = transposed(values(orthogonal({ gain, seed: 1 }), shape), rows, cols);
    expectClose(products(data, cols, rows), unit(cols, gain), exact);
  });

  test('Q times the upper triangle of R is the matrix it came from, with a positive diagonal', () => {
    const [rows, cols] = [6, 4];
    const a = Float64Array.from({ length: rows * cols }, (_, i) => Math.sin(i * i + 1) - (i === 0 ? 2 : 0));
    const q = a.slice();
    orthonormalize(q, rows, cols);
    for (let i = 0; i < cols; i++) {
      for (let j = 0; j <= i; j++) {
        let r = 0;
        for (let k = 0; k < rows; k++) r += q[k * cols + i]! * a[k * cols + j]!;
        if (i === j) expect(r).toBeGreaterThan(0);
        else expect(Math.abs(r)).toBeLessThan(1e-14);
      }
    }
  });

  test('every direction is as likely: signs of the diagonal are even', () => {
    setSeed(3);
    const draws = Array.from({ length: 400 }, () => [...values(orthogonal(), [2, 2])]);
    for (const k of [0, 3]) {
      const positive = draws.filter((data) => data[k]! > 0).length;
      expect(Math.abs(positive - 200)).toBeLessThan(4 * Math.sqrt(100));
    }
  });

  test('identity, also of rectangles', () => {
    expect([...values(identity(), [2, 3])]).toEqual([1, 0, 0, 0, 1, 0]);
    expect([...values(identity({ gain: 2 }), [3, 2])]).toEqual([2, 0, 0, 2, 0, 0]);
  });

  test('other ranks and bad gains are refused', () => {
    expect(() => values(orthogonal(), [3])).toThrow(/Orthogonal\] expected a weight of rank >= 2, got "w" of shape \[3\]/);
    expect(() => values(identity(), [3, 3, 3])).toThrow(/Identity\] expected a weight of rank 2/);
    expect(() => orthogonal({ gain: Number.NaN })).toThrow(/`gain` to be a finite number, got NaN/);
  });
});

describe('seeds', () => {
  test('an initializer with a seed gives the same values each time, others do not', () => {
    const [seeded, free] = [heNormal({ seed: 'x' }), heNormal()];
    expectSameBits(values(seeded, [7, 5]), values(seeded, [7, 5]), 'the same seed');
    expectSameBits(values(heNormal({ seed: 'x' }), [7, 5]), values(seeded, [7, 5]), 'another of the same seed');
    expect([...values(heNormal({ seed: 'y' }), [7, 5])]).not.toEqual([...values(seeded, [7, 5])]);
    expect([...values(free, [7, 5])]).not.toEqual([...values(free, [7, 5])]);
  });

  test('without a seed of its own it follows setSeed', () => {
    const draw = (): number[] => [...values(heNormal(), [7, 5]), ...values(randomUniform(), [3])];
    setSeed(42);
    const first = draw();
    setSeed(42);
    expect(draw()).toEqual(first);
    expect(draw()).not.toEqual(first);
  });

  test('an own seed leaves the global stream alone', () => {
    setSeed(42);
    const first = [...values(heNormal(), [4])];
    setSeed(42);
    values(heNormal({ seed: 1 }), [4]);
    expect([...values(heNormal(), [4])]).toEqual(first);
  });

  test('nothing of a draw stays in memory', () => {
    const variable = new Variable('w', [300, 300]);
    heNormal().initialize(variable);
    const { used } = engine().memory.usage();
    for (let i = 0; i < 5; i++) heNormal().initialize(variable);
    expect(engine().memory.usage().used).toBe(used);
  });

  test('a weight without elements is left alone', () => {
    expect([...values(heNormal(), [0, 5])]).toEqual([]);
  });
});

describe('names and configs', () => {
  test.each([
    ['zeros', 'Zeros'],
    ['zero', 'Zeros'],
    ['one', 'Ones'],
    ['normal', 'RandomNormal'],
    ['uniform', 'RandomUniform'],
    ['random_normal', 'RandomNormal'],
    ['RandomUniform', 'RandomUniform'],
    ['truncated_normal', 'TruncatedNormal'],
    ['varianceScaling', 'VarianceScaling'],
    ['glorot_uniform', 'GlorotUniform'],
    ['GlorotNormal', 'GlorotNormal'],
    ['heNormal', 'HeNormal'],
    ['he_uniform', 'HeUniform'],
    ['lecunNormal', 'LecunNormal'],
    ['LecunUniform', 'LecunUniform'],
    ['orthogonal', 'Orthogonal'],
    ['OrthogonalInitializer', 'Orthogonal'],
    ['identity', 'Identity'],
  ])('%s is %s', (name, type) => {
    expect(resolveInitializer(name).type).toBe(type);
  });

  test('every initializer survives JSON', () => {
    for (const factory of Object.values(all)) {
      const original = factory({ seed: 5 } as object);
      const copy = resolveInitializer(JSON.parse(JSON.stringify(original)));
      expect([copy.type, copy.options]).toEqual([factory.type, { seed: 5 }]);
      expectSameBits(values(copy, [3, 4]), values(original, [3, 4]), factory.type);
    }
  });

  test('what is no initializer is refused', () => {
    expect(() => resolveInitializer('henormal2')).toThrow(
      /expected the name of an initializer, got "henormal2"\. Hint: did you mean 'HeNormal'/,
    );
    expect(() => resolveInitializer(heNormal as unknown as string)).toThrow(
      /got function .*Hint: call it, as in initializers\.heNormal\(\)/,
    );
    expect(() => resolveInitializer(3 as unknown as string)).toThrow(
      /expected a name, \{ type, options \}, an initializer or a Tensor, got 3/,
    );
    expect(() => resolveInitializer({} as unknown as string)).toThrow(/got Object/);
  });

  test('bad options are refused when they are written', () => {
    expect(() => varianceScaling({ scale: 0 })).toThrow(
      /initializer VarianceScaling\] expected `scale` to be a positive finite number, got 0/,
    );
    expect(() => varianceScaling({ mode: 'fan' as 'fanIn' })).toThrow(/expected the name of a fan mode, got "fan"/);
    expect(() => varianceScaling({ distribution: 'gamma' as 'uniform' })).toThrow(
      /expected the name of a distribution, got "gamma"/,
    );
    expect(() => randomNormal({ stddev: -1 })).toThrow(/`stddev` to be a finite number >= 0, got -1/);
    expect(() => randomUniform({ minval: 1, maxval: 0 })).toThrow(/expected `minval` <= `maxval`, got 1 and 0/);
    expect(() => constant({ value: Number.NaN })).toThrow(/`value` to be a finite number, got NaN/);
    expect(() => values(heNormal(), [2], 'int32')).toThrow(/initializer HeNormal\] expected a float32 weight, got "w" of int32/);
  });
});
