/** @file Running statistics of numbers, for loops of one's own: what is watched there need not come from targets and predictions. */

import { failShape } from '../base/fail.ts';
import { formatShape } from '../base/shape.ts';
import { type TensorLike, tensor } from '../base/tensor.ts';
import { ratio } from './counts.ts';

/** Adds up values times weights. */
class Running {
  protected total = 0;
  protected weight = 0;

  /**
   * Takes in values.
   *
   * @param sampleWeight one weight for each value. Default 1
   */
  update(values: TensorLike, sampleWeight?: TensorLike): void {
    const { data, shape } = tensor(values);
    const weights = sampleWeight === undefined ? undefined : tensor(sampleWeight);
    if (weights && weights.size !== data.length)
      failShape('running metric', `weights of shape ${formatShape(shape)}`, formatShape(weights.shape));
    for (let i = 0; i < data.length; i++) {
      const weight = weights?.data[i] ?? 1;
      this.total += data[i]! * weight;
      this.weight += weight;
    }
  }

  /** Forgets all values. */
  reset(): void {
    this.total = 0;
    this.weight = 0;
  }
}

/** Weighted mean of the values it was given; 0 without any. Source: Keras `metrics.Mean`. */
export class Mean extends Running {
  /** The mean so far. */
  get value(): number {
    return ratio(this.total, this.weight);
  }
}

/** Weighted sum of the values it was given. Source: Keras `metrics.Sum`. */
export class Sum extends Running {
  /** The sum so far. */
  get value(): number {
    return this.total;
  }
}
