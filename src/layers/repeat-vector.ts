import { failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { broadcastTo, reshape } from '../graph/ops.ts';
import { positiveInteger } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link RepeatVector}. */
export interface RepeatVectorOptions extends LayerOptions {
  /** How many times. */
  readonly n: number;
}

/**
 * Each sample `n` times, one after the other.
 * Shape: [batch, features] → [batch, n, features].
 *
 * @throws MyelinError when `n` is not a positive integer
 */
export class RepeatVector extends Layer<RepeatVectorOptions> {
  static override readonly type: string = 'RepeatVector';
  static override readonly optionNames: OptionNames = { n: true } satisfies OwnOptions<RepeatVectorOptions, LayerOptions>;
  readonly n: number;

  /** Accepts the options, or the number alone: `new RepeatVector(3)`. */
  constructor(options: RepeatVectorOptions | number) {
    super(typeof options === 'number' ? { n: options } : options);
    this.n = positiveInteger(this.where, 'n', this.options.n);
  }

  override build(inputShape: PartialShape): PartialShape {
    if (inputShape.length !== 2) failShape(this.where, 'inputs [batch, features]', `shape ${formatShape(inputShape)}`);
    return [inputShape[0] ?? null, this.n, inputShape[1] ?? null];
  }

  override call(x: Node): Node {
    const [batch, features] = [x.shape[0]!, x.shape[1]!];
    return broadcastTo(reshape(x, [batch, 1, features]), [batch, this.n, features]);
  }
}
