import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { type ActivationFunction, type ActivationSpec, resolveActivation } from './activations.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link Activation}. */
export interface ActivationOptions extends LayerOptions {
  /** A known name or a function of nodes. */
  readonly activation: ActivationSpec;
}

/** An activation function as a layer of its own. Shape: any → same. */
export class Activation extends Layer<ActivationOptions> {
  static override readonly type: string = 'Activation';
  static override readonly optionNames: OptionNames = { activation: true } satisfies OwnOptions<ActivationOptions, LayerOptions>;
  readonly #activation: ActivationFunction;

  /** Accepts the options, or the activation alone: `new Activation('relu')`. */
  constructor(options: ActivationOptions | string) {
    super(typeof options === 'string' ? { activation: options } : options);
    this.#activation = resolveActivation(this.where, this.options.activation);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node): Node {
    return this.#activation(x);
  }
}
