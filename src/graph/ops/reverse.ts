import { normalizeAxis, sizeOf, stridesOf } from '../../base/shape.ts';
import { refuseUint8 } from '../checks.ts';
import { asNode, defineOp, type Operand, opRegistry, type Result } from '../define-op.ts';
import { callOf } from '../node.ts';

const op = defineOp<{ axis: number }, 1>({
  name: 'reverse',
  infer: ([x]) => {
    refuseUint8('reverse', x);
    return { shape: x.shape, dtype: x.dtype };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs: { axis }, table, offset }) => {
    const { shape } = inputSpecs[0]!;
    if (sizeOf(shape) === 0) return;
    const strides = stridesOf(shape);
    const backwards = strides.map((stride, i) => (i === axis ? -stride : stride));
    const last = offset(inputs[0]!, (shape[axis]! - 1) * strides[axis]!);
    k.stridedCopy(last, outputs[0]!, table([...shape, ...backwards, ...strides]), shape.length);
  },
  // The gradient is turned round the same way.
  gradient: ({ dy, attrs: { axis } }) => [reverse(dy, axis)],
  reference: ([x], { axis }) => {
    const [inner, length] = [sizeOf(x.shape.slice(axis + 1)), x.shape[axis]!];
    const data = x.data.map((_, i) => x.data[i + (length - 1 - 2 * (Math.floor(i / inner) % length)) * inner]!);
    return { shape: x.shape, data };
  },
  test: {
    cases: [
      { shapes: [[1]], attrs: { axis: 0 } },
      { shapes: [[9]], attrs: { axis: 0 } },
      { shapes: [[4, 5]], attrs: { axis: 0 } },
      { shapes: [[4, 5]], attrs: { axis: 1 } },
      { shapes: [[3, 4, 17]], attrs: { axis: 1 } },
      { shapes: [[2, 3, 4]], attrs: { axis: 2 }, domain: { low: -9, high: 9, dtype: 'int32' } },
    ],
    tolerance: 0,
  },
  // Twice is not at all.
  simplify: ([x], { axis }) => {
    const call = callOf(x);
    if (call?.op !== opRegistry.get('reverse')) return undefined;
    return (call?.attrs as { axis: number } | undefined)?.axis === axis ? call?.inputs[0] : undefined;
  },
});

/** The elements in the opposite order along `axis`. Shape: any of rank >= 1 → same. */
export function reverse<X extends Operand>(x: X, axis = 0): Result<X> {
  return op<X>([x], { axis: normalizeAxis('reverse', axis, asNode('reverse', x).rank) });
}
