import { type Shape, sizeOf } from '../../base/shape.ts';
import { asNode, defineOp } from '../define-op.ts';
import { erfSeries } from '../error-function.ts';
import type { Node } from '../node.ts';
import { checkState, drawCases, type NormalAttrs, type NormalOptions, referenceDraw, unit } from '../philox.ts';
import { currentTrace } from '../trace.ts';

/** The z with erf(z / √2) = p, by halving the interval. */
function quantile(p: number): number {
  let [low, high] = [-2.1, 2.1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (erfSeries(middle / Math.SQRT2) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const op = defineOp<NormalAttrs, 1>({
  name: 'randomTruncatedNormal',
  infer: ([state], { shape }) => {
    checkState('randomTruncatedNormal', state);
    return { shape, dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, n, attrs: { stream, mean, stddev } }) =>
    k.randomTruncatedNormal(outputs[0]!, inputs[0]!, n, stream, mean, stddev),
  gradient: null,
  // The distribution function of the truncated normal, inverted at the middle of the interval a 24-bit number stands for.
  reference: ([state], attrs) => {
    const value = (word: number): number =>
      attrs.mean + attrs.stddev * quantile((2 * unit(word) + 2 ** -24 - 1) * erfSeries(Math.SQRT2));
    return referenceDraw(state, attrs, (a, b) => [value(a), value(b)]);
  },
  test: { cases: [...drawCases({ mean: 0, stddev: 1 }), ...drawCases({ mean: 0.5, stddev: 0.1 })] },
  work: (_, { shape }) => 60 * sizeOf(shape),
});

/**
 * Normally distributed numbers of which those beyond two standard deviations are left out, so that their own standard deviation is
 * 0.8796 · stddev. Only in traced functions. Not differentiable.
 */
export function randomTruncatedNormal(shape: Shape, { state, mean = 0, stddev = 1 }: NormalOptions): Node {
  return op([asNode('randomTruncatedNormal', state)], { shape, stream: currentTrace().nextStream(), mean, stddev });
}
