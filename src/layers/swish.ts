import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { mul, sigmoid } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { lastDimension } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link Swish}. */
export interface SwishOptions extends LayerOptions {
  /** Whether each channel (of the last axis) has a beta of its own. Default false: one for all. */
  readonly perChannel?: boolean;
  /** First value of beta. Default 'ones'. */
  readonly betaInitializer?: InitializerSpec;
}

/**
 * x·sigmoid(beta·x) with a beta that is learned; the function `silu` has beta 1. Weights: `beta`, a scalar or [channels].
 *
 * Shape: any → same. Ramachandran et al. 2017.
 *
 * @throws MyelinError when the initializer is unknown
 */
export class Swish extends Layer<SwishOptions> {
  static override readonly type: string = 'Swish';
  static override readonly optionNames: OptionNames = { perChannel: true, betaInitializer: true } satisfies OwnOptions<
    SwishOptions,
    LayerOptions
  >;
  #beta!: Variable;

  constructor(options: SwishOptions = {}) {
    super(options);
    resolveInitializer(options.betaInitializer ?? 'ones', this.where);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: PartialShape): PartialShape {
    const shape = this.options.perChannel ? [lastDimension(this.where, inputShape)] : [];
    this.#beta = this.addWeight('beta', shape, { initializer: this.options.betaInitializer ?? 'ones' });
    return inputShape;
  }

  override call(x: Node): Node {
    return mul(x, sigmoid(mul(x, this.#beta)));
  }
}
