/** @file Repetition of the elements of an axis, made of existing ops. */

import type { Node } from '../graph/node.ts';
import { broadcastTo, reshape } from '../graph/ops.ts';

/** Each element of `axis` `times` times, one after the other. */
export function repeatAxis(x: Node, axis: number, times: number): Node {
  if (times === 1) return x;
  const [before, after] = [x.shape.slice(0, axis + 1), x.shape.slice(axis + 1)];
  const copies = broadcastTo(reshape(x, [...before, 1, ...after]), [...before, times, ...after]);
  return reshape(copies, [...before.slice(0, -1), before[axis]! * times, ...after]);
}
