import { fail, failShape } from '../../base/fail.ts';
import { formatShape, normalizeAxis, type Shape, sizeOf } from '../../base/shape.ts';
import { refuseUint8 } from '../checks.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { slice } from './slice.ts';

/** Each part as rows: everything from `axis` on is one run of elements. */
function runsOf(parts: readonly { shape: Shape }[], axis: number): { rows: number; runs: number[]; total: number } {
  const runs = parts.map(({ shape }) => sizeOf(shape.slice(axis)));
  return { rows: sizeOf(parts[0]!.shape.slice(0, axis)), runs, total: runs.reduce((a, b) => a + b, 0) };
}

function joinedShape(parts: readonly { shape: Shape }[], axis: number): Shape {
  const length = parts.reduce((total, { shape }) => total + shape[axis]!, 0);
  return parts[0]!.shape.map((size, i) => (i === axis ? length : size));
}

const op = defineOp<{ axis: number }, number>({
  name: 'concat',
  infer: (parts, { axis }) => {
    const [first] = parts;
    refuseUint8('concat', ...parts);
    for (const { shape, dtype } of parts) {
      const fits = shape.length === first!.shape.length && shape.every((size, i) => i === axis || size === first!.shape[i]);
      if (!fits || dtype !== first!.dtype) {
        const [expected, got] = [first!, { shape, dtype }].map((spec) => `${spec.dtype} ${formatShape(spec.shape)}`);
        failShape('concat', `parts that differ from ${expected} along axis ${axis} only`, got!);
      }
    }
    return { shape: joinedShape(parts, axis), dtype: first!.dtype };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs: { axis }, table, offset }) => {
    const { rows, runs, total } = runsOf(inputSpecs, axis);
    let start = 0;
    inputs.forEach((input, i) => {
      const run = runs[i]!;
      k.stridedCopy(input, offset(outputs[0]!, start), table([rows, run, run, 1, total, 1]), 2);
      start += run;
    });
  },
  gradient: ({ inputs, dy, attrs: { axis } }) => {
    let start = 0;
    return inputs.map(({ shape }) => {
      const begin = shape.map((_, i) => (i === axis ? start : 0));
      start += shape[axis]!;
      return slice(dy, begin, shape);
    });
  },
  reference: (parts, { axis }) => {
    const { rows, runs, total } = runsOf(parts, axis);
    const data = new Float64Array(rows * total);
    let start = 0;
    parts.forEach((part, i) => {
      for (let row = 0; row < rows; row++)
        data.set(part.data.subarray(row * runs[i]!, (row + 1) * runs[i]!), row * total + start);
      start += runs[i]!;
    });
    return { shape: joinedShape(parts, axis), data };
  },
  test: {
    cases: [
      { shapes: [[3]], attrs: { axis: 0 } },
      { shapes: [[3], [4], [1]], attrs: { axis: 0 } },
      {
        shapes: [
          [2, 3],
          [2, 5],
        ],
        attrs: { axis: 1 },
      },
      {
        shapes: [
          [2, 3],
          [4, 3],
        ],
        attrs: { axis: 0 },
      },
      {
        shapes: [
          [2, 3, 4],
          [2, 1, 4],
          [2, 2, 4],
        ],
        attrs: { axis: 1 },
      },
    ],
    tolerance: 0,
  },
});

/** The parts one after the other along `axis`; their other dimensions must agree. */
export function concat<X extends Operand>(parts: readonly X[], axis = 0): Result<X> {
  const [first] = parts;
  if (first === undefined) return fail('concat', 'at least one part', 'an empty list');
  return op<X>(parts, { axis: normalizeAxis('concat', axis, asNode('concat', first).rank) });
}
