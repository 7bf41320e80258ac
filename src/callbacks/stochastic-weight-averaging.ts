import { checkOptionNames } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import { Tensor } from '../base/tensor.ts';
import type { Callback, SavedState, TrainedModel } from './callback.ts';
import { StateReader } from './callback-state.ts';

/** Options of {@link StochasticWeightAveraging}. */
export interface StochasticWeightAveragingOptions {
  /** The first epoch whose weights count, counted from 0. */
  readonly startEpoch: number;
  /** Epochs from one that counts to the next. Default 1. */
  readonly frequency?: number;
}

const options = { startEpoch: true, frequency: true } satisfies Record<keyof StochasticWeightAveragingOptions, true>;

const where = 'StochasticWeightAveraging';

/**
 * Averages the weights after the epochs from `startEpoch` on, a ← a + (w − a)/(n + 1), and gives the model that average when training
 * ends, however it does. Works best with a rate that stays high or is cyclic. Source: Izmailov et al. 2018, "Averaging Weights Leads to
 * Wider Optima and Better Generalization".
 *
 * Only trainable weights are averaged: the moving statistics of batch normalization are those of the last epoch, and do not belong to the
 * averaged weights; a pass of training with a rate of 0 makes them do so.
 *
 * @throws MyelinError when an option is bad
 */
export class StochasticWeightAveraging implements Callback {
  readonly #startEpoch: number;
  readonly #frequency: number;
  #model: TrainedModel | undefined;
  #averages: Tensor[] | undefined;
  #count = 0;

  constructor(given: StochasticWeightAveragingOptions) {
    checkOptionNames(where, given ?? null, options);
    this.#startEpoch = wholeNumber(where, 'startEpoch', given.startEpoch, 0);
    this.#frequency = wholeNumber(where, 'frequency', given.frequency ?? 1, 1);
  }

  /** How many epochs the average is of. */
  get count(): number {
    return this.#count;
  }

  onTrainBegin(model: TrainedModel): void {
    this.#model = model;
    this.#averages = undefined;
    this.#count = 0;
  }

  onEpochEnd(epoch: number): void {
    const since = epoch - this.#startEpoch;
    if (since < 0 || since % this.#frequency !== 0) return;
    const weights = this.#model!.trainableWeights;
    this.#averages ??= weights.map(({ shape, size }) => new Tensor(new Float32Array(size), shape));
    const n = this.#count++;
    weights.forEach((weight, k) => {
      const [values, { data }] = [weight.view(), this.#averages![k]!];
      for (let i = 0; i < data.length; i++) data[i]! += (values[i]! - data[i]!) / (n + 1);
    });
  }

  onTrainFinally(): void {
    const averages = this.#averages;
    this.#averages = undefined;
    if (!averages) return;
    for (const [i, weight] of this.#model!.trainableWeights.entries()) weight.write(averages[i]!);
  }

  getState(): SavedState {
    return { count: this.#count, averages: this.#averages ?? null };
  }

  setState(state: SavedState): void {
    const saved = new StateReader(where, state);
    this.#count = saved.number('count');
    // Copies: they are added to.
    this.#averages = saved.optionalTensors('averages')?.map(({ data, shape }) => new Tensor(data.slice(), shape));
  }
}
