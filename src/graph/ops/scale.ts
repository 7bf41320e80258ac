import type { Operand, Result } from '../define-op.ts';
import { defineUnary } from '../families.ts';

const op = defineUnary<{ factor: number; offset: number }>({
  name: 'scale',
  kernel: (k, x, y, n, { factor, offset }) => k.scale(x, y, n, factor, offset),
  reference: (x, { factor, offset }) => x * factor + offset,
  // dL/dx = dy · factor
  gradient: ({ dy, attrs: { factor } }) => scale(dy, factor),
  attrs: [
    { factor: -1.5, offset: 0.25 },
    { factor: 3, offset: 0 },
  ],
});

/** x · factor + offset with two numbers. Shape: any → same. */
export function scale<X extends Operand>(x: X, factor: number, offset = 0): Result<X> {
  return op(x, { factor, offset });
}
