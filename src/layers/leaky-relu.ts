import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { leakyRelu } from '../graph/ops.ts';
import { inRange } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link LeakyReLU}. */
export interface LeakyReLUOptions extends LayerOptions {
  /** Slope for x < 0, at least 0. Default 0.3. */
  readonly negativeSlope?: number;
}

/**
 * Rectifier that lets a part through on the left: x for x > 0, negativeSlope·x below. The default slope is that of Keras's layer;
 * its function has 0.2.
 *
 * Shape: any → same. Maas et al. 2013.
 *
 * @throws MyelinError when `negativeSlope` is negative
 */
export class LeakyReLU extends Layer<LeakyReLUOptions> {
  static override readonly type: string = 'LeakyReLU';
  static override readonly optionNames: OptionNames = { negativeSlope: true } satisfies OwnOptions<
    LeakyReLUOptions,
    LayerOptions
  >;
  readonly negativeSlope: number;

  constructor(options: LeakyReLUOptions = {}) {
    super(options);
    this.negativeSlope = inRange(this.where, 'negativeSlope', options.negativeSlope ?? 0.3, 0, Infinity);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node): Node {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }
}
