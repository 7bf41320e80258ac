/**
 * @file What the recurrent ops share: their shapes, the memory they ask for, how references walk through time, and test cases. A
 * recurrent op goes over whole sequences: it gets the projected inputs x·W + b of all steps, [batch, steps, gates · units], and the
 * recurrent weights U [units, gates · units].
 */

import { failShape } from '../base/fail.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import { GEMM_SCRATCH_PER_THREAD, RECURRENT_ROWS } from '../engine/index.ts';
import { requireFloat32 } from './checks.ts';
import type { Domain, OpTestCase, RefArray } from './define-op.ts';
import type { TensorSpec } from './node.ts';

/** How a sequence is read. */
export interface RecurrentAttrs {
  /** Whether time runs from the last step to the first. */
  readonly reverse: boolean;
}

/** Sizes of a sequence. */
export interface SequenceSizes {
  readonly batch: number;
  readonly steps: number;
  readonly units: number;
}

/** Sizes from those of the recurrent weights and of anything that starts with [batch, steps]. */
export function sizesOf(kernel: { shape: Shape }, sequence: { shape: Shape }): SequenceSizes {
  return { batch: sequence.shape[0]!, steps: sequence.shape[1]!, units: kernel.shape[0]! };
}

/** Refuses what is no sequence with its weights and states: projected [batch, steps, gates·units], kernel, states [batch, units], mask. */
export function checkSequence(
  where: string,
  gates: number,
  [projected, kernel, ...states]: readonly TensorSpec[],
  mask: TensorSpec | undefined,
): SequenceSizes {
  requireFloat32(where, projected!, kernel!, ...states, ...(mask ? [mask] : []));
  const units = kernel!.shape[0] ?? 0;
  const [batch, steps, width] = projected!.shape;
  if (kernel!.shape.length !== 2 || units === 0 || kernel!.shape[1] !== gates * units)
    failShape(where, `recurrent weights [units, ${gates === 1 ? '' : `${gates} · `}units]`, formatShape(kernel!.shape));
  if (projected!.shape.length !== 3 || width !== gates * units)
    failShape(where, `projected inputs [batch, steps, ${gates * units}]`, formatShape(projected!.shape));
  for (const { shape } of states)
    if (!sameShape(shape, [batch!, units])) failShape(where, `a state of shape [${batch}, ${units}]`, formatShape(shape));
  if (mask && !sameShape(mask.shape, [batch!, steps!]))
    failShape(where, `a mask of shape [${batch}, ${steps}]`, formatShape(mask.shape));
  return { batch: batch!, steps: steps!, units };
}

/** Floats of scratch that the kernels of `gates` gates need, for all threads. */
export function recurrentScratch(gates: number, units: number, threads: number): number {
  const packed = gates * units * Math.ceil(units / 4) * 4;
  return threads * (packed + RECURRENT_ROWS * (gates + 2) * units);
}

/** Floats of scratch of a gradient that keeps `perStep` floats of every step for the matrix product that follows the kernel. */
export function recurrentGradScratch(
  gates: number,
  { batch, steps, units }: SequenceSizes,
  perStep: number,
  threads: number,
): number {
  return batch * steps * perStep + Math.max(recurrentScratch(gates, units, threads), GEMM_SCRATCH_PER_THREAD * threads);
}

/** A step of one batch row, as references meet it. */
export interface Step {
  readonly row: number;
  /** row · steps + time. */
  readonly at: number;
  /** The same of the step before, −1 for the first. */
  readonly before: number;
  /** Whether the mask says to skip it. */
  readonly isSkipped: boolean;
}

/** Every step of every row, in the order of time. */
export function timeSteps({ batch, steps }: SequenceSizes, reverse: boolean, mask: RefArray | undefined): Step[] {
  return Array.from({ length: batch * steps }, (_, i) => {
    const [row, step] = [Math.floor(i / steps), i % steps];
    const timeOf = (each: number): number => row * steps + (reverse ? steps - 1 - each : each);
    const at = timeOf(step);
    return { row, at, before: step === 0 ? -1 : timeOf(step - 1), isSkipped: mask?.data[at] === 0 };
  });
}

/** The state of unit `j` before a step. */
export function stateBefore({ row, before }: Step, initial: RefArray, states: Float64Array, units: number, j: number): number {
  return before < 0 ? initial.data[row * units + j]! : states[before * units + j]!;
}

/** Σ over j of before[j] · U[j, column]: the recurrent product of one step, in float64. */
export function recurrentProduct(step: Step, initial: RefArray, states: Float64Array, kernel: RefArray, column: number): number {
  const [units, width] = kernel.shape as readonly [number, number];
  let total = 0;
  for (let j = 0; j < units; j++) total += stateBefore(step, initial, states, units, j) * kernel.data[j * width + column]!;
  return total;
}

/** beforeᵀ · d over all steps: the gradient of the recurrent weights, d [batch·steps, width]. */
export function kernelGradient(
  steps: readonly Step[],
  initial: RefArray,
  states: Float64Array,
  kernel: RefArray,
  d: Float64Array,
): RefArray {
  const [units, width] = kernel.shape as readonly [number, number];
  const data = new Float64Array(units * width);
  for (const step of steps) {
    for (let j = 0; j < units; j++) {
      const h = stateBefore(step, initial, states, units, j);
      for (let column = 0; column < width; column++) data[j * width + column]! += h * d[step.at * width + column]!;
    }
  }
  return { shape: kernel.shape, data };
}

/** 1 / (1 + e^−x) in float64. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Numbers in [−1, 1]. */
export const unitDomain: Domain = { low: -1, high: 1 };
/** Values of a gate. */
export const gateDomain: Domain = { low: 0.05, high: 0.95 };
/** Recurrent weights that leave gates unsaturated. */
export const kernelDomain: Domain = { low: -0.5, high: 0.5 };
/** A mask. */
export const maskDomain: Domain = { low: 0, high: 1, integer: true };

/** [batch, steps, units] recurrent ops are tested with: one row, odd sizes, whole vectors, more rows than a block, long sums. */
const testSizes: readonly (readonly [batch: number, steps: number, units: number])[] = [
  [1, 1, 1],
  [3, 4, 5],
  [2, 3, 8],
  [35, 2, 7],
  [2, 2, 260],
];

/** Test cases of an op, forwards and backwards in time, with and without mask. */
export function recurrentCases<A extends RecurrentAttrs>(
  shapes: (batch: number, steps: number, units: number, hasMask: boolean) => readonly Shape[],
  domain: (hasMask: boolean, kernel: Domain) => readonly Domain[],
  attrs: (reverse: boolean, hasMask: boolean) => A,
): OpTestCase<A>[] {
  return testSizes.flatMap(([batch, steps, units], i) =>
    [false, true].flatMap((hasMask) => {
      // The larger ones once each.
      const directions = i < 3 ? [false, true] : [hasMask];
      const kernel = units > 100 ? { low: -0.1, high: 0.1 } : kernelDomain;
      return directions.map((reverse) => ({
        shapes: shapes(batch, steps, units, hasMask),
        attrs: attrs(reverse, hasMask),
        domain: domain(hasMask, kernel),
      }));
    }),
  );
}
