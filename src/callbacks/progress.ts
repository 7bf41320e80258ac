/**
 * @file Progress as Keras shows it: a bar that is redrawn on a terminal, one line per epoch elsewhere. Where there is no
 * terminal at all, as in a page, lines go to the console.
 */

import { describe, fail } from '../base/fail.ts';
import type { Callback, Logs, RunParams, TrainedModel } from './callback.ts';

/** How much `fit` and `evaluate` print: nothing, a bar, a line per epoch, or (auto) a bar on a terminal and lines elsewhere. */
export type Verbosity = 0 | 1 | 2 | 'auto';

/** Where text goes. */
export interface Output {
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** The standard output of Node, Deno or Bun; the console where there is none. */
export function standardOutput(): Output {
  const host = (globalThis as { process?: { stdout?: { isTTY?: boolean; write?: (text: string) => unknown } } }).process?.stdout;
  if (host && typeof host.write === 'function') {
    return { isTerminal: host.isTTY === true, write: (text) => void host.write!(text) };
  }
  return {
    isTerminal: false,
    write: (text) => {
      const line = text.replace(/\n$/, '');
      if (line) console.log(line);
    },
  };
}

/** The verbosity that `auto` means for an output. Throws for anything that is no verbosity. */
export function resolveVerbosity(verbose: Verbosity, output: Output): 0 | 1 | 2 {
  if (verbose === 0 || verbose === 1 || verbose === 2) return verbose;
  if (verbose !== 'auto') fail('verbose', "0, 1, 2 or 'auto'", describe(verbose));
  return output.isTerminal ? 1 : 2;
}

/** The verbosity that `auto` means on the standard output. */
export function standardVerbosity(verbose: Verbosity): 0 | 1 | 2 {
  return resolveVerbosity(verbose, standardOutput());
}

/** `0.1234`, or `1.2340e-5` for what would print as 0.00. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) > 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(4);
}

/** `12s`, `2:05`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** `6ms/step`, `85us/step`. */
export function formatStepTime(seconds: number): string {
  if (seconds >= 1) return `${Math.round(seconds)}s/step`;
  return seconds >= 1e-3 ? `${Math.round(seconds * 1e3)}ms/step` : `${Math.round(seconds * 1e6)}us/step`;
}

const barWidth = 20;
const redrawSeconds = 0.05;

/** Prints the progress of a run. */
export class ProgressBar implements Callback {
  readonly #output: Output;
  readonly #verbose: 0 | 1 | 2;
  #epochs = 1;
  #steps = 0;
  #started = 0;
  #firstStep = 0;
  #drawn = 0;
  #isTraining = false;

  constructor(verbose: Verbosity, output: Output = standardOutput()) {
    this.#output = output;
    this.#verbose = resolveVerbosity(verbose, output);
    // Batch hooks cost time in every step, so only the bar has them.
    if (this.#verbose === 1) {
      this.onTrainBatchEnd = (batch, logs) => this.#draw(batch + 1, logs);
      this.onTestBatchEnd = (batch, logs) => {
        if (!this.#isTraining) this.#draw(batch + 1, logs);
      };
    }
  }

  onTrainBatchEnd?: (batch: number, logs: Logs) => void;
  onTestBatchEnd?: (batch: number, logs: Logs) => void;

  onTrainBegin(_model: TrainedModel, params: RunParams): void {
    this.#epochs = params.epochs;
    this.#steps = params.steps;
    this.#isTraining = true;
  }

  onTrainEnd(): void {
    this.#isTraining = false;
  }

  onEpochBegin(epoch: number): void {
    if (this.#verbose && this.#epochs > 1) this.#output.write(`Epoch ${epoch + 1}/${this.#epochs}\n`);
    this.#begin();
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    this.#finish(logs);
  }

  onTestBegin(steps: number): void {
    if (this.#isTraining) return;
    this.#steps = steps;
    this.#begin();
  }

  onTestEnd(logs: Logs): void {
    if (!this.#isTraining) this.#finish(logs);
  }

  #begin(): void {
    this.#started = performance.now() / 1e3;
    this.#firstStep = 0;
    this.#drawn = 0;
  }

  #draw(done: number, logs: Logs): void {
    const now = performance.now() / 1e3;
    if (done === 1) this.#firstStep = now;
    if (done === this.#steps || now - this.#drawn < redrawSeconds) return;
    this.#drawn = now;
    const perStep = this.#perStep(done, now);
    this.#output.write(
      `\r${this.#bar(done)} ${formatDuration(perStep * (this.#steps - done))}${this.#tail(perStep, logs)}\x1b[K`,
    );
  }

  #finish(logs: Logs): void {
    if (!this.#verbose) return;
    const now = performance.now() / 1e3;
    const perStep = this.#perStep(this.#steps, now);
    const elapsed = `${Math.round(now - this.#started)}s`;
    if (this.#verbose === 1) this.#output.write(`\r${this.#bar(this.#steps)} ${elapsed}${this.#tail(perStep, logs)}\x1b[K\n`);
    else this.#output.write(`${this.#steps}/${this.#steps} - ${elapsed}${this.#tail(perStep, logs).replace(/^ /, ' - ')}\n`);
  }

  /** The first step compiles, so it does not count where there are others. */
  #perStep(done: number, now: number): number {
    return done > 1 && this.#firstStep > 0 ? (now - this.#firstStep) / (done - 1) : (now - this.#started) / Math.max(1, done);
  }

  #bar(done: number): string {
    const filled = Math.min(barWidth, Math.floor((barWidth * done) / Math.max(1, this.#steps)));
    const count = String(done).padStart(String(this.#steps).length);
    return `\x1b[1m${count}/${this.#steps}\x1b[0m \x1b[32m${'━'.repeat(filled)}\x1b[0m\x1b[37m${'━'.repeat(barWidth - filled)}\x1b[0m`;
  }

  #tail(perStep: number, logs: Logs): string {
    return ` ${formatStepTime(perStep)}${Object.entries(logs)
      .map(([name, value]) => ` - ${name}: ${formatValue(value)}`)
      .join('')}`;
  }
}
