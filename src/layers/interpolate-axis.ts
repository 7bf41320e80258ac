/** @file Linear interpolation along an axis, made of existing ops. */

import type { Node } from '../graph/node.ts';
import { add, concat, reshape, scale, slice, stack } from '../graph/ops.ts';

/**
 * `axis` enlarged by a whole factor, linearly interpolated between the centres of its elements: output i·factor + r lies at
 * i + (r + ½) / factor − ½. Beyond the first and last centre the values stay as they are there.
 */
export function interpolateAxis(x: Node, axis: number, factor: number): Node {
  if (factor === 1) return x;
  const size = x.shape[axis]!;
  const part = (begin: number, count: number): Node =>
    slice(
      x,
      x.shape.map((_, i) => (i === axis ? begin : 0)),
      x.shape.map((length, i) => (i === axis ? count : length)),
    );
  const previous = size === 1 ? x : concat([part(0, 1), part(0, size - 1)], axis);
  const next = size === 1 ? x : concat([part(1, size - 1), part(size - 1, 1)], axis);
  const phases = Array.from({ length: factor }, (_, r) => {
    const offset = (r + 0.5) / factor - 0.5;
    if (offset === 0) return x;
    return add(scale(x, 1 - Math.abs(offset)), scale(offset < 0 ? previous : next, Math.abs(offset)));
  });
  const shape = x.shape.map((length, i) => (i === axis ? length * factor : length));
  return reshape(stack(phases, axis + 1), shape);
}
