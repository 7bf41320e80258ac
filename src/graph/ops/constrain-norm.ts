import { sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { defineOp } from '../define-op.ts';
import { recordEffect } from '../effects.ts';
import { type AxisRange, reductionView } from '../reductions.ts';
import type { Variable } from '../variable.ts';

/** Bounds of a norm, and over which axes it is taken. */
export interface NormBounds {
  /** First and last of the neighbouring axes over which a norm is taken. */
  readonly axes: AxisRange;
  readonly low: number;
  readonly high: number;
  /** How far a norm moves towards its bounds each time: 1 is all the way. */
  readonly rate: number;
}

const op = defineOp<NormBounds, 1>({
  name: 'constrainNorm',
  infer: ([weight]) => {
    requireFloat32('constrainNorm', weight);
    return [];
  },
  lower: (k, { inputs, inputSpecs, attrs: { axes, low, high, rate } }) => {
    const { outer, count, inner } = reductionView(inputSpecs[0]!, axes);
    k.constrainNorm(inputs[0]!, outer, count, inner, low, high, rate);
  },
  gradient: null,
  reference: ([{ shape, data }], { axes, low, high, rate }) => {
    const { count, inner } = reductionView({ shape }, axes);
    const squares = new Map<number, number>();
    const groupOf = (i: number): number => Math.floor(i / (count * inner)) * inner + (i % inner);
    data.forEach((value, i) => {
      squares.set(groupOf(i), (squares.get(groupOf(i)) ?? 0) + value * value);
    });
    return {
      shape,
      data: data.map((value, i) => {
        const norm = Math.sqrt(squares.get(groupOf(i))!);
        return (value * (rate * Math.min(Math.max(norm, low), high) + (1 - rate) * norm)) / (norm + 1e-7);
      }),
    };
  },
  test: {
    cases: [
      { shapes: [[1]], attrs: { axes: [0, 0], low: 0, high: 0.5, rate: 1 } },
      { shapes: [[4, 3]], attrs: { axes: [0, 0], low: 0, high: 1, rate: 1 } },
      { shapes: [[4, 3]], attrs: { axes: [1, 1], low: 1, high: 1, rate: 1 } },
      { shapes: [[3, 4, 5]], attrs: { axes: [0, 1], low: 0.5, high: 1.5, rate: 0.75 } },
      { shapes: [[3, 4, 5]], attrs: { axes: [1, 1], low: 4, high: 8, rate: 0.5 } },
      { shapes: [[33, 70]], attrs: { axes: [0, 0], low: 0, high: 2, rate: 1 } },
      { shapes: [[70, 33]], attrs: { axes: [1, 1], low: 0, high: 2, rate: 1 } },
      { shapes: [[5, 19, 23]], attrs: { axes: [1, 1], low: 0, high: 2, rate: 1 } },
    ],
  },
  writes: () => [0],
  work: ([weight]) => 4 * sizeOf(weight!.shape),
});

/**
 * Moves the norms of a weight into bounds, after the updates that were asked for before: w ← w·d / (‖w‖ + 1e-7) with
 * d = rate·clip(‖w‖, low, high) + (1 − rate)·‖w‖. Only in traced functions.
 */
export function constrainNorm(weight: Variable, bounds: NormBounds): void {
  recordEffect(op, [weight.node], bounds);
}
