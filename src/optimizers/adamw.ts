import type { OptionNames } from '../base/names.ts';
import { Adam, type AdamOptions } from './adam.ts';

/** Options of {@link AdamW}. */
export interface AdamWOptions extends AdamOptions {}

/**
 * Adam with decoupled weight decay: w ← w − w·λ·η, then Adam's update. Biases and other weights are left alone where
 * `excludeFromWeightDecay` says so.
 *
 * Defaults: as {@link Adam}, `weightDecay` 0.004. Source: Keras `optimizers.AdamW`; Loshchilov & Hutter 2017.
 *
 * @throws MyelinError when the decay is negative, and for what Adam refuses
 *
 * @example
 * model.compile({ optimizer: new AdamW({ weightDecay: 0.01, excludeFromWeightDecay: ['bias'] }), loss: 'meanSquaredError' });
 */
export class AdamW extends Adam {
  static override readonly type: string = 'AdamW';
  static override readonly optionNames: OptionNames = { ...Adam.optionNames };

  constructor(options?: AdamWOptions) {
    super({ ...options, weightDecay: options?.weightDecay ?? 0.004 });
  }
}
