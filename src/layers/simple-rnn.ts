import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { simpleRnn } from '../graph/ops.ts';
import { unrolledRnn } from '../graph/unrolled.ts';
import { linear } from './activations.ts';
import type { LayerOptions } from './layer.ts';
import { areFused, Recurrent, type RecurrentLayerOptions, recurrentOptions, type StepOptions } from './recurrent.ts';

/** Options of {@link SimpleRNN}. */
export interface SimpleRNNOptions extends RecurrentLayerOptions {}

/**
 * The plain recurrent layer: h' = activation(x·kernel + h·recurrentKernel + bias). Weights: `kernel` [features, units],
 * `recurrent_kernel` [units, units], `bias` [units].
 *
 * Shape: [batch, time, features] → [batch, units], or with `returnSequences` [batch, time, units]. Initial states may follow the input
 * in a list: [x, h]. With `returnState` the outputs are a list: [output, h]. A masked step copies the state.
 *
 * @throws MyelinError when `units` is not a positive integer, a rate is outside [0, 1] or a name is unknown
 */
export class SimpleRNN extends Recurrent<SimpleRNNOptions> {
  static override readonly type: string = 'SimpleRNN';
  static override readonly optionNames: OptionNames = { ...recurrentOptions } satisfies OwnOptions<
    SimpleRNNOptions,
    LayerOptions
  >;
  protected override readonly gates = 1;
  override readonly stateCount = 1;

  protected override get isFused(): boolean {
    return areFused(this.activation);
  }

  protected override fused(
    projected: Node,
    kernel: Node,
    _bias: Node | undefined,
    states: readonly Node[],
    options: Pick<StepOptions, 'mask' | 'reverse'>,
  ): Node[] {
    return [simpleRnn(projected, kernel, states[0]!, options)];
  }

  protected override unrolled(
    projected: Node,
    kernel: Node,
    _bias: Node | undefined,
    states: readonly Node[],
    options: Omit<StepOptions, 'activation' | 'recurrentActivation'>,
  ): Node[] {
    const { activation } = this;
    return [unrolledRnn(projected, kernel, states[0]!, { ...options, activation, recurrentActivation: linear }).h];
  }
}
