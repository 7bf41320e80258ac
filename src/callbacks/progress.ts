/**
 * @file The progress of `fit` and `evaluate` as Keras shows it: a bar that is redrawn on a terminal, one line per epoch elsewhere. Where
 * there is no terminal at all, as in a page, lines go to the console.
 */

import { checkOptionNames } from '../base/names.ts';
import type { Callback, Logs, RunParams, TrainedModel } from './callback.ts';
import { type Output, resolveVerbosity, standardOutput, type Verbosity } from './progress-format.ts';
import { Progress } from './progress-line.ts';

/** Options of {@link ProgressBar}. */
export interface ProgressBarOptions {
  /** How much is shown. Default 1: a bar on a terminal, a line per epoch elsewhere. */
  readonly verbose?: Verbosity;
  /** Two bars, that of the epochs above that of the steps, in place of a line for every epoch. Default false. */
  readonly nested?: boolean;
  /** A bar of one's own under which those of the run are drawn. Default none. */
  readonly parent?: Progress;
  /** Where to draw. Default: where the parent is, or else the standard output. */
  readonly output?: Output;
}

const options = { verbose: true, nested: true, parent: true, output: true } satisfies Record<keyof ProgressBarOptions, true>;

/**
 * Prints the progress of a run. `fit` and `evaluate` make one by themselves, see their `verbose`; made by hand it can do more.
 *
 * @example
 * await model.fit(x, y, { epochs: 50, verbose: 0, callbacks: [new ProgressBar({ nested: true })] });
 */
export class ProgressBar implements Callback {
  readonly #output: Output;
  readonly #verbose: 0 | 1 | 2;
  readonly #isNested: boolean;
  readonly #parent: Progress | undefined;
  #epochs = 1;
  #steps: number | undefined;
  #isTraining = false;
  #outer: Progress | undefined;
  #bar: Progress | undefined;

  /** Accepts the options, or the verbosity alone. */
  constructor(given: ProgressBarOptions | Verbosity = {}, output?: Output) {
    const all: ProgressBarOptions = typeof given === 'object' && given !== null ? given : { verbose: given };
    checkOptionNames('ProgressBar', all, options);
    this.#parent = all.parent;
    this.#isNested = all.nested ?? false;
    this.#output = output ?? all.output ?? all.parent?.output ?? standardOutput();
    const verbose = resolveVerbosity(all.verbose ?? 1, this.#output);
    this.#verbose = verbose === 1 && !this.#output.isTerminal ? 2 : verbose;
    // Batch hooks cost time in every step, so only the bar has them.
    if (this.#verbose === 1) {
      this.onTrainBatchEnd = (batch, logs) => {
        // A run that goes on in the middle of an epoch does not begin it.
        this.#bar ??= this.#start({ total: this.#steps, parent: this.#outer ?? this.#parent });
        this.#bar?.update(batch + 1, logs);
      };
      this.onTestBatchEnd = (batch, logs) => {
        if (!this.#isTraining) this.#bar?.update(batch + 1, logs);
      };
    }
  }

  onTrainBatchEnd?: (batch: number, logs: Logs) => void;
  onTestBatchEnd?: (batch: number, logs: Logs) => void;

  onTrainBegin(_model: TrainedModel, params: RunParams): void {
    this.#epochs = params.epochs;
    this.#steps = params.steps;
    this.#isTraining = true;
    if (this.#verbose === 1 && this.#isNested) {
      this.#outer = this.#start({ total: params.epochs, label: 'Epochs', parent: this.#parent });
    }
  }

  onTrainEnd(): void {
    this.#outer?.finish();
  }

  /** After a cancellation or an error what is printed next starts on a line of its own. */
  onTrainFinally(): void {
    this.#isTraining = false;
    (this.#outer ?? this.#bar)?.close();
    this.#bar = undefined;
    this.#outer = undefined;
  }

  onEpochBegin(epoch: number): void {
    const title = this.#verbose && this.#epochs > 1 ? `Epoch ${epoch + 1}/${this.#epochs}` : '';
    const parent = this.#outer ?? this.#parent;
    if (title && !parent) this.#output.write(`${title}\n`);
    this.#bar = this.#start({ total: this.#steps, label: parent ? title : '', parent });
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    // Streamed data tells by its first pass how long the next ones are.
    this.#steps ??= this.#bar?.done || undefined;
    this.#bar?.finish(logs);
    this.#bar = undefined;
    this.#outer?.update(epoch + 1, logs);
  }

  onTestBegin(steps: number | undefined): void {
    if (!this.#isTraining) this.#bar = this.#start({ total: steps, parent: this.#parent });
  }

  onTestEnd(logs: Logs): void {
    if (this.#isTraining) return;
    this.#bar?.finish(logs);
    this.#bar = undefined;
  }

  #start(what: { total: number | undefined; label?: string; parent: Progress | undefined }): Progress | undefined {
    if (!this.#verbose) return undefined;
    // Lines stay lines on a terminal.
    const output = this.#verbose === 2 ? { isTerminal: false, write: (text: string) => this.#output.write(text) } : this.#output;
    return new Progress({ ...what, output });
  }
}
