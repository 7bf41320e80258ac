/**
 * @file The op an optimizer step becomes: one kernel over a table of segments, one segment per weight, whatever layers or models the
 * weights come from. What changes from step to step (learning rate, bias correction) is read from a variable. Averages of the weights,
 * decay, clipping and accumulated gradients are done by the same kernel on the way (assembly/lib/segment-extras.ts).
 */

import { internal } from '../base/fail.ts';
import { sizeOf } from '../base/shape.ts';
import {
  type Emitter,
  type Int,
  NORM_OF_ALL_BOUNDED,
  NORM_OF_ALL_DIVIDES,
  NORM_OF_EACH_BOUNDED,
  NORM_OF_EACH_DIVIDES,
  NORM_RATIO,
  type Pointer,
  SUM_SQUARES_CHUNK,
  UPDATE_SCRATCH_PER_THREAD,
} from '../engine/index.ts';
import { defineOp, type Lowering, opRegistry } from './define-op.ts';
import { type Node, OpCall, type TensorSpec } from './node.ts';
import { currentTrace } from './trace.ts';
import type { Variable } from './variable.ts';

type Parameters5 = [table: Pointer, segments: Int, hyper: Pointer, extras: Pointer, scratch: Pointer];

/** Kernels that update weights from a segment table. */
export type UpdateKernel = {
  [K in keyof Emitter]: Parameters5 extends Parameters<Emitter[K]>
    ? Parameters<Emitter[K]> extends Parameters5
      ? K
      : never
    : never;
}[keyof Emitter];

/** What gradients are measured by before the update reads them. */
const norms = {
  /** The gradient of each weight is bounded. */
  clipEach: NORM_OF_EACH_BOUNDED,
  /** All gradients together are bounded. */
  clipAll: NORM_OF_ALL_BOUNDED,
  /** Each gradient is divided by its norm. */
  divideEach: NORM_OF_EACH_DIVIDES,
  /** All gradients are divided by their common norm. */
  divideAll: NORM_OF_ALL_DIVIDES,
  /** Each is made as long as its weight. */
  trust: NORM_RATIO,
} as const;

/** A way to measure gradients by their norms. */
export type NormKind = keyof typeof norms;

/** Inputs come as: hyper, then for each weight the weight itself, its gradient, its slots, and its arrays named in `extras`. */
interface UpdateAttrs {
  readonly kernel: UpdateKernel;
  /** Slots per weight. */
  readonly slots: number;
  /** Where in hyper the numbers of a step begin that are the same for all kernels; missing for an update and nothing else. */
  readonly numbersAt: number | undefined;
  readonly extras: readonly ExtraArray[];
  readonly decays: readonly boolean[];
  readonly norm: NormKind | undefined;
}

/** Columns of the kernels' table of extras, in its order. */
const extraArrays = ['average', 'slow', 'accumulated'] as const;
type ExtraArray = (typeof extraArrays)[number];

const strideOf = ({ slots, extras }: UpdateAttrs): number => 2 + slots + extras.length;

/** Partial sums of squares of every weight's gradient. */
function chunksOf(inputs: readonly TensorSpec[], attrs: UpdateAttrs): number {
  let chunks = 0;
  for (let at = 1; at < inputs.length; at += strideOf(attrs)) chunks += Math.ceil(sizeOf(inputs[at]!.shape) / SUM_SQUARES_CHUNK);
  return chunks;
}

/** Floats that the partial sums of gradients take, and of weights where those count too. */
function sumsSize(inputs: readonly TensorSpec[], attrs: UpdateAttrs): number {
  if (!attrs.norm) return 0;
  return 16 * Math.ceil((chunksOf(inputs, attrs) * (attrs.norm === 'trust' ? 2 : 1)) / 16);
}

const addressOf = (pointer: Pointer): number =>
  typeof pointer === 'number' ? pointer : internal('an array of the optimizer without an address');

/** The table of weights, gradients and slots. */
function tableOf({ inputs, inputSpecs, attrs }: Lowering<UpdateAttrs>): number[] {
  const words: number[] = [];
  for (let at = 1; at < inputs.length; at += strideOf(attrs)) {
    words.push(sizeOf(inputSpecs[at]!.shape), ...inputs.slice(at, at + 2 + attrs.slots).map(addressOf));
  }
  return words;
}

