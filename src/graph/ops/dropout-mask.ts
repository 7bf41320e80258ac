import { fail } from '../../base/fail.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import { asNode, defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { checkState, type DrawAttrs, type DrawOptions, drawCases, referenceDraw, unit } from '../philox.ts';
import { currentTrace } from '../trace.ts';

interface MaskAttrs extends DrawAttrs {
  readonly rate: number;
}

const op = defineOp<MaskAttrs, 1>({
  name: 'dropoutMask',
  infer: ([state], { shape }) => {
    checkState('dropoutMask', state);
    return { shape, dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, n, attrs: { stream, rate } }) => k.dropoutMask(outputs[0]!, inputs[0]!, n, stream, rate),
  gradient: null,
  reference: ([state], attrs) => {
    const value = (word: number): number => (unit(word) < Math.fround(attrs.rate) ? 0 : 1 / (1 - attrs.rate));
    return referenceDraw(state, attrs, (a, b) => [value(a), value(b)]);
  },
  test: {
    cases: [...drawCases({ rate: 0.5 }), ...drawCases({ rate: 0.1 }), ...drawCases({ rate: 0 }), ...drawCases({ rate: 1 })],
  },
  work: (_, { shape }) => 30 * sizeOf(shape),
});

/** What {@link dropoutMask} draws. */
export interface MaskOptions extends DrawOptions {
  /** Probability of a 0, in [0, 1]. */
  readonly rate: number;
}

/** A mask for dropout: each element is 0 with probability `rate` and 1 / (1 − rate) otherwise. Only in traced functions. Not differentiable. */
export function dropoutMask(shape: Shape, { state, rate }: MaskOptions): Node {
  if (!(rate >= 0 && rate <= 1)) fail('dropoutMask', '`rate` in [0, 1]', String(rate));
  return op([asNode('dropoutMask', state)], { shape, stream: currentTrace().nextStream(), rate });
}
