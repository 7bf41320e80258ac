import { defineOp, type Operand, type Result } from '../define-op.ts';

const op = defineOp<object, 1>({
  name: 'stopGradient',
  infer: ([x]) => x,
  lower: () => undefined,
  // Differentiable, but by decree nothing flows: the gradient of x is zero.
  gradient: () => [null],
  reference: ([x]) => x,
  test: { cases: [{ shapes: [[2, 3]], attrs: {} }], nonDifferentiable: [0], tolerance: 0 },
  view: true,
  // Simplifying comes after differentiating, when the mark has done its work.
  simplify: ([x]) => x,
});

/** `x` itself, but as a constant to the gradient: nothing flows back through it. */
export function stopGradient<X extends Operand>(x: X): Result<X> {
  return op<X>([x], {});
}
