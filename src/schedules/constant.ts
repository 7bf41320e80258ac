import type { OptionNames } from '../base/names.ts';
import { notNegative } from './checks.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link Constant}. */
export interface ConstantOptions {
  /** Rate of all steps. */
  readonly learningRate: number;
}

/**
 * The same rate at every step. A plain number can be changed while a model trains; this cannot.
 *
 * @throws MyelinError when the rate is negative
 */
export class Constant extends Schedule<ConstantOptions> {
  static override readonly type: string = 'Constant';
  static override readonly optionNames: OptionNames = { learningRate: true } satisfies Record<keyof ConstantOptions, true>;

  constructor(options: ConstantOptions) {
    super(options);
    notNegative(this.type, 'learningRate', options.learningRate);
  }

  override rateAt(): number {
    return this.options.learningRate;
  }
}
