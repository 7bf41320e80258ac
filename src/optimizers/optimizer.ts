/**
 * @file The base of every optimizer. An optimizer is a kernel, the slots (state per weight) it keeps, and a few numbers per step. The
 * update itself becomes part of the traced program; before each run a hook works out that step's numbers and puts them where the kernel
 * reads them, so that neither the step count nor a changed learning rate makes anything compile again.
 *
 * The step count and the learning rate live in the engine's memory as variables: several programs (full batches, a last partial one)
 * share them, and saving or restoring `variables` saves or restores everything.
 */

import { describe, fail, failShape } from '../base/fail.ts';
import { checkOwnOptions, type OptionNames } from '../base/names.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { engine, type LinearMemory } from '../engine/index.ts';
import type { Node } from '../graph/node.ts';
import { currentTrace, isTracing, type Trace } from '../graph/trace.ts';
import { type UpdateKernel, updateWeights } from '../graph/update-weights.ts';
import { Variable } from '../graph/variable.ts';
import { type LearningRateSchedule, rateOf, resolveSchedule, Schedule, type ScheduleConfig } from '../schedules/index.ts';
import { notNegative, positive } from './checks.ts';
import { checkClipping, clipGradients, type GradientClipping } from './clipping.ts';
import { checkExclusions, type DecayExclusions, isExcluded } from './weight-decay.ts';

/** Options every optimizer has. */
export interface OptimizerOptions extends GradientClipping {
  /** Step size: a positive number, a schedule (or its config), or a function of the step. */
  readonly learningRate?: number | LearningRateSchedule | ScheduleConfig;
  /** Decoupled weight decay λ: w ← w − w·λ·η before each update. Default 0; AdamW 0.004. */
  readonly weightDecay?: number;
  /** Which weights do not decay: parts of their names, patterns, the weights themselves, or a function that says so. Default: none. */
  readonly excludeFromWeightDecay?: DecayExclusions;
  /** What error messages and saved files call it. Default: its type in lower case. */
  readonly name?: string;
}

/** The kernel of an optimizer and what it works on. */
export interface UpdateRule {
  readonly kernel: UpdateKernel;
  /** State kept per weight, in the order of the kernel. Saved files hold one list after the other, each weight by weight. */
  readonly slots: readonly (readonly string[])[];
  /** How many numbers per step the kernel reads. */
  readonly hypers: number;
  /** What slots hold at first. Default 0. */
  readonly initialSlot?: number;
}

/** Steps between two clearings of slots from numbers so tiny that they only cost time (see assembly/lib/segments.ts). */
const clearEvery = 64;

/** Where an optimizer's own state lies. */
interface State {
  readonly memory: LinearMemory;
  readonly iteration: Variable;
  readonly rate: Variable;
  readonly hyper: Variable;
  /** What weights lose by decay in a step, as a share; only where they decay. */
  readonly decay: Variable | undefined;
}

const optimizerOptions = {
  name: true,
  learningRate: true,
  clipValue: true,
  clipNorm: true,
  globalClipNorm: true,
  weightDecay: true,
  excludeFromWeightDecay: true,
} satisfies Record<keyof OptimizerOptions, true>;

/** Changes weights against their gradients. */
export abstract class Optimizer<O extends OptimizerOptions = OptimizerOptions> {
  /** Name of the class in saved models. Explicit, because minifiers rename classes. */
  static readonly type: string = 'Optimizer';
  /** Names of the class's own options, so that others are refused. */
  static readonly optionNames?: OptionNames;

  /** What the optimizer was made with: its config. */
  readonly options: Readonly<O>;
  readonly name: string;
  /** Decoupled weight decay λ. */
  readonly weightDecay: number;
  /** The kernel, its slots and its numbers per step. */
  abstract readonly rule: UpdateRule;
  #rate = 0;
  #schedule: LearningRateSchedule | undefined;
  #state: State | undefined;
  readonly #slots = new Map<Variable, readonly Variable[]>();
  readonly #updated = new WeakMap<Trace, Set<Variable>>();

