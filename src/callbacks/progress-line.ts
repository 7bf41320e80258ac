/**
 * @file A bar that counts to a total, alone or below others: epochs below folds below trials. Bars that belong together are drawn as one
 * block of lines; going back to its beginning is moving the cursor up. Where there is no terminal, every bar is one line, when it ends.
 */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Logs } from './callback.ts';
import {
  cutLine,
  formatDuration,
  formatStepTime,
  formatValue,
  lineWidth,
  type Output,
  standardOutput,
} from './progress-format.ts';

const barWidth = 20;
const redrawSeconds = 0.05;

/** Options of {@link Progress}. */
export interface ProgressOptions {
  /** What is counted up to; undefined while nobody knows. */
  readonly total?: number | undefined;
  /** Comes before the count. Default none. */
  readonly label?: string | undefined;
  /** The bar above this one. Default none. */
  readonly parent?: Progress | undefined;
  /** Where it is drawn. Default: where the parent is, or else the standard output. */
  readonly output?: Output | undefined;
}

const options = { total: true, label: true, parent: true, output: true } satisfies Record<keyof ProgressOptions, true>;

/** Bars that are drawn together, the outermost first. */
interface Block {
  readonly bars: Progress[];
  /** Lines on the terminal; the cursor is in the last. */
  drawn: number;
}

const now = (): number => performance.now() / 1e3;

/**
 * A progress bar: ` 3/10 ━━━━━━ 12s 2s/step - loss: 0.4000`, with the time left while it runs and the time it took at the end.
 *
 * @example
 * const folds = new Progress({ total: 5, label: 'Fold' });
 * for (let fold = 0; fold < 5; fold++) {
 *   await model.fit(x, y, { verbose: 0, callbacks: [new ProgressBar({ parent: folds })] });
 *   folds.update(fold + 1);
 * }
 * folds.finish();
 *
 * @throws MyelinError when the total is no count
 */
export class Progress {
  readonly #total: number | undefined;
  readonly #label: string;
  readonly #output: Output;
  readonly #block: Block;
  readonly #isRoot: boolean;
  readonly #started = now();
  #firstStep: number | undefined;
  #drawn = 0;
  #done = 0;
  #logs: Logs = {};
  #isOpen = true;

  constructor(given: ProgressOptions = {}) {
    checkOptionNames('Progress', given, options);
    const { total, label = '', parent, output } = given;
    if (total !== undefined && (!Number.isInteger(total) || total < 0))
      fail('Progress', '`total` to be an integer >= 0', describe(total));
    if (parent !== undefined && !(parent instanceof Progress)) fail('Progress', '`parent` to be a Progress', describe(parent));
    this.#total = total;
    this.#label = label && `${label} `;
    this.#isRoot = parent === undefined;
    this.#output = output ?? parent?.output ?? standardOutput();
    this.#block = parent ? parent.#block : { bars: [], drawn: 0 };
    this.#block.bars.push(this);
  }

  /** How far it is. */
  get done(): number {
    return this.#done;
  }

  /** Where it is drawn. */
  get output(): Output {
    return this.#output;
  }

  /** Says how far it is, and with which numbers. Drawn at most 20 times a second. */
  update(done: number, logs: Logs = this.#logs): void {
    const time = now();
    this.#done = done;
    this.#logs = logs;
    this.#firstStep ??= time;
    if (!this.#output.isTerminal || !this.#isOpen || time - this.#drawn < redrawSeconds) return;
    // The last step is drawn when it is finished; a bar inside of another would not be seen again.
    if (done === this.#total && this.#isRoot) return;
    this.#drawn = time;
    this.#draw(this.#block.bars.map((bar) => bar.#text(time, this.#output.columns)));
  }

  /** Ends it. The outermost bar stays as a line with the time it took; others make room for what comes next. */
  finish(logs: Logs = this.#logs): void {
    if (!this.#isOpen) return;
    this.#logs = logs;
    this.#leave();
    const time = now();
    const { isTerminal, columns } = this.#output;
    if (!isTerminal) this.#output.write(`${this.#plainText(time)}\n`);
    else if (this.#isRoot) {
      this.#draw([this.#text(time, undefined, true)], '\n');
      this.#block.drawn = 0;
    } else this.#draw(this.#block.bars.map((bar) => bar.#text(time, columns)));
  }

  /** Ends it as it is, where what it counted was given up: the next text starts on a line of its own. */
  close(): void {
    if (!this.#isOpen) return;
    this.#leave();
    if (this.#block.drawn === 0) return;
    this.#output.write('\n');
    this.#block.drawn = 0;
  }

  /** Takes this bar, and those inside of it, out of the block. */
  #leave(): void {
    const { bars } = this.#block;
    for (const bar of bars.splice(bars.indexOf(this))) bar.#isOpen = false;
  }

  #draw(lines: readonly string[], end = ''): void {
    const { drawn } = this.#block;
    const up = drawn > 1 ? `\x1b[${drawn - 1}A` : '';
    const below = drawn > lines.length ? '\x1b[J' : '';
    this.#output.write(`${up}\r${lines.map((line) => `${line}\x1b[K`).join('\n')}${below}${end}`);
    this.#block.drawn = lines.length;
  }

  /** Seconds per step. The first one compiles, so it does not count where there are others. */
  #perStep(time: number): number {
    const done = this.#done || (this.#total ?? 0);
    return done > 1 && this.#firstStep !== undefined
      ? (time - this.#firstStep) / (done - 1)
      : (time - this.#started) / Math.max(1, done);
  }

  #text(time: number, columns: number | undefined, isEnd = false): string {
    const total = this.#total;
    // Who ends without having counted has done everything.
    const done = isEnd && this.#done === 0 ? (total ?? 0) : this.#done;
    const perStep = this.#perStep(time);
    const elapsed = `${Math.round(time - this.#started)}s`;
    if (total === undefined) {
      const count = `\x1b[1m${String(done).padStart(7)}/Unknown\x1b[0m`;
      return cutLine(`${this.#label}${count} ${elapsed} ${formatStepTime(perStep)}${this.#results()}`, columns);
    }
    const count = `${this.#label}\x1b[1m${String(done).padStart(String(total).length)}/${total}\x1b[0m`;
    const left = isEnd ? elapsed : formatDuration(perStep * (total - done));
    // Before the first step there is nothing to tell the time left from.
    const tail = !isEnd && done === 0 ? elapsed : `${left} ${formatStepTime(perStep)}${this.#results()}`;
    const filled = Math.min(barWidth, Math.floor((barWidth * done) / Math.max(1, total)));
    const bar = `\x1b[32m${'━'.repeat(filled)}\x1b[0m\x1b[37m${'━'.repeat(barWidth - filled)}\x1b[0m`;
    const whole = `${count} ${bar} ${tail}`;
    // Where room is short, numbers are worth more than the bar.
    return !columns || lineWidth(whole) < columns ? whole : cutLine(`${count} ${tail}`, columns);
  }

  #plainText(time: number): string {
    const total = this.#total ?? (this.#done || undefined);
    const count = total === undefined ? '' : `${this.#done || total}/${total} - `;
    const perStep = total === undefined ? '' : ` - ${formatStepTime(this.#perStep(time))}`;
    return `${this.#label}${count}${Math.round(time - this.#started)}s${perStep}${this.#results()}`;
  }

  #results(): string {
    return Object.entries(this.#logs)
      .map(([name, value]) => ` - ${name}: ${formatValue(value)}`)
      .join('');
  }
}
