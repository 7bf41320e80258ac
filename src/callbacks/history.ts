import type { Callback, Logs, RunParams, TrainedModel } from './callback.ts';

/** Collects the results of every epoch; `fit` returns one. */
export class History implements Callback {
  /** One number per epoch for each name: `history.loss`, `history.val_accuracy`, … */
  readonly history: Record<string, number[]> = {};
  /** Indices of the epochs run. */
  readonly epoch: number[] = [];
  /** What the run was asked for. */
  params: RunParams = { epochs: 0, steps: 0, verbose: 0 };

  onTrainBegin(_model: TrainedModel, params: RunParams): void {
    this.params = params;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }
}
