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
import { add, mul, scale } from '../graph/ops.ts';
import { currentTrace, isTracing, type Trace } from '../graph/trace.ts';
import { updateWeights, type WeightUpdate } from '../graph/update-weights.ts';
import { Variable } from '../graph/variable.ts';
import { type PlainValue, plainOptions } from '../schedules/config.ts';
import { type LearningRateSchedule, Schedule } from '../schedules/index.ts';
import { type Averaging, settleAveraging } from './averaging.ts';
import { notNegative } from './checks.ts';
import { checkClipping, clipGradients, type NormRule, normRuleOf } from './clipping.ts';
import { makeGroups, type ParameterGroup } from './groups.ts';
import { LearningRate } from './learning-rate.ts';
import { type OptimizerOptions, optimizerOptions } from './options.ts';
import { type Passes, StepBlock, type UpdateRule } from './step-block.ts';
import { checkSelector, selects } from './weight-selector.ts';
import { WeightStates } from './weight-states.ts';

/** Where the step count lies. */
interface State {
  readonly memory: LinearMemory;
  readonly iteration: Variable;
}

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
  /** The options' groups, and last that of all other weights. */
  readonly groups: readonly ParameterGroup[];
  /** The kernel, its slots and its numbers per step. */
  abstract readonly rule: UpdateRule;
  readonly #averaging: Averaging;
  readonly #rate: LearningRate;
  #state: State | undefined;
  readonly #blocks: StepBlock[] = [];
  readonly #weights: WeightStates;
  readonly #updated = new WeakMap<Trace, Set<Variable>>();
  /** The momentum that a schedule gives for the step, else NaN. In an array, so that it is no object. */
  readonly #momentum = new Float64Array(1);

  constructor(options: O | undefined, defaultRate: number) {
    this.options = options ?? ({} as O);
    checkOwnOptions(this, this.type, this.options, optimizerOptions);
    const { name, learningRate = defaultRate, excludeFromWeightDecay } = this.options;
    if (name !== undefined && (typeof name !== 'string' || name === ''))
      fail(this.type, '`name` to be a non-empty string', describe(name));
    this.name = name ?? this.type.toLowerCase();
    this.#rate = new LearningRate(this.where, 'learningRate', learningRate);
    this.weightDecay = notNegative(this.where, 'weightDecay', this.options.weightDecay ?? 0);
    checkClipping(this.where, this.options);
    checkSelector(this.where, 'excludeFromWeightDecay', excludeFromWeightDecay);
    this.#averaging = settleAveraging(this.where, this.options);
    this.#weights = new WeightStates(this.where, this.#averaging);
    this.groups = makeGroups(this.where, this.options.groups, this.#rate);
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
   * Writes an update's numbers to `floats[at]` and after, in the order the kernel documents; `floats[at]` holds the rate already. Runs
   * before every step, perhaps several times, so it must not allocate, and uses only arithmetic that is the same in every JavaScript engine.
   *
   * @param step updates before this one
   */
  protected abstract prepare(floats: Float32Array, at: number, step: number, rule: UpdateRule): void;

  /** How a weight is updated. */
  protected ruleOf(_weight: Variable): UpdateRule {
    return this.rule;
  }

  /** Asks for the kernels that update weights of one rule. `numbers` holds what `prepare` wrote. */
  protected update(rule: UpdateRule, rows: readonly WeightUpdate[], passes: Passes, _numbers: Node): void {
    passes.change(rule.kernel, rows);
  }

  /** Whether updates are computed on the graph from gradients that are clipped there. */
  protected get isComposed(): boolean {
    return false;
  }

  /** How gradients are measured by their norms. */
  protected get normRule(): NormRule | undefined {
    return normRuleOf(this.options);
  }

  /** Decay of weights of a rule, where no group says otherwise. */
  protected decayOf(_rule: UpdateRule): number {
    return this.weightDecay;
  }

  /** Whether a schedule can cycle its momentum. */
  protected get takesMomentum(): boolean {
    return false;
  }

  /** The momentum of the step: what the schedule says, else the optimizer's own. */
  protected momentumOr(own: number): number {
    const scheduled = this.#momentum[0]!;
    return Number.isNaN(scheduled) ? own : scheduled;
  }

  /** Number of steps taken so far. */
  get iterations(): number {
    return this.#state ? this.#state.memory.words[this.#state.iteration.address >>> 2]! : 0;
  }

  /** The learning rate of the next step. Steps compute with its float32 value. */
  get learningRate(): number {
    return this.#rate.at(this.iterations);
  }

  /**
   * Takes effect at the next step; nothing is compiled again. A schedule may replace a number but not the other way round, as in Keras.
   *
   * @throws MyelinError when the rate is negative or not finite, or the optimizer follows a schedule
   */
  set learningRate(rate: number | LearningRateSchedule) {
    this.#rate.set(rate);
    this.#checkMomentum();
  }

  /** The schedule the learning rate follows, if it does. */
  get schedule(): LearningRateSchedule | undefined {
    return this.#rate.schedule;
  }

  /** The loss as gradients are to be computed of it: multiplied by `lossScaleFactor`, where there is one. */
  scaleLoss(loss: Node): Node {
    const { lossScale } = this.#averaging;
    return lossScale === 1 ? loss : scale(loss, lossScale);
  }

  /** Whether a moving average of the weights is kept. */
  get hasAverages(): boolean {
    return this.#averaging.ema !== undefined;
  }

  /** The moving average of a weight: undefined without `useEma`, and for weights that it does not update. */
  averageOf(weight: Variable): Variable | undefined {
    return this.#weights.find(weight)?.average;
  }

  /** What the end of `fit` does: the moving averages, where they are kept and a step was taken, become the weights. */
  finish(weights: readonly Variable[]): void {
    if (this.iterations === 0) return;
    for (const weight of weights) {
      const average = this.averageOf(weight);
      if (average) weight.view().set(average.view());
    }
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
    this.#ownState();
    const ready = this.#readyGradients(gradients, weights);
    for (const block of this.#blocksOf(weights)) {
      const rows: WeightUpdate[] = [];
      weights.forEach((weight, i) => {
        if (this.#blockOf(weight) === block) rows.push({ weight, gradient: ready[i]!, slots: this.slotsOf(weight) });
      });
      this.update(block.rule, rows, this.#passesOf(block), block.variable.node);
    }
    // Weights updated in two calls are still updated in one step.
    if (!trace.beforeRun.includes(this.#advance)) trace.beforeRun.push(this.#advance);
  }

  /** Makes the slots of weights that have none yet, zero or what the rule says. */
  build(weights: readonly Variable[]): void {
    this.#checkMomentum();
    this.#weights.make(weights, (weight) => this.ruleOf(weight));
  }

  /** The state kept for a weight, in the order of the kernel. Throws for a weight it has never been given. */
  slotsOf(weight: Variable): readonly Variable[] {
    return this.#weights.of(weight).slots;
  }

  /**
   * Everything that must be saved to go on where one was, in Keras's order: step count, learning rate (unless scheduled), moving averages,
   * accumulated gradients, slots; rates of groups follow the learning rate, Lookahead's slow weights come last.
   */
  get variables(): readonly Variable[] {
    return [this.#ownState().iteration, ...this.#rates(), ...this.#weights.variables];
  }

  /**
   * Options that make an optimizer like this one, as plain JSON, with the learning rate as it is now. What it has learned is in `variables`.
   *
   * @throws MyelinError naming the option that JSON cannot hold: a function, a pattern, a weight
   */
  getConfig(): Record<string, PlainValue> {
    return plainOptions(this.where, { ...this.options, learningRate: this.schedule ?? this.learningRate });
  }

  /** What `JSON.stringify` writes and `optimizerFromConfig` reads. */
  toJSON(): { type: string; options: Record<string, PlainValue> } {
    return { type: this.type, options: this.getConfig() };
  }

  /** The optimizer's own variables, made when they are first needed, because making them starts the engine. */
  #ownState(): State {
    if (!this.#state) {
      this.#state = { memory: engine().memory, iteration: new Variable(`${this.name}/iteration`, [], 'int32') };
      this.#rates();
    }
    return this.#state;
  }

  /** The rates that are numbers, the optimizer's own first. */
  #rates(): Variable[] {
    const named = this.groups.map((group, i) => ({ group, name: group.options ? `group_${i}_learning_rate` : 'learning_rate' }));
    return [named[named.length - 1]!, ...named.slice(0, -1)]
      .filter(({ group }) => group.ownsRate && !group.rate.schedule)
      .map(({ group, name }) => group.rate.start(`${this.name}/${name}`));
  }

  #checkMomentum(): void {
    for (const { rate } of this.groups) {
      if (!(rate.schedule instanceof Schedule && rate.schedule.cyclesMomentum) || this.takesMomentum) continue;
      const hint = 'make the optimizer with momentum, or the schedule without its `momentum` option.';
      fail(this.where, `a momentum that the schedule ${rate.schedule.type} can cycle`, 'an optimizer without one', hint);
    }
  }

  /** The numbers of the weights that share a group and a rule. */
  #blockOf(weight: Variable): StepBlock {
    const [rule, group] = [this.#weights.of(weight).rule, this.groups.find((one) => one.takes(weight))!];
    let block = this.#blocks.find((one) => one.rule === rule && one.group === group);
    if (!block) {
      const number = this.#blocks.length;
      const decay = group.weightDecay ?? this.decayOf(rule);
      block = new StepBlock(`${this.name}/numbers_${number}`, rule, group, decay, this.#averaging, {
        clipValue: this.options.clipValue,
        norm: this.normRule,
        isComposed: this.#isComposed,
      });
      this.#blocks.push(block);
    }
    return block;
  }

  #blocksOf(weights: readonly Variable[]): Set<StepBlock> {
    return new Set(weights.map((weight) => this.#blockOf(weight)));
  }

  /** Whether the gradients' norms are computed on the graph: a common norm of weights that several kernels update. */
  get #isComposed(): boolean {
    const isCommon = /All$/.test(this.normRule?.kind ?? '');
    return this.isComposed || (isCommon && this.groups.length > 1);
  }

  /** The gradients that kernels are given. */
  #readyGradients(gradients: readonly Node[], weights: readonly Variable[]): readonly Node[] {
    const { accumulation, lossScale } = this.#averaging;
    let ready = gradients;
    if (accumulation > 1) {
      const sums = weights.map((weight) => this.#weights.of(weight).accumulated!);
      const rows = sums.map((sum, i) => ({ weight: sum, gradient: gradients[i]!, slots: [] }));
      updateWeights('accumulateGradients', this.#blockOf(weights[0]!).variable, rows);
      // On the graph, where the sums are as they were before the step; elsewhere kernels read them after it.
      ready = sums.map((sum, i) => (this.#isComposed ? add(sum.node, gradients[i]!) : sum.node));
    }
    if (!this.#isComposed) return ready;
    const factor = 1 / (accumulation * lossScale);
    if (factor !== 1) ready = ready.map((gradient) => mul(gradient, factor));
    return clipGradients(ready, this.normRule, this.options.clipValue);
  }

  /** What an update may ask for: kernels that keep state, and one that changes the weights. */
  #passesOf(block: StepBlock): Passes {
    const numbers = { numbersAt: block.numbersAt };
    const { clipValue } = this.options;
    return {
      keep: (kernel, rows) => updateWeights(kernel, block.variable, rows, this.#averaging.accumulation > 1 ? numbers : undefined),
      change: (kernel, rows, norm = this.#isComposed ? undefined : this.normRule?.kind) => {
        const { accumulation, lossScale, ema, syncPeriod } = this.#averaging;
        const isPlain = !norm && accumulation === 1 && lossScale === 1 && ema === undefined && syncPeriod === 0;
        if (isPlain && (clipValue === undefined || this.#isComposed) && block.decay === 0) {
          updateWeights(kernel, block.variable, rows);
          return;
        }
        const whole = rows.map((row) => ({
          ...row,
          ...this.#weights.of(row.weight),
          slots: row.slots,
          decays: block.decay > 0 && !selects(this.options.excludeFromWeightDecay, row.weight),
        }));
        updateWeights(kernel, block.variable, whole, { ...numbers, norm });
      },
    };
  }

  /** What happens before each run. One function object for the life of the optimizer, so that a program holds it once. */
  readonly #advance = (): void => {
    const { memory, iteration } = this.#state!;
    const at = iteration.address >>> 2;
    const step = memory.words[at]!;
    const { accumulation } = this.#averaging;
    const updates = (step - (step % accumulation)) / accumulation;
    for (let i = 0; i < this.#blocks.length; i++) {
      const block = this.#blocks[i]!;
      const { floats } = memory;
      const hyper = block.variable.address >>> 2;
      const { schedule } = block.group.rate;
      // The rate is handed over in memory: as an argument of a call that is not inlined, it would become an object.
      block.put(floats, step, updates);
      this.#momentum[0] = schedule instanceof Schedule ? (schedule.momentumAt(step) ?? Number.NaN) : Number.NaN;
      this.prepare(floats, hyper, updates, block.rule);
    }
    memory.words[at] = step + 1;
  };
}
