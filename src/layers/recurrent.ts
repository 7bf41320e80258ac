/**
 * @file What recurrent layers share: options, weights, initial and kept states, dropout that is the same at every step, masks, and
 * which part of the sequence comes out. A subclass says how many gates and states it has and takes them through time.
 */

import { fail, failShape } from '../base/fail.ts';
import type { OwnOptions } from '../base/names.ts';
import type { Seed } from '../base/seed.ts';
import { formatShape, type PartialShape, type Shape } from '../base/shape.ts';
import { type ConstraintSpec, resolveConstraint } from '../constraints/index.ts';
import { asNode } from '../graph/define-op.ts';
import type { Node } from '../graph/node.ts';
import {
  add,
  assign,
  broadcastTo,
  concat,
  dropoutMask,
  matmul,
  mul,
  reshape,
  reverse,
  sigmoid,
  slice,
  split,
  tanh,
} from '../graph/ops.ts';
import type { UnrolledOptions } from '../graph/unrolled.ts';
import { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { type Regularizer, type RegularizerSpec, resolveRegularizer } from '../regularizers/index.ts';
import { type ActivationFunction, type ActivationSpec, resolveActivation } from './activations.ts';
import { inRange, lastDimension, positiveInteger } from './checks.ts';
import { type CallContext, Layer, type LayerOptions, type Mask, type Nodes, type Shapes, shapesIn } from './layer.ts';
import { RandomState } from './random-state.ts';

/** Options that all recurrent layers take. */
export interface RecurrentLayerOptions extends LayerOptions {
  /** Size of the state, and of the output at each step. */
  readonly units: number;
  /** Applied to what a step makes. Default 'tanh'; null for none. */
  readonly activation?: ActivationSpec;
  /** Whether a bias is added. Default true. */
  readonly useBias?: boolean;
  /** Of the weights of the inputs. Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerSpec;
  /** Of the weights of the state. Default 'orthogonal'. */
  readonly recurrentInitializer?: InitializerSpec;
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerSpec;
  /** Penalty on the kernel. Default none. */
  readonly kernelRegularizer?: RegularizerSpec;
  /** Penalty on the recurrent kernel. Default none. */
  readonly recurrentRegularizer?: RegularizerSpec;
  /** Penalty on the bias. Default none. */
  readonly biasRegularizer?: RegularizerSpec;
  /** Penalty on the outputs, divided by the size of the batch. Default none. */
  readonly activityRegularizer?: RegularizerSpec;
  /** Bounds of the kernel after every update. Default none. */
  readonly kernelConstraint?: ConstraintSpec;
  /** Bounds of the recurrent kernel after every update. Default none. */
  readonly recurrentConstraint?: ConstraintSpec;
  /** Bounds of the bias after every update. Default none. */
  readonly biasConstraint?: ConstraintSpec;
  /** Probability of dropping a feature of the input, at all steps of a sample alike. Default 0. */
  readonly dropout?: number;
  /** Probability of dropping a unit of the state on its way into a step, at all steps of a sample alike. Default 0. */
  readonly recurrentDropout?: number;
  /** Gives dropout a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
  /** Whether the outputs of all steps come out, or only that of the last. Default false. */
  readonly returnSequences?: boolean;
  /** Whether the final states come out as further outputs. Default false. */
  readonly returnState?: boolean;
  /** Whether the sequence is read from its end; outputs then come in the order in which they were made. Default false. */
  readonly goBackwards?: boolean;
  /** Whether a batch begins with the states in which the one before it ended, sample by sample. Default false. */
  readonly stateful?: boolean;
}

/** Names of {@link RecurrentLayerOptions}. */
export const recurrentOptions: OwnOptions<RecurrentLayerOptions, LayerOptions> = {
  units: true,
  activation: true,
  useBias: true,
  kernelInitializer: true,
  recurrentInitializer: true,
  biasInitializer: true,
  kernelRegularizer: true,
  recurrentRegularizer: true,
  biasRegularizer: true,
  activityRegularizer: true,
  kernelConstraint: true,
  recurrentConstraint: true,
  biasConstraint: true,
  dropout: true,
  recurrentDropout: true,
  seed: true,
  returnSequences: true,
  returnState: true,
  goBackwards: true,
  stateful: true,
};

/** The activations of gates, and what else a step needs besides weights. */
export type StepOptions = UnrolledOptions;

/** Refuses what is no list of a sequence [batch, time, features] and states [batch, units], and returns the sequence's shape. */
function checkInputs(where: string, shapes: readonly PartialShape[], states: number, units: number): PartialShape {
  const [sequence, ...given] = shapes;
  if (sequence?.length !== 3) {
    failShape(where, 'input [batch, time, features]', `shape ${formatShape(sequence ?? [])}`, 'the first axis is the batch.');
  }
  if (given.length !== 0 && given.length !== states) {
    const names = states === 1 ? 'one state' : `${states} states`;
    fail(where, `an input alone, or followed by ${names}`, `${given.length} after the input`);
  }
  for (const shape of given) {
    if (shape.length !== 2 || shape[1] !== units) failShape(where, `a state of shape [batch, ${units}]`, formatShape(shape));
  }
  return sequence!;
}

/** A recurrent layer: {@link SimpleRNN}, {@link LSTM} and {@link GRU} are made of it. */
export abstract class Recurrent<O extends RecurrentLayerOptions = RecurrentLayerOptions> extends Layer<O> {
  readonly units: number;
  protected readonly activation: ActivationFunction;
  readonly #activityRegularizer: Regularizer | undefined;
  readonly #dropout: number;
  readonly #recurrentDropout: number;
  readonly #random: RandomState;
  #kernel!: Variable;
  #recurrentKernel!: Variable;
  #bias: Variable | undefined;
  #kept: readonly Variable[] | undefined;

  constructor(options: O) {
    super(options);
    const { units, activation = 'tanh', activityRegularizer, dropout = 0, recurrentDropout = 0, seed } = this.options;
    this.units = positiveInteger(this.where, 'units', units);
    this.activation = resolveActivation(this.where, activation);
    this.#activityRegularizer = resolveRegularizer(activityRegularizer, this.where);
    this.#dropout = inRange(this.where, 'dropout', dropout, 0, 1);
    this.#recurrentDropout = inRange(this.where, 'recurrentDropout', recurrentDropout, 0, 1);
    // Without dropout nothing is drawn, and nothing need be saved.
    this.#random = new RandomState(this.#dropout > 0 || this.#recurrentDropout > 0 ? this : this.name, seed);
    for (const key of ['kernelInitializer', 'recurrentInitializer', 'biasInitializer'] as const)
      if (this.options[key] !== undefined) resolveInitializer(this.options[key], this.where);
    for (const key of ['kernelRegularizer', 'recurrentRegularizer', 'biasRegularizer'] as const)
      resolveRegularizer(this.options[key], this.where);
    for (const key of ['kernelConstraint', 'recurrentConstraint', 'biasConstraint'] as const)
      resolveConstraint(this.options[key], this.where);
  }

  /** Number of gates: the kernels have this many times `units` columns. */
  protected abstract readonly gates: number;

  /** Number of states. */
  abstract readonly stateCount: number;

  /** Whether the kernel that takes a whole sequence computes this layer's step (without recurrent dropout). */
  protected abstract get isFused(): boolean;

  /** Shape of the bias. */
  protected get biasShape(): Shape {
    return [this.gates * this.units];
  }

  /** The states after every step [batch, time, units], the output first, by the kernel that takes a whole sequence. */
  protected abstract fused(
    projected: Node,
    kernel: Node,
    bias: Node | undefined,
    states: readonly Node[],
    options: Pick<StepOptions, 'mask' | 'reverse'>,
  ): Node[];

  /** The same step by step, with any activation. */
  protected abstract unrolled(
    projected: Node,
    kernel: Node,
    bias: Node | undefined,
    states: readonly Node[],
    options: Omit<StepOptions, 'activation' | 'recurrentActivation'>,
  ): Node[];

  /** The part of the bias that is added to the projected inputs. */
  protected inputBias(bias: Node): Node {
    return bias;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(_inputs: Nodes, [mask]: readonly Mask[]): readonly Mask[] {
    if (!mask || !this.options.returnSequences) return [];
    return [this.options.goBackwards ? reverse(mask, 1) : mask];
  }

  override build(inputShape: Shapes): Shapes {
    const sequence = checkInputs(this.where, shapesIn(inputShape), this.stateCount, this.units);
    const inputs = lastDimension(this.where, sequence, 3);
    const { kernelInitializer = 'glorotUniform', recurrentInitializer = 'orthogonal', biasInitializer = 'zeros' } = this.options;
    const { useBias = true, returnSequences = false, returnState = false } = this.options;
    this.#kernel = this.addWeight('kernel', [inputs, this.gates * this.units], {
      initializer: kernelInitializer,
      regularizer: this.options.kernelRegularizer,
      constraint: this.options.kernelConstraint,
    });
    this.#recurrentKernel = this.addWeight('recurrent_kernel', [this.units, this.gates * this.units], {
      initializer: recurrentInitializer,
      regularizer: this.options.recurrentRegularizer,
      constraint: this.options.recurrentConstraint,
    });
    if (useBias) {
      this.#bias = this.addWeight('bias', this.biasShape, {
        initializer: biasInitializer,
        regularizer: this.options.biasRegularizer,
        constraint: this.options.biasConstraint,
      });
      this.initializeBias(this.#bias);
    }
    const state = [sequence[0]!, this.units];
    const output = returnSequences ? [sequence[0]!, sequence[1]!, this.units] : state;
    return returnState ? [output, ...new Array<PartialShape>(this.stateCount).fill(state)] : output;
  }

  /** Changes the first values of the bias, once its initializer has made them. */
  protected initializeBias(_bias: Variable): void {}

  override call(x: Nodes, { training, mask }: CallContext): Nodes {
    const inputs = (Array.isArray(x) ? x : [x]) as readonly Node[];
    const shape = checkInputs(
      this.where,
      inputs.map((node) => node.shape),
      this.stateCount,
      this.units,
    ) as Shape;
    const [sequence, ...given] = inputs;
    const [batch, time] = shape as readonly [number, number, number];
    if (time === 0) failShape(this.where, 'a sequence of at least one step', formatShape(shape));
    const { goBackwards = false, returnSequences = false, returnState = false } = this.options;

    const kept = this.options.stateful && given.length === 0 ? this.#keptStates(batch) : undefined;
    const zeros = (): Node => broadcastTo(asNode(this.where, 0), [batch, this.units]);
    const initial = kept?.map(({ node }) => node) ?? (given.length > 0 ? given : Array.from({ length: this.stateCount }, zeros));
    const states = this.#run(sequence!, initial, training, mask, goBackwards);

    const end = goBackwards ? 0 : time - 1;
    const finals = states.map((each) => reshape(slice(each, [0, end, 0], [-1, 1, -1]), [batch, this.units]));
    kept?.forEach((variable, i) => {
      assign(variable, finals[i]!);
    });
    const all = goBackwards && returnSequences ? reverse(states[0]!, 1) : states[0]!;
    const output = this.regularize(returnSequences ? all : finals[0]!, this.#activityRegularizer);
    return returnState ? [output, ...finals] : output;
  }

  /** Sets the states that a stateful layer keeps to zero: the next batch starts new sequences. */
  resetStates(): void {
    if (!this.options.stateful) {
      fail(`${this.where}.resetStates`, 'a layer with stateful: true', 'one that keeps no states');
    }
    for (const variable of this.#kept ?? []) variable.write(new Float32Array(variable.size));
  }

  #run(sequence: Node, states: readonly Node[], training: boolean, mask: Mask, goBackwards: boolean): Node[] {
    const [batch, time, features] = sequence.shape as readonly [number, number, number];
    const kernel = this.#kernel.node;
    const bias = this.#bias?.node;
    const rates = training ? [this.#dropout, this.#recurrentDropout] : [0, 0];
    const draw = (rate: number, width: number): Node => dropoutMask([batch, width], { rate, state: this.#random.draw() });
    const perGate = (rate: number, width: number): Node[] => Array.from({ length: this.gates }, () => draw(rate, width));
    const rows = (node: Node): Node => reshape(node, [batch * time, features]);
    const dropped = (noise: Node): Node => mul(sequence, reshape(noise, [batch, 1, features]));

    // With recurrent dropout each gate has masks of its own, otherwise they share one.
    const isFused = this.isFused && !rates[1];
    const dropout = rates[1] ? perGate(rates[1], this.units) : undefined;
    let product: Node;
    if (rates[0] && dropout && this.gates > 1) {
      const noises = perGate(rates[0], features);
      const parts = split(kernel, this.gates, 1);
      product = concat(
        parts.map((part, gate) => matmul(rows(dropped(noises[gate]!)), part)),
        1,
      );
    } else product = matmul(rows(rates[0] ? dropped(draw(rates[0], features)) : sequence), kernel);
    const projected = reshape(bias ? add(product, this.inputBias(bias)) : product, [batch, time, this.gates * this.units]);
    const options = { mask, reverse: goBackwards };
    return isFused
      ? this.fused(projected, this.#recurrentKernel.node, bias, states, options)
      : this.unrolled(projected, this.#recurrentKernel.node, bias, states, { ...options, dropout });
  }

  /** The variables with the states of a stateful layer. The size of its first batch is that of all. */
  #keptStates(batch: number): readonly Variable[] {
    this.#kept ??= Array.from(
      { length: this.stateCount },
      (_, i) => new Variable(`${this.name}/state_${i}`, [batch, this.units]),
    );
    const [size] = this.#kept[0]!.shape;
    if (size !== batch) {
      fail(
        this.where,
        `batches of ${size} samples, like the first`,
        `${batch}`,
        'a stateful layer keeps one state per sample: choose a batchSize that divides the number of samples.',
      );
    }
    return this.#kept;
  }
}

/** Whether these are the activations that recurrent kernels compute. */
export function areFused(activation: ActivationFunction, recurrentActivation: ActivationFunction = sigmoid): boolean {
  return (activation as unknown) === tanh && (recurrentActivation as unknown) === sigmoid;
}
