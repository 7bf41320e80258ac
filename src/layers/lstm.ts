import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { lstm } from '../graph/ops.ts';
import { unrolledLstm } from '../graph/unrolled.ts';
import type { Variable } from '../graph/variable.ts';
import { type ActivationFunction, type ActivationSpec, resolveActivation } from './activations.ts';
import type { LayerOptions } from './layer.ts';
import { areFused, Recurrent, type RecurrentLayerOptions, recurrentOptions, type StepOptions } from './recurrent.ts';

/** Options of {@link LSTM}. */
export interface LSTMOptions extends RecurrentLayerOptions {
  /** Applied to the gates. Default 'sigmoid'. */
  readonly recurrentActivation?: ActivationSpec;
  /** Whether the forget gate's bias begins at 1, so that cells keep what they hold. Default true. */
  readonly unitForgetBias?: boolean;
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997): z = x·kernel + h·recurrentKernel + bias is cut into i, f, c, o;
 * c' = σ(f)·c + σ(i)·activation(c-part), h' = σ(o)·activation(c'). Weights: `kernel` [features, 4·units],
 * `recurrent_kernel` [units, 4·units], `bias` [4·units].
 *
 * Shape: [batch, time, features] → [batch, units], or with `returnSequences` [batch, time, units]. Initial states may follow the input
 * in a list: [x, h, c]. With `returnState` the outputs are a list: [output, h, c]. A masked step copies the states.
 *
 * tanh and sigmoid (the defaults) without recurrent dropout run in one kernel; anything else is unrolled step by step.
 *
 * @throws MyelinError when `units` is not a positive integer, a rate is outside [0, 1] or a name is unknown
 */
export class LSTM extends Recurrent<LSTMOptions> {
  static override readonly type: string = 'LSTM';
  static override readonly optionNames: OptionNames = {
    ...recurrentOptions,
    recurrentActivation: true,
    unitForgetBias: true,
  } satisfies OwnOptions<LSTMOptions, LayerOptions>;
  protected override readonly gates = 4;
  override readonly stateCount = 2;
  readonly #recurrentActivation: ActivationFunction;

  constructor(options: LSTMOptions) {
    super(options);
    const { recurrentActivation = 'sigmoid' } = this.options;
    this.#recurrentActivation = resolveActivation(this.where, recurrentActivation);
  }

  protected override get isFused(): boolean {
    return areFused(this.activation, this.#recurrentActivation);
  }

  protected override initializeBias(bias: Variable): void {
    if (this.options.unitForgetBias ?? true) bias.view().fill(1, this.units, 2 * this.units);
  }

  protected override fused(
    projected: Node,
    kernel: Node,
    _bias: Node | undefined,
    [h0, c0]: readonly Node[],
    options: Pick<StepOptions, 'mask' | 'reverse'>,
  ): Node[] {
    const { h, c } = lstm(projected, kernel, h0!, c0!, options);
    return [h, c];
  }

  protected override unrolled(
    projected: Node,
    kernel: Node,
    _bias: Node | undefined,
    [h0, c0]: readonly Node[],
    options: Omit<StepOptions, 'activation' | 'recurrentActivation'>,
  ): Node[] {
    const activations = { activation: this.activation, recurrentActivation: this.#recurrentActivation };
    const { h, c } = unrolledLstm(projected, kernel, h0!, c0!, { ...options, ...activations });
    return [h, c];
  }
}
