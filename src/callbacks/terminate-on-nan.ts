import { MyelinError } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Callback, Logs, RunInsight, RunParams, TrainedModel } from './callback.ts';

/** Options of {@link TerminateOnNaN}. */
export interface TerminateOnNaNOptions {
  /** Rejects the run with an error instead of ending it quietly. Default false. */
  readonly raiseError?: boolean;
}

const options = { raiseError: true } satisfies Record<keyof TerminateOnNaNOptions, true>;

/**
 * Ends training as soon as the loss is NaN or infinite, and names the first layer that holds or gives such a value, in the order in which
 * the batch passes through the model. The search costs nothing until then.
 *
 * @throws MyelinError from within the run, where `raiseError` says so
 */
export class TerminateOnNaN implements Callback {
  readonly #raiseError: boolean;
  #model: TrainedModel | undefined;
  #run: RunInsight | undefined;

  constructor(given: TerminateOnNaNOptions = {}) {
    checkOptionNames('TerminateOnNaN', given, options);
    this.#raiseError = given.raiseError ?? false;
  }

  onTrainBegin(model: TrainedModel, params?: RunParams): void {
    this.#model = model;
    this.#run = params?.run;
  }

  onTrainBatchEnd(batch: number, logs: Logs): void | Promise<void> {
    if (!Number.isFinite(logs.loss)) return this.#end(batch, logs.loss);
  }

  async #end(batch: number, loss: number | undefined): Promise<void> {
    const model = this.#model!;
    model.stopTraining = true;
    const found = await this.#run?.firstNonFinite();
    const place = found ? `layer "${found.layer}": ${found.what} holds ${found.value}` : this.#weightPlace(model);
    const text = `Batch ${batch}: the loss is ${loss}, training ends (${place}).`;
    if (this.#raiseError)
      throw new MyelinError(`[TerminateOnNaN] ${text} Hint: try a lower learning rate, clipping, or scaled inputs.`);
    console.log(text);
  }

  #weightPlace(model: TrainedModel): string {
    const at = model.getWeights().findIndex(({ data }) => data.some((value) => !Number.isFinite(value)));
    return at < 0 ? 'all weights are still finite' : `the first weight that is not finite: "${model.weightNames[at]}"`;
  }
}
