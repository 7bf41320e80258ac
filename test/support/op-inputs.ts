/** @file Inputs for testing an op, drawn as its record says. */

import { type Shape, sizeOf } from '../../src/base/shape.ts';
import { newArray, Tensor } from '../../src/base/tensor.ts';
import type { Domain, OpRecord, OpTestCase } from '../../src/graph/define-op.ts';
import { generator, seedOf } from './random.ts';

/** Distance that gradient checks keep from a kink. */
const kinkDistance = 0.01;

const everywhere: Domain = { low: -2, high: 2 };

/** Range of input `index` of a case. */
function domainOf(op: OpRecord, testCase: OpTestCase<object>, index: number): Domain {
  const given = testCase.domain ?? op.test.domain ?? everywhere;
  return 'low' in given ? given : (given[index] ?? everywhere);
}

function draw({ low, high, dtype = 'float32', integer }: Domain, random: () => number): number {
  if (dtype === 'float32' && !integer) return Math.fround(low + (high - low) * random());
  return Math.min(high, Math.floor(low + (high - low + 1) * random()));
}

/** Numbers of [−2, 2] none of which lie close together, in random order. */
function distinct(count: number, random: () => number): number[] {
  const values = Array.from({ length: count }, (_, i) => Math.fround(-2 + (4 * (i + 0.5)) / count));
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return values;
}

/** The inputs of one case, always the same for the same op and case. */
export function drawInputs(op: OpRecord, testCase: OpTestCase<object>): Tensor[] {
  const random = generator(seedOf(`${op.name} ${JSON.stringify(testCase)}`));
  const { kinks = [], ties } = op.test;
  const sizes = testCase.shapes.map((shape: Shape) => sizeOf(shape));
  const spread = ties
    ? distinct(
        sizes.reduce((a, b) => a + b, 0),
        random,
      )
    : [];
  return testCase.shapes.map((shape, index) => {
    const domain = domainOf(op, testCase, index);
    const data = newArray(domain.dtype ?? 'float32', sizes[index]!);
    for (let i = 0; i < data.length; i++) {
      let value = ties ? spread.pop()! : draw(domain, random);
      while (!domain.integer && kinks.some((kink) => Math.abs(value - kink) < kinkDistance)) value = draw(domain, random);
      data[i] = value;
    }
    return new Tensor(data, shape);
  });
}

/** Numbers where functions are at the end of their wits. */
const extremes = [0, -0, 80, -80, Infinity, -Infinity, NaN, 1, -1, 1e-40];

/** Every combination of extreme values for `arity` inputs. */
export function extremeInputs(arity: number): Tensor[] {
  const count = extremes.length ** arity;
  return Array.from({ length: arity }, (_, index) => {
    const data = Float32Array.from(
      { length: count },
      (_, i) => extremes[Math.floor(i / extremes.length ** index) % extremes.length]!,
    );
    return new Tensor(data, [count]);
  });
}
