/** @file The gradient that max and min share. */

import type { Node } from './node.ts';
import { div } from './ops/div.ts';
import { equal } from './ops/equal.ts';
import { mul } from './ops/mul.ts';
import { reshape } from './ops/reshape.ts';
import { stopGradient } from './ops/stop-gradient.ts';
import { sum } from './ops/sum.ts';
import { type AxisRange, reductionView } from './reductions.ts';

/** dL/dx of a reduction that picks elements: what equals the result shares the result's gradient. */
export function gradientOfExtremes(x: Node, y: Node, dy: Node, range: AxisRange): Node {
  const { outer, count, inner } = reductionView(x, range);
  const isPicked = stopGradient(equal(reshape(x, [outer, count, inner]), reshape(y, [outer, 1, inner])));
  const share = div(reshape(dy, [outer, 1, inner]), sum(isPicked, 1, true));
  return reshape(mul(isPicked, share), x.shape);
}