/** The table of what else belongs to the step. */
function extrasOf({ inputs, inputSpecs, attrs, scratch }: Lowering<UpdateAttrs>): number[] {
  const chunks = chunksOf(inputSpecs, attrs);
  const kind = attrs.norm ? norms[attrs.norm] : 0;
  const words = [addressOf(inputs[0]!) + 4 * attrs.numbersAt!, kind, chunks, scratch, scratch + 4 * chunks];
  attrs.decays.forEach((decays, row) => {
    const first = 1 + row * strideOf(attrs) + 2 + attrs.slots;
    for (const name of extraArrays) {
      const at = attrs.extras.indexOf(name);
      words.push(at < 0 ? 0 : addressOf(inputs[first + at]!));
    }
    words.push(decays ? 1 : 0);
  });
  return words;
}

const op = defineOp<UpdateAttrs, number>({
  name: 'updateWeights',
  infer: () => [],
  lower: (k, call) => {
    const { inputs, inputSpecs, attrs, scratch, table, barrier } = call;
    const rows = table(tableOf(call));
    const count = attrs.decays.length;
    if (attrs.numbersAt === undefined) {
      k[attrs.kernel](rows, count, inputs[0]!, 0, 0);
      return;
    }
    if (attrs.norm) {
      const chunks = chunksOf(inputSpecs, attrs);
      k.segmentsSumSquares(rows, scratch, count, 3 + attrs.slots, 2, chunks);
      if (attrs.norm === 'trust') k.segmentsSumSquares(rows, scratch + 4 * chunks, count, 3 + attrs.slots, 1, chunks);
      barrier();
    }
    k[attrs.kernel](rows, count, inputs[0]!, table(extrasOf(call)), scratch + 4 * sumsSize(inputSpecs, attrs));
  },
  gradient: null,
  reference: () => [],
  test: { cases: [] },
  scratch: (inputs, attrs, threads) =>
    attrs.numbersAt === undefined ? 0 : sumsSize(inputs, attrs) + UPDATE_SCRATCH_PER_THREAD * threads,
  // Everything but the gradients.
  writes: (count, attrs) => Array.from({ length: count - 1 }, (_, i) => i + 1).filter((at) => (at - 1) % strideOf(attrs) !== 1),
  work: (inputs) => 4 * inputs.reduce((total, { shape }) => total + sizeOf(shape), 0),
});

/** A weight, its gradient and the optimizer's slots for it. */
export interface WeightUpdate {
  readonly weight: Variable;
  readonly gradient: Node;
  readonly slots: readonly Variable[];
}

/** What else belongs to the update of a weight; all weights of a call have the same arrays. */
export interface WeightExtras {
  /** Moving average of the weight. */
  readonly average?: Variable | undefined;
  /** The weight's slow copy (Lookahead). */
  readonly slow?: Variable | undefined;
  /** Sum of gradients that starts over. */
  readonly accumulated?: Variable | undefined;
  /** Whether it decays. */
  readonly decays?: boolean;
}

/** What else belongs to a step. */
export interface StepExtras {
  /** Where in hyper the numbers that all kernels share begin. */
  readonly numbersAt: number;
  readonly norm?: NormKind | undefined;
}

/** Asks the current trace to update weights with one kernel, after everything else has been computed. */
export function updateWeights(
  kernel: UpdateKernel,
  hyper: Variable,
  updates: readonly (WeightUpdate & WeightExtras)[],
  step?: StepExtras,
): void {
  const extras = extraArrays.filter((name) => step && updates[0]?.[name]);
  const inputs = [
    hyper.node,
    ...updates.flatMap((update) => [
      update.weight.node,
      update.gradient,
      ...update.slots.map((slot) => slot.node),
      ...extras.map((name) => update[name]?.node ?? internal('weights of one update with different arrays')),
    ]),
  ];
  const attrs: UpdateAttrs = {
    kernel,
    slots: updates[0]?.slots.length ?? 0,
    numbersAt: step?.numbersAt,
    extras,
    decays: updates.map(({ decays = false }) => decays),
    norm: step?.norm,
  };
  currentTrace().effects.push(new OpCall(opRegistry.get(op.record.name)!, inputs, attrs));
}
