/** @file Losses as metrics: the mean of a loss's values over all samples. */

import type { Node } from '../graph/node.ts';
import type { Loss } from '../losses/index.ts';
import { MeanMetric, type MetricOptions } from './metric.ts';

/** The mean of a loss, or of a function of one's own. */
export class LossMetric<O extends MetricOptions = MetricOptions> extends MeanMetric<O> {
  static override readonly type: string = 'LossMetric';
  override readonly direction: 'max' | 'min' | undefined;
  readonly #loss: Loss;

  /** @param direction which way is better, null when that is not known; default: lower */
  constructor(loss: Loss, options?: O, direction: 'max' | 'min' | null = 'min') {
    super(options);
    this.#loss = loss;
    this.direction = direction ?? undefined;
  }

  override values(yTrue: Node, yPred: Node): Node {
    return this.#loss.call(...this.#loss.prepare(yTrue, yPred));
  }

  override mask(yTrue: Node, yPred: Node): Node | undefined {
    return this.#loss.mask(...this.#loss.prepare(yTrue, yPred));
  }
}
