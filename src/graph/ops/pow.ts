import { defineBinary } from '../binary.ts';
import type { Operand, Result } from '../define-op.ts';
import { greater } from './greater.ts';
import { log } from './log.ts';
import { mul } from './mul.ts';
import { notEqual } from './not-equal.ts';
import { select } from './select.ts';
import { square } from './square.ts';
import { stopGradient } from './stop-gradient.ts';
import { sub } from './sub.ts';

const op = defineBinary({
  name: 'pow',
  // ECMAScript alone has NaN for 1^NaN and (±1)^±Infinity, where IEEE 754 has 1.
  reference: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
  // dL/da = dy · b · a^(b−1), with a⁰ for a^(b−1) where b = 0 so that 0 · ∞ cannot arise; dL/db = dy · y · log(a)
  gradient: ({ a, b, y, dy }) => {
    const exponent = sub(b, stopGradient(notEqual(b, 0)));
    const isPositive = stopGradient(greater(a, 0));
    return [mul(dy, mul(b, op(a, exponent))), mul(mul(dy, y), log(select(isPositive, a, 1)))];
  },
  test: {
    domain: [
      { low: 0.2, high: 3 },
      { low: -2, high: 2 },
    ],
  },
});

/**
 * a to the power b, elementwise with broadcasting. Shape: broadcast of both. NaN for a negative `a` unless `b` is an integer.
 * The gradient by `b` is 0 where a ≤ 0. The number 2 as exponent is a multiplication.
 */
export function pow<A extends Operand, B extends Operand>(a: A, b: B): Result<A | B> {
  return b === 2 ? (square<Operand>(a) as Result<A | B>) : op(a, b);
}
