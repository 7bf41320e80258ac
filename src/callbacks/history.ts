import type { Callback, Logs, RunParams, SavedState, TrainedModel } from './callback.ts';
import { StateReader, savedNumber } from './callback-state.ts';

/** Collects the results of every epoch; `fit` returns one. */
export class History implements Callback {
  /** One number per epoch for each name: `history.loss`, `history.val_accuracy`, … */
  readonly history: Record<string, number[]> = {};
  /** Indices of the epochs run. */
  readonly epoch: number[] = [];
  /** What the run was asked for. */
  params: RunParams = { epochs: 0, steps: 0, verbose: 0 };

  onTrainBegin(_model: TrainedModel, { epochs, steps, verbose }: RunParams): void {
    // Without the run itself, which a history that is kept would keep, too.
    this.params = { epochs, steps, verbose };
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }

  getState(): SavedState {
    const history = Object.entries(this.history).map(([name, values]) => [name, values.map(savedNumber)] as const);
    return { epoch: [...this.epoch], history: Object.fromEntries(history) };
  }

  /** What was collected before a run was interrupted comes first. */
  setState(state: SavedState): void {
    const saved = new StateReader('History', state);
    this.epoch.splice(0, this.epoch.length, ...saved.numbers('epoch'));
    for (const name of Object.keys(this.history)) delete this.history[name];
    const lists = saved.object('history');
    const reader = new StateReader('History', lists);
    for (const name of Object.keys(lists)) this.history[name] = reader.numbers(name);
  }
}
