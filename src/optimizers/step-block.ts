/**
 * @file The numbers that change from step to step, in memory where kernels read them: for the weights of each parameter group and update
 * rule a block of its own. First the numbers of the rule, then whether slots are cleared of tiny numbers, then what the rule keeps for the
 * graph, then what belongs to every kind of update (assembly/lib/segment-extras.ts).
 */

import {
  STEP_BOUND,
  STEP_CLIP,
  STEP_DECAY,
  STEP_FACTOR,
  STEP_KEEP,
  STEP_NUMBERS,
  STEP_OVERWRITE,
  STEP_PAUSE,
  STEP_SLOW_SHARE,
  STEP_SLOW_START,
  STEP_TAKE,
} from '../engine/index.ts';
import type { NormKind, UpdateKernel, WeightUpdate } from '../graph/update-weights.ts';
import { Variable } from '../graph/variable.ts';
import type { Averaging } from './averaging.ts';
import type { NormRule } from './clipping.ts';
import type { ParameterGroup } from './groups.ts';

/** The kernel of an optimizer and what it works on. */
export interface UpdateRule {
  readonly kernel: UpdateKernel;
  /** State kept per weight, in the order of the kernel. Saved files hold one list after the other, each weight by weight. */
  readonly slots: readonly (readonly string[])[];
  /** How many numbers per step the kernel reads. */
  readonly hypers: number;
  /** Numbers per step that only the graph reads. They follow with one float between. Default 0. */
  readonly scalars?: number;
  /** What slots hold at first, by their names. Default 0. */
  readonly initialSlots?: Readonly<Record<string, number>>;
}

/** Kernels that an update may ask for. */
export interface Passes {
  /** Brings state up to date and leaves the weights alone. */
  keep(kernel: UpdateKernel, rows: readonly WeightUpdate[]): void;
  /** Changes the weights; to be asked for last, and once for each weight. */
  change(kernel: UpdateKernel, rows: readonly WeightUpdate[], norm?: NormKind): void;
}

/** Steps between two clearings of slots from numbers so tiny that they only cost time (see assembly/lib/segments.ts). */
const clearEvery = 64;

/** The numbers of the weights of one group and one rule. */
export class StepBlock {
  readonly variable: Variable;
  readonly rule: UpdateRule;
  readonly group: ParameterGroup;
  /** Decoupled weight decay λ. */
  readonly decay: number;
  /** Where the numbers begin that all rules have. */
  readonly numbersAt: number;
  readonly #averaging: Averaging;
  readonly #hasCopies: boolean;

  constructor(
    name: string,
    rule: UpdateRule,
    group: ParameterGroup,
    decay: number,
    averaging: Averaging,
    clipping: { readonly clipValue: number | undefined; readonly norm: NormRule | undefined; readonly isComposed: boolean },
  ) {
    this.rule = rule;
    this.group = group;
    this.decay = decay;
    this.#averaging = averaging;
    this.#hasCopies = averaging.accumulation > 1 || averaging.ema !== undefined || averaging.syncPeriod > 0;
    this.numbersAt = rule.hypers + 1 + (rule.scalars ?? 0);
    this.variable = new Variable(name, [this.numbersAt + STEP_NUMBERS]);
    const numbers = this.variable.view().subarray(this.numbersAt);
    const { clipValue, norm, isComposed } = clipping;
    numbers[STEP_FACTOR] = isComposed ? 1 : 1 / (averaging.accumulation * averaging.lossScale);
    if (isComposed) return;
    numbers[STEP_CLIP] = clipValue ?? 0;
    numbers[STEP_BOUND] = norm?.bound ?? 0;
  }

  /** Writes the numbers of a step, except those of the rule after the rate. */
  put(floats: Float32Array, step: number, updates: number): void {
    const at = this.variable.address >>> 2;
    this.group.rate.put(floats, at, step);
    if (this.group.factor !== 1) floats[at]! *= this.group.factor;
    floats[at + this.rule.hypers] = updates % clearEvery === 0 ? 1 : 0;
    floats[at + this.numbersAt + STEP_DECAY] = floats[at]! * this.decay;
    if (this.#hasCopies) this.#putCopies(floats, at + this.numbersAt, step, updates);
  }

  /** What concerns accumulated gradients, averages and slow weights. Apart, because what runs in every step is to stay small. */
  #putCopies(floats: Float32Array, numbers: number, step: number, updates: number): void {
    const { accumulation, ema, overwrite, syncPeriod, slowStepSize } = this.#averaging;
    const isPaused = (step + 1) % accumulation !== 0;
    floats[numbers + STEP_PAUSE] = isPaused ? 1 : 0;
    if (ema !== undefined) {
      const keep = step === 0 ? 0 : ema;
      floats[numbers + STEP_KEEP] = keep;
      floats[numbers + STEP_TAKE] = 1 - keep;
      floats[numbers + STEP_OVERWRITE] = overwrite > 0 && (step + 1) % overwrite === 0 ? 1 : 0;
    }
    if (syncPeriod > 0) {
      floats[numbers + STEP_SLOW_START] = updates === 0 ? 1 : 0;
      floats[numbers + STEP_SLOW_SHARE] = !isPaused && (updates + 1) % syncPeriod === 0 ? slowStepSize : 0;
    }
  }
}