  constructor(options: O | undefined, defaultRate: number) {
    this.options = options ?? ({} as O);
    checkOwnOptions(this, this.type, this.options, optimizerOptions);
    const { name, learningRate = defaultRate } = this.options;
    if (name !== undefined && (typeof name !== 'string' || name === ''))
      fail(this.type, '`name` to be a non-empty string', describe(name));
    this.name = name ?? this.type.toLowerCase();
    if (typeof learningRate === 'function' || (typeof learningRate === 'object' && learningRate !== null))
      this.#schedule = resolveSchedule(this.where, learningRate);
    else this.#rate = positive(this.where, 'learningRate', learningRate);
    this.weightDecay = notNegative(this.where, 'weightDecay', this.options.weightDecay ?? 0);
    checkClipping(this.where, this.options);
    checkExclusions(this.where, this.options.excludeFromWeightDecay);
  }

  /** The class's {@link Optimizer.type}. */
  get type(): string {
    return (this.constructor as typeof Optimizer).type;
  }

  /** What error messages call this optimizer: `optimizer "adam"`. */
  get where(): string {
    return `optimizer "${this.name}"`;
  }

  /**
   * Writes this step's numbers to `floats[at]` and after, in the order the kernel documents; `floats[at]` holds the rate already. Runs
   * before every step, so it must not allocate, and uses only arithmetic that is the same in every JavaScript engine.
   */
  protected abstract prepare(floats: Float32Array, at: number, step: number): void;

  /** Number of steps taken so far. */
  get iterations(): number {
    return this.#state ? this.#state.memory.words[this.#state.iteration.address >>> 2]! : 0;
  }

