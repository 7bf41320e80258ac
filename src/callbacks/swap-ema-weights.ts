import { fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Variable } from '../graph/variable.ts';
import type { Callback, SavedState, TrainedModel } from './callback.ts';
import { StateReader } from './callback-state.ts';

/** Options of {@link SwapEMAWeights}. */
export interface SwapEMAWeightsOptions {
  /** Leaves the averages in the weights from the end of an epoch to the beginning of the next one. Default false. */
  readonly swapOnEpoch?: boolean;
}

const options = { swapOnEpoch: true } satisfies Record<keyof SwapEMAWeightsOptions, true>;

/**
 * Evaluates the model with the moving averages of its weights, for an optimizer made with `useEma`: they take the place of the weights
 * while validation runs and, with `swapOnEpoch`, between two epochs, so that a ModelCheckpoint that stands behind this callback saves
 * them. Semantics of Keras's callback of that name. The averages themselves are never touched.
 *
 * @example
 * model.compile({ optimizer: new Adam({ useEma: true }), loss: 'mse' });
 * await model.fit(x, y, { callbacks: [new SwapEMAWeights({ swapOnEpoch: true }), new ModelCheckpoint({ path: 'averaged.safetensors' })] });
 *
 * @throws MyelinError when the optimizer keeps no averages
 */
export class SwapEMAWeights implements Callback {
  readonly #swapOnEpoch: boolean;
  #model: TrainedModel | undefined;
  /** The weights whose place the averages have taken. */
  #raw: Tensor[] | undefined;
  #isTesting = false;
  #hasEnded = false;

  constructor(given: SwapEMAWeightsOptions = {}) {
    checkOptionNames('SwapEMAWeights', given, options);
    this.#swapOnEpoch = given.swapOnEpoch ?? false;
  }

  onTrainBegin(model: TrainedModel): void {
    this.#model = model;
    this.#raw = undefined;
    this.#isTesting = false;
    this.#hasEnded = false;
    if (model.optimizer.options.useEma) return;
    const hint = 'make it with useEma: true.';
    fail('SwapEMAWeights', 'an optimizer that averages weights', `"${model.optimizer.name}" without averages`, hint);
  }

  /** Weights that have an average by now: there is none before the first step. */
  #averaged(): (readonly [weight: Variable, average: Variable])[] {
    const { optimizer, trainableWeights } = this.#model!;
    return trainableWeights.flatMap((weight) => {
      const average = optimizer.averageOf(weight);
      return average ? [[weight, average] as const] : [];
    });
  }

  #swapIn(): void {
    if (this.#raw || !this.#model || this.#model.optimizer.iterations === 0) return;
    const averaged = this.#averaged();
    this.#raw = averaged.map(([weight]) => weight.read());
    for (const [weight, average] of averaged) weight.view().set(average.view());
  }

  #swapOut(): void {
    const raw = this.#raw;
    this.#raw = undefined;
    if (!raw) return;
    for (const [i, [weight]] of this.#averaged().entries()) weight.write(raw[i]!);
  }

  onTestBegin(): void {
    this.#isTesting = this.#raw === undefined;
    this.#swapIn();
  }

  onTestEnd(): void {
    if (this.#isTesting) this.#swapOut();
    this.#isTesting = false;
  }

  onEpochEnd(): void {
    if (this.#swapOnEpoch) this.#swapIn();
  }

  onEpochBegin(): void {
    this.#swapOut();
  }

  onTrainEnd(): void {
    this.#hasEnded = true;
  }

  /** At its end training leaves the averages in the weights; a run that was cancelled or failed keeps what it was training. */
  onTrainFinally(): void {
    if (this.#hasEnded) this.#raw = undefined;
    else this.#swapOut();
  }

  getState(): SavedState {
    return { raw: this.#raw ?? null };
  }

  setState(state: SavedState): void {
    this.#raw = new StateReader('SwapEMAWeights', state).optionalTensors('raw');
  }
}
