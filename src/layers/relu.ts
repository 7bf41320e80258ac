import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { relu } from './activation-functions.ts';
import { inRange } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link ReLU}. */
export interface ReLUOptions extends LayerOptions {
  /** Largest value, at least 0. Default none. */
  readonly maxValue?: number | null;
  /** Slope below the threshold, at least 0. Default 0. */
  readonly negativeSlope?: number;
  /** Where the left side begins, at least 0. Default 0. */
  readonly threshold?: number;
}

/**
 * Rectifier: x above `threshold` (at most `maxValue`), negativeSlope·(x − threshold) below.
 *
 * Shape: any → same. Nair & Hinton 2010.
 *
 * @throws MyelinError when an option is negative
 */
export class ReLU extends Layer<ReLUOptions> {
  static override readonly type: string = 'ReLU';
  static override readonly optionNames: OptionNames = {
    maxValue: true,
    negativeSlope: true,
    threshold: true,
  } satisfies OwnOptions<ReLUOptions, LayerOptions>;

  constructor(options: ReLUOptions = {}) {
    super(options);
    for (const key of ['maxValue', 'negativeSlope', 'threshold'] as const) {
      inRange(this.where, key, options[key] ?? 0, 0, Infinity);
    }
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node): Node {
    return relu(x, this.options);
  }
}