  /** The learning rate of the next step. Steps compute with its float32 value. */
  get learningRate(): number {
    if (this.#schedule) return this.#scheduled(this.#schedule, this.iterations);
    const stored = this.#state?.memory.floats[this.#state.rate.address >>> 2];
    return stored === undefined || stored === Math.fround(this.#rate) ? this.#rate : stored;
  }

  /**
   * Takes effect at the next step; nothing is compiled again. A schedule may replace a number but not the other way round, as in Keras.
   *
   * @throws MyelinError when the rate is negative or not finite, or the optimizer follows a schedule
   */
  set learningRate(rate: number | LearningRateSchedule) {
    if (typeof rate === 'function' || rate instanceof Schedule) {
      this.#schedule = rate;
      return;
    }
    if (this.#schedule) {
      const hint = 'make the optimizer with a number if the rate is to be set.';
      fail(this.where, '`learningRate` to be left to its schedule', `an assignment of ${describe(rate)}`, hint);
    }
    if (typeof rate !== 'number' || !(rate >= 0 && rate < Number.POSITIVE_INFINITY)) {
      fail(this.where, '`learningRate` to be a finite number >= 0', describe(rate));
    }
    this.#rate = rate;
    if (this.#state) this.#state.memory.floats[this.#state.rate.address >>> 2] = rate;
  }

  /** The schedule the learning rate follows, if it does. */
  get schedule(): LearningRateSchedule | undefined {
    return this.#schedule;
  }

  /**
   * Makes one step part of the function being traced: the weights change against their gradients each time it runs. Slots that are
   * missing are made.
   *
   * @param gradients one for each weight, of its shape
   * @throws MyelinError outside of a traced function, for lists that do not go together, and for a weight that this step already updates
   *
   * @example
   * const step = jit((x, y) => {
   *   const loss = ops.mean(ops.square(ops.sub(ops.matmul(x, w), y)));
   *   optimizer.apply(gradients(loss, [w.node]), [w]);
   *   return loss;
   * });
   */
  apply(gradients: readonly Node[], weights: readonly Variable[]): void {
    if (!isTracing())
      fail(this.where, '`apply` inside of a traced function', 'a call outside of one', 'wrap the training step in jit().');
    if (weights.length === 0) fail(this.where, 'at least one weight', 'none', 'check which layers are trainable.');
    if (gradients.length !== weights.length)
      fail(this.where, `${weights.length} gradients for as many weights`, String(gradients.length));
    this.build(weights);
    const trace = currentTrace();
    const updated = this.#updated.get(trace) ?? new Set();
    this.#updated.set(trace, updated);
    weights.forEach((weight, i) => {
      const gradient = gradients[i]!;
      if (!sameShape(gradient.shape, weight.shape)) {
        failShape(
          this.where,
          `a gradient of shape ${formatShape(weight.shape)} for "${weight.name}"`,
          formatShape(gradient.shape),
        );
      }
      if (updated.has(weight))
        fail(this.where, 'each weight once per step', `"${weight.name}" twice`, 'add the gradients up instead.');
      updated.add(weight);
    });
    const clipped = clipGradients(this.options, gradients);
    const { hyper, decay } = this.#ownState();
    const decaying = decay ? weights.filter((weight) => !isExcluded(this.options.excludeFromWeightDecay, weight)) : [];
    // w −= (λ·η)·w is descent along the weight itself.
    if (decay && decaying.length > 0) {
      updateWeights(
        'sgd',
        decay,
        decaying.map((weight) => ({ weight, gradient: weight.node, slots: [] })),
      );
    }
    updateWeights(
      this.rule.kernel,
      hyper,
      weights.map((weight, i) => ({ weight, gradient: clipped[i]!, slots: this.slotsOf(weight) })),
    );
    // Weights updated in two calls are still updated in one step.
    if (!trace.beforeRun.includes(this.#advance)) trace.beforeRun.push(this.#advance);
  }

  /** Makes the slots of weights that have none yet, zero or what the rule says. */
  build(weights: readonly Variable[]): void {
    for (const weight of weights) {
      if (!(weight instanceof Variable)) fail(this.where, 'weights that are Variables', describe(weight));
      if (this.#slots.has(weight)) continue;
      if (weight.dtype !== 'float32') fail(this.where, 'float32 weights', `"${weight.name}" of ${weight.dtype}`);
      const slots = this.rule.slots.flat().map((slot) => new Variable(`${weight.name}/${slot}`, weight.shape));
      for (const slot of slots) slot.view().fill(this.rule.initialSlot ?? 0);
      this.#slots.set(weight, slots);
    }
  }

  /** The state kept for a weight, in the order of the kernel. Throws for a weight it has never been given. */
  slotsOf(weight: Variable): readonly Variable[] {
    return (
      this.#slots.get(weight) ?? fail(this.where, 'a weight that it updates', `"${weight.name}"`, 'call build([weight]) first.')
    );
  }

  /** Everything that must be saved to go on where one was, in Keras's order: step count, learning rate (unless scheduled), slots. */
  get variables(): readonly Variable[] {
    const { iteration, rate } = this.#ownState();
    let first = 0;
    const slots = this.rule.slots.flatMap((group) => {
      const [start, end] = [first, first + group.length];
      first = end;
      return [...this.#slots.values()].flatMap((all) => all.slice(start, end));
    });
    return [iteration, ...(this.#schedule ? [] : [rate]), ...slots];
  }

  /** The optimizer's own variables, made when they are first needed, because making them starts the engine. */
  #ownState(): State {
    if (!this.#state) {
      const iteration = new Variable(`${this.name}/iteration`, [], 'int32');
      const rate = new Variable(`${this.name}/learning_rate`, []);
      const hyper = new Variable(`${this.name}/hyper`, [this.rule.hypers + 1]);
      // Every kernel reads a number more than its own.
      const decay = this.weightDecay > 0 ? new Variable(`${this.name}/decay`, [2]) : undefined;
      rate.view()[0] = this.#rate;
      this.#state = { memory: engine().memory, iteration, rate, hyper, decay };
    }
    return this.#state;
  }

  #scheduled(schedule: LearningRateSchedule, step: number): number {
    const rate = rateOf(schedule, step);
    if (typeof rate !== 'number' || !(rate >= 0 && rate < Number.POSITIVE_INFINITY)) {
      fail(this.where, 'the schedule to give a finite rate >= 0', `${describe(rate)} at step ${step}`);
    }
    return Math.fround(rate);
  }

  /** What happens before each run. One function object for the life of the optimizer, so that a program holds it once. */
  readonly #advance = (): void => {
    const state = this.#state!;
    const { floats, words } = state.memory;
    const at = state.iteration.address >>> 2;
    const step = words[at]!;
    const hyper = state.hyper.address >>> 2;
    floats[hyper] = this.#schedule ? this.#scheduled(this.#schedule, step) : floats[state.rate.address >>> 2]!;
    if (state.decay) floats[state.decay.address >>> 2] = floats[hyper]! * this.weightDecay;
    // The rate is handed over in memory: as an argument of a call that is not inlined, it would become an object.
    this.prepare(floats, hyper, step);
    floats[hyper + this.rule.hypers] = step % clearEvery === 0 ? 1 : 0;
    words[at] = step + 1;
  };
}
