import type { OptionNames, OwnOptions } from '../base/names.ts';
import { finite } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { cast, scale } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link Rescaling}. */
export interface RescalingOptions extends LayerOptions {
  /** What inputs are multiplied by. */
  readonly scale: number;
  /** What is added then. Default 0. */
  readonly offset?: number;
}

/**
 * x·scale + offset, in float32 whatever the type of the input: `new Rescaling({ scale: 1 / 127.5, offset: -1 })` brings bytes to
 * [−1, 1]. Shape: any → same.
 *
 * @throws MyelinError when a number is not finite
 */
export class Rescaling extends Layer<RescalingOptions> {
  static override readonly type: string = 'Rescaling';
  static override readonly optionNames: OptionNames = { scale: true, offset: true } satisfies OwnOptions<
    RescalingOptions,
    LayerOptions
  >;
  readonly scale: number;
  readonly offset: number;

  constructor(options: RescalingOptions) {
    super(options);
    this.scale = finite(this.where, 'scale', this.options.scale);
    this.offset = finite(this.where, 'offset', this.options.offset ?? 0);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node): Node {
    return scale(cast(x, 'float32'), this.scale, this.offset);
  }
}
