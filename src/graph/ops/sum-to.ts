import type { Shape } from '../../base/shape.ts';
import type { Node } from '../node.ts';
import { reshape } from './reshape.ts';
import { sum } from './sum.ts';

/** `x` summed over the axes along which a tensor of `shape` was stretched to reach x's shape: the reverse of broadcasting. */
export function sumTo(x: Node, shape: Shape): Node {
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) => (axis < extra || (shape[axis - extra] === 1 && size !== 1) ? [axis] : []));
  return axes.length === 0 ? x : reshape(sum(x, axes, true), shape);
}
