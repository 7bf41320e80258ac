import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { elu } from '../graph/ops.ts';
import { inRange } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link ELU}. */
export interface ELUOptions extends LayerOptions {
  /** What the left side tends to, negated; at least 0. Default 1. */
  readonly alpha?: number;
}

/**
 * Exponential linear unit: x for x ≥ 0, alpha·(eˣ − 1) below.
 *
 * Shape: any → same. Clevert et al. 2015.
 *
 * @throws MyelinError when `alpha` is negative
 */
export class ELU extends Layer<ELUOptions> {
  static override readonly type: string = 'ELU';
  static override readonly optionNames: OptionNames = { alpha: true } satisfies OwnOptions<ELUOptions, LayerOptions>;
  readonly alpha: number;

  constructor(options: ELUOptions = {}) {
    super(options);
    this.alpha = inRange(this.where, 'alpha', options.alpha ?? 1, 0, Infinity);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node): Node {
    return elu(x, { alpha: this.alpha });
  }
}
