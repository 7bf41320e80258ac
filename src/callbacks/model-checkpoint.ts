import { describe, fail } from '../base/fail.ts';
import { files } from '../base/files.ts';
import { checkOptionNames } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import type { Callback, Logs, SavedState, TrainedModel } from './callback.ts';
import { StateReader, savedNumber } from './callback-state.ts';
import { FileTemplate } from './file-template.ts';
import { Monitor, type MonitorMode } from './monitor.ts';
import { formatValue } from './progress-format.ts';
import { BatchCounter, checkSaveFreq, type SaveFrequency } from './save-frequency.ts';

/** Options of {@link ModelCheckpoint}. */
export interface ModelCheckpointOptions {
  /**
   * The file to write. May hold numbers in braces, with a format as in Python: `{epoch}` and `{batch}` (counted from 1; `{batch}` where
   * batches are counted) and every logged name: `'runs/{epoch:02d}-{val_loss:.2f}.safetensors'`. A file that is there is replaced.
   */
  readonly path: string;
  /** The number that tells which model is best. Default 'val_loss'. */
  readonly monitor?: string;
  /** Writes only when that number is better than ever before. Default false. */
  readonly saveBestOnly?: boolean;
  /** Leaves out how the model is made: see `Model.saveWeights`. Default false. */
  readonly saveWeightsOnly?: boolean;
  /** Which way is better. Default 'auto'. */
  readonly mode?: MonitorMode;
  /** 'epoch', or a number of batches, counted across epochs, after which to write. Default 'epoch'. */
  readonly saveFreq?: SaveFrequency;
  /** With `saveBestOnly`: what the number must beat at first. Default none. */
  readonly initialValueThreshold?: number;
  /** Whether what the optimizer remembers is written as well. Default: as `Model.save` does. */
  readonly optimizer?: boolean;
  /** Keeps this many of the files written and removes older ones. Default: keeps all. */
  readonly keepLast?: number;
  /** 1 prints a line for every file. Default 0. */
  readonly verbose?: 0 | 1;
}

const options = {
  path: true,
  monitor: true,
  saveBestOnly: true,
  saveWeightsOnly: true,
  mode: true,
  saveFreq: true,
  initialValueThreshold: true,
  optimizer: true,
  keepLast: true,
  verbose: true,
} satisfies Record<keyof ModelCheckpointOptions, true>;

const where = 'ModelCheckpoint';

/**
 * Writes the model to a file after every epoch or every so many batches, or whenever it is better than before. Semantics of Keras's
 * callback of that name. Files are replaced at once: whoever reads one finds a whole model, also after a crash. For going on with a run
 * that was interrupted see {@link BackupAndRestore}.
 *
 * @example
 * new ModelCheckpoint({ path: 'best.safetensors', monitor: 'val_accuracy', saveBestOnly: true })
 *
 * @throws MyelinError when an option is bad, the file cannot be written, or a number is asked for that is not logged
 */
export class ModelCheckpoint implements Callback {
  readonly #options: ModelCheckpointOptions;
  readonly #template: FileTemplate;
  readonly #monitor: Monitor;
  readonly #counter: BatchCounter;
  #model: TrainedModel | undefined;
  #epoch = 0;
  #written: string[] = [];

  constructor(given: ModelCheckpointOptions) {
    checkOptionNames(where, given ?? null, options);
    const { path, monitor, mode, saveFreq = 'epoch', initialValueThreshold: threshold, keepLast } = given;
    this.#template = new FileTemplate(where, path);
    this.#monitor = new Monitor(where, { ...(monitor === undefined ? {} : { monitor }), ...(mode ? { mode } : {}) });
    if (threshold !== undefined && typeof threshold !== 'number')
      fail(where, '`initialValueThreshold` to be a number', describe(threshold));
    if (keepLast !== undefined) wholeNumber(where, 'keepLast', keepLast, 1);
    this.#counter = new BatchCounter(checkSaveFreq(where, saveFreq));
    this.#options = given;
    // A hook that is called in every step is there only where it is needed.
    if (saveFreq !== 'epoch') this.onTrainBatchEnd = (batch, logs) => this.#batchEnd(batch, logs);
  }

  onTrainBatchEnd?: (batch: number, logs: Logs) => void | Promise<void>;

  /** The best value so far; undefined before the first. */
  get best(): number | undefined {
    return this.#monitor.best;
  }

  /** The files written and not removed again, oldest first. */
  get paths(): readonly string[] {
    return this.#written;
  }

  onTrainBegin(model: TrainedModel): void {
    this.#model = model;
    this.#monitor.begin(model);
    this.#monitor.best = this.#options.initialValueThreshold;
    this.#counter.since = 0;
    this.#written = [];
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  #batchEnd(batch: number, logs: Logs): void | Promise<void> {
    if (this.#counter.isDue()) return this.#save({ epoch: this.#epoch + 1, batch: batch + 1 }, logs);
  }

  onEpochEnd(epoch: number, logs: Logs): void | Promise<void> {
    if ((this.#options.saveFreq ?? 'epoch') === 'epoch') return this.#save({ epoch: epoch + 1 }, logs);
  }

  async #save(counts: { readonly epoch: number; readonly batch?: number }, logs: Logs): Promise<void> {
    const { saveBestOnly = false, verbose = 0 } = this.#options;
    const monitor = this.#monitor;
    const place = `Epoch ${counts.epoch}${counts.batch === undefined ? '' : `, batch ${counts.batch}`}`;
    let reason = '';
    if (saveBestOnly) {
      const current = monitor.read(logs);
      if (!monitor.isBetter(current, monitor.best)) {
        if (verbose) console.log(`${place}: ${monitor.name} did not improve from ${formatValue(monitor.best ?? Number.NaN)}`);
        return;
      }
      const before = monitor.best === undefined ? '' : ` from ${formatValue(monitor.best)}`;
      reason = `${monitor.name} improved${before} to ${formatValue(current)}, `;
      monitor.best = current;
    }
    const path = this.#template.fill({ ...counts }, logs);
    await this.#write(path);
    if (verbose) console.log(`${place}: ${reason}saved as ${path}`);
    this.#written = [...this.#written.filter((other) => other !== path), path];
    const { keepLast = Number.POSITIVE_INFINITY } = this.#options;
    while (this.#written.length > keepLast) await files(where).remove(this.#written.shift()!);
  }

  async #write(path: string): Promise<void> {
    const model = this.#model!;
    const { saveWeightsOnly = false, optimizer } = this.#options;
    if (saveWeightsOnly) await model.saveWeights(path);
    else await model.save(path, optimizer === undefined ? {} : { optimizer });
  }

  getState(): SavedState {
    return { epoch: this.#epoch, best: savedNumber(this.#monitor.best), since: this.#counter.since, written: this.#written };
  }

  setState(state: SavedState): void {
    const saved = new StateReader(where, state);
    this.#epoch = saved.number('epoch');
    this.#monitor.best = saved.optionalNumber('best');
    this.#counter.since = saved.number('since');
    // They may be removed again, so a checkpoint from a stranger must not name anything else.
    this.#written = (saved.optionalStrings('written') ?? []).filter((path) => this.#template.matches(path));
  }
}
