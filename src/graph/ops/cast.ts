import { fail } from '../../base/fail.ts';
import type { DType } from '../../base/shape.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { constantOf } from '../node.ts';

/** The kernel for each pair of types that has one. */
const kernels = {
  int32: { float32: 'castI32ToF32' },
  uint8: { float32: 'castU8ToF32', int32: 'castU8ToI32' },
  float32: { int32: 'castF32ToI32', uint8: 'castF32ToU8' },
} as const;

type CastKernel = 'castI32ToF32' | 'castU8ToF32' | 'castU8ToI32' | 'castF32ToI32' | 'castF32ToU8';

function kernelFor(from: DType, to: DType): CastKernel {
  const targets: Partial<Record<DType, CastKernel>> = kernels[from];
  return targets[to] ?? fail('cast', `a type to convert ${from} to`, to);
}

/** Smallest and largest value of each type. */
const limits = { float32: [-Infinity, Infinity], int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255] } as const;

const op = defineOp<{ dtype: DType }, 1>({
  name: 'cast',
  infer: ([x], { dtype }) => {
    kernelFor(x.dtype, dtype);
    return { shape: x.shape, dtype };
  },
  lower: (k, { inputs, outputs, inputSpecs, n, attrs }) =>
    k[kernelFor(inputSpecs[0]!.dtype, attrs.dtype)](inputs[0]!, outputs[0]!, n),
  // Integers have no derivative: rounding to them is a step.
  gradient: () => [null],
  reference: ([x], { dtype }) => {
    const [low, high] = limits[dtype];
    const round = (value: number): number => Math.min(Math.max(Math.trunc(value) || 0, low), high);
    return { shape: x.shape, data: dtype === 'float32' ? x.data : x.data.map(round) };
  },
  test: {
    cases: [[], [5], [3, 7], [1030]].flatMap((shape) => [
      { shapes: [shape], attrs: { dtype: 'float32' }, domain: { low: -100_000, high: 100_000, dtype: 'int32' } },
      { shapes: [shape], attrs: { dtype: 'float32' }, domain: { low: 0, high: 255, dtype: 'uint8' } },
      { shapes: [shape], attrs: { dtype: 'int32' }, domain: { low: 0, high: 255, dtype: 'uint8' } },
      { shapes: [shape], attrs: { dtype: 'int32' }, domain: { low: -3e9, high: 3e9 } },
      { shapes: [shape], attrs: { dtype: 'uint8' }, domain: { low: -20, high: 300 } },
    ]),
    nonDifferentiable: [0],
  },
  elementwise: true,
});

/**
 * The same numbers in another element type. Shape: any → same. To integers: the fraction is cut off, what lies outside the type's
 * range becomes its nearest end, NaN becomes 0. No gradient flows through a change of type.
 */
export function cast<X extends Operand>(x: X, dtype: DType): Result<X> {
  const node = asNode('cast', x);
  if (node.dtype === dtype) return (typeof x === 'number' ? constantOf(node) : x) as Result<X>;
  if (node.dtype === 'int32' && dtype === 'uint8') return cast<Operand>(cast<Operand>(x, 'float32'), 'uint8') as Result<X>;
  return op<X>([x], { dtype });
}
