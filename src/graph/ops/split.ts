import { failShape } from '../../base/fail.ts';
import { formatShape, normalizeAxis } from '../../base/shape.ts';
import { asNode, type Operand, type Result } from '../define-op.ts';
import { slice } from './slice.ts';

/**
 * `x` cut along `axis` into parts of the given sizes, or into as many equal parts as a number says.
 *
 * @throws ShapeError when the sizes do not add up to the axis
 */
export function split<X extends Operand>(x: X, sizes: number | readonly number[], axis = 0): Result<X>[] {
  const { shape } = asNode('split', x);
  const at = normalizeAxis('split', axis, shape.length);
  const length = shape[at]!;
  const list = typeof sizes === 'number' ? new Array<number>(sizes).fill(length / sizes) : sizes;
  if (list.reduce((a, b) => a + b, 0) !== length || !list.every((size) => Number.isInteger(size) && size >= 0)) {
    failShape(
      'split',
      `sizes that add up to ${length}, axis ${at} of ${formatShape(shape)}`,
      typeof sizes === 'number' ? `${sizes} equal parts` : formatShape(sizes),
    );
  }
  let start = 0;
  return list.map((size) => {
    const begin = shape.map((_, i) => (i === at ? start : 0));
    start += size;
    return slice<X>(
      x,
      begin,
      shape.map((whole, i) => (i === at ? size : whole)),
    );
  });
}
