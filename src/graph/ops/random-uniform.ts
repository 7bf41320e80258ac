import { type Shape, sizeOf } from '../../base/shape.ts';
import { asNode, defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { checkState, type DrawAttrs, type DrawOptions, drawCases, referenceDraw, unit } from '../philox.ts';
import { currentTrace } from '../trace.ts';

interface UniformAttrs extends DrawAttrs {
  readonly low: number;
  readonly high: number;
}

const op = defineOp<UniformAttrs, 1>({
  name: 'randomUniform',
  infer: ([state], { shape }) => {
    checkState('randomUniform', state);
    return { shape, dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, n, attrs: { stream, low, high } }) =>
    k.randomUniform(outputs[0]!, inputs[0]!, n, stream, low, high),
  gradient: null,
  reference: ([state], attrs) => {
    const value = (word: number): number => attrs.low + unit(word) * (attrs.high - attrs.low);
    return referenceDraw(state, attrs, (a, b) => [value(a), value(b)]);
  },
  test: { cases: [...drawCases({ low: 0, high: 1 }), ...drawCases({ low: -3, high: 0.5 })] },
  work: (_, { shape }) => 30 * sizeOf(shape),
});

/** What {@link randomUniform} draws. */
export interface UniformOptions extends DrawOptions {
  /** Default 0. */
  readonly low?: number;
  /** Default 1. */
  readonly high?: number;
}

/** Numbers spread evenly over [low, high). Only in traced functions. Not differentiable. */
export function randomUniform(shape: Shape, { state, low = 0, high = 1 }: UniformOptions): Node {
  return op([asNode('randomUniform', state)], { shape, stream: currentTrace().nextStream(), low, high });
}
