import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Shape } from '../base/shape.ts';
import { asNode } from '../graph/define-op.ts';
import type { Node } from '../graph/node.ts';
import { broadcastTo, gru, reshape, slice } from '../graph/ops.ts';
import { unrolledGru } from '../graph/unrolled.ts';
import { type ActivationFunction, type ActivationSpec, resolveActivation } from './activations.ts';
import type { LayerOptions } from './layer.ts';
import { areFused, Recurrent, type RecurrentLayerOptions, recurrentOptions, type StepOptions } from './recurrent.ts';

/** Options of {@link GRU}. */
export interface GRUOptions extends RecurrentLayerOptions {
  /** Applied to the gates. Default 'sigmoid'. */
  readonly recurrentActivation?: ActivationSpec;
  /** Whether the reset gate multiplies the state after its product with the recurrent kernel, or before it. Default true. */
  readonly resetAfter?: boolean;
}

/**
 * Gated recurrent unit (Cho et al. 2014): gates z and r, candidate n; h' = z·h + (1 − z)·n. Weights, in the order z, r, n: `kernel`
 * [features, 3·units], `recurrent_kernel` [units, 3·units], `bias` [2, 3·units] — for the input and for the state — or with
 * `resetAfter: false` [3·units].
 *
 * Shape: [batch, time, features] → [batch, units], or with `returnSequences` [batch, time, units]. An initial state may follow the input
 * in a list: [x, h]. With `returnState` the outputs are a list: [output, h]. A masked step copies the state.
 *
 * tanh and sigmoid (the defaults), `resetAfter` and no recurrent dropout run in one kernel; anything else is unrolled step by step.
 *
 * @throws MyelinError when `units` is not a positive integer, a rate is outside [0, 1] or a name is unknown
 */
export class GRU extends Recurrent<GRUOptions> {
  static override readonly type: string = 'GRU';
  static override readonly optionNames: OptionNames = {
    ...recurrentOptions,
    recurrentActivation: true,
    resetAfter: true,
  } satisfies OwnOptions<GRUOptions, LayerOptions>;
  protected override readonly gates = 3;
  override readonly stateCount = 1;
  readonly #recurrentActivation: ActivationFunction;
  readonly #resetAfter: boolean;

  constructor(options: GRUOptions) {
    super(options);
    const { recurrentActivation = 'sigmoid' } = this.options;
    this.#recurrentActivation = resolveActivation(this.where, recurrentActivation);
    this.#resetAfter = options.resetAfter ?? true;
  }

  protected override get isFused(): boolean {
    return this.#resetAfter && areFused(this.activation, this.#recurrentActivation);
  }

  protected override get biasShape(): Shape {
    return this.#resetAfter ? [2, 3 * this.units] : [3 * this.units];
  }

  protected override inputBias(bias: Node): Node {
    return this.#resetAfter ? this.#biasRow(bias, 0) : bias;
  }

  #biasRow(bias: Node, row: number): Node {
    return reshape(slice(bias, [row, 0], [1, -1]), [3 * this.units]);
  }

  protected override fused(
    projected: Node,
    kernel: Node,
    bias: Node | undefined,
    states: readonly Node[],
    options: Pick<StepOptions, 'mask' | 'reverse'>,
  ): Node[] {
    const recurrentBias = bias ? this.#biasRow(bias, 1) : broadcastTo(asNode(this.where, 0), [3 * this.units]);
    return [gru(projected, kernel, recurrentBias, states[0]!, options)];
  }

  protected override unrolled(
    projected: Node,
    kernel: Node,
    bias: Node | undefined,
    states: readonly Node[],
    options: Omit<StepOptions, 'activation' | 'recurrentActivation'>,
  ): Node[] {
    const recurrentBias = bias && this.#resetAfter ? this.#biasRow(bias, 1) : undefined;
    const { activation } = this;
    const steps = { ...options, activation, recurrentActivation: this.#recurrentActivation, resetAfter: this.#resetAfter };
    return [unrolledGru(projected, kernel, states[0]!, recurrentBias, steps).h];
  }
}
