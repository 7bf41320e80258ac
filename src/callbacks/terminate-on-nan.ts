import { MyelinError } from '../base/fail.ts';
import type { Callback, Logs, TrainedModel } from './callback.ts';

/** Options of {@link TerminateOnNaN}. */
export interface TerminateOnNaNOptions {
  /** Rejects the run with an error instead of ending it quietly. Default false. */
  readonly raiseError?: boolean;
}

/** Ends training as soon as the loss is NaN or infinite, and says which weight is the first that is not finite, if one is. */
export class TerminateOnNaN implements Callback {
  readonly #raiseError: boolean;
  #model: TrainedModel | undefined;

  constructor({ raiseError = false }: TerminateOnNaNOptions = {}) {
    this.#raiseError = raiseError;
  }

  onTrainBegin(model: TrainedModel): void {
    this.#model = model;
  }

  onTrainBatchEnd(batch: number, logs: Logs): void {
    if (Number.isFinite(logs.loss)) return;
    const model = this.#model!;
    model.stopTraining = true;
    const at = model.getWeights().findIndex(({ data }) => data.some((value) => !Number.isFinite(value)));
    const weight = at < 0 ? 'all weights are still finite' : `the first weight that is not finite: "${model.weightNames[at]}"`;
    const text = `Batch ${batch}: the loss is ${logs.loss}, training ends (${weight}).`;
    if (this.#raiseError)
      throw new MyelinError(`[TerminateOnNaN] ${text} Hint: try a lower learning rate, clipping, or scaled inputs.`);
    console.log(text);
  }
}
