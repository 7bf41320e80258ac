import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';

/** The range of {@link clip}. */
export interface ClipRange {
  readonly low: number;
  readonly high: number;
}

const op = defineElementwise<ClipRange, 2>({
  name: 'clipGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n, { low, high }) => k.clipGrad(x, dy, dx, n, low, high),
  reference: ([x, dy], { low, high }) => (x >= low && x <= high ? dy : 0),
  // x enters through steps, whose derivative is 0; dL/d(dy) = g where low ≤ x ≤ high, else 0
  gradient: ({ inputs: [x], dy: g, attrs }) => [null, clipGrad(x, g, attrs)],
  attrs: [{ low: -0.5, high: 1 }],
  test: { kinks: [-0.5, 1], tolerance: 0 },
});

/** dL/dx of clip: dy where low ≤ x ≤ high, else 0. */
export function clipGrad(x: Node, dy: Node, range: ClipRange): Node {
  return op([x, dy], range);
}
