import { type Shape, sizeOf } from '../../base/shape.ts';
import { asNode, defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { checkState, drawCases, type NormalAttrs, type NormalOptions, referenceDraw, unit } from '../philox.ts';
import { currentTrace } from '../trace.ts';

const op = defineOp<NormalAttrs, 1>({
  name: 'randomNormal',
  infer: ([state], { shape }) => {
    checkState('randomNormal', state);
    return { shape, dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, n, attrs: { stream, mean, stddev } }) =>
    k.randomNormal(outputs[0]!, inputs[0]!, n, stream, mean, stddev),
  gradient: null,
  reference: ([state], attrs) =>
    // Box & Muller 1958. The uniform number of the radius is rounded to float32 as the kernel's is: its logarithm feels that near 1.
    referenceDraw(state, attrs, (a, b) => {
      const radius = Math.sqrt(-2 * Math.log(Math.fround((Math.fround(a) + 0.5) / 2 ** 32))) * attrs.stddev;
      const angle = 2 * Math.PI * unit(b);
      return [attrs.mean + radius * Math.cos(angle), attrs.mean + radius * Math.sin(angle)];
    }),
  test: { cases: [...drawCases({ mean: 0, stddev: 1 }), ...drawCases({ mean: -2, stddev: 0.25 })] },
  work: (_, { shape }) => 60 * sizeOf(shape),
});

/** Normally distributed numbers. Only in traced functions. Not differentiable. */
export function randomNormal(shape: Shape, { state, mean = 0, stddev = 1 }: NormalOptions): Node {
  return op([asNode('randomNormal', state)], { shape, stream: currentTrace().nextStream(), mean, stddev });
}
