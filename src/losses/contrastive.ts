import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { add, mul, relu, scale, square } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/** Options of {@link Contrastive}. */
export interface ContrastiveOptions extends LossOptions {
  /** Distance beyond which pairs of different classes are left alone. Default 1. */
  readonly margin?: number;
}

/**
 * y·d² + (1 − y)·max(margin − d, 0)² for predicted distances d of pairs; y is 1 for pairs of the same class. Hadsell, Chopra & LeCun 2006.
 *
 * Options: `margin` 1. Source: TensorFlow Addons `losses.ContrastiveLoss`.
 *
 * @throws MyelinError when `margin` is negative
 */
export class Contrastive extends Loss<ContrastiveOptions> {
  static override readonly type: string = 'Contrastive';
  static override readonly optionNames: OptionNames = { margin: true } satisfies OwnOptions<ContrastiveOptions, LossOptions>;
  readonly margin: number;

  constructor(options?: ContrastiveOptions) {
    super(options);
    this.margin = notNegative(this.where, 'margin', this.options.margin ?? 1);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const apart = square(relu(scale(yPred, -1, this.margin)));
    const values = add(mul(yTrue, square(yPred)), mul(scale(yTrue, -1, 1), apart));
    return values.rank > 1 ? meanOverLast(values) : values;
  }
}

/** {@link Contrastive} per pair. Shape: [n] or [n, 1] twice → [n]. */
export const contrastive = functionForm<ContrastiveOptions>('contrastive', (options) => new Contrastive(options));
