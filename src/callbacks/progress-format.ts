/** @file How progress is written: where text goes, how numbers and times look, and lines that are no wider than the terminal. */

import { describe, fail } from '../base/fail.ts';

/** How much `fit` and `evaluate` print: nothing, a bar, a line per epoch, or (auto) a bar on a terminal and lines elsewhere. */
export type Verbosity = 0 | 1 | 2 | 'auto';

/** Where text goes. */
export interface Output {
  readonly isTerminal: boolean;
  /** Characters in a line, where that is known. */
  readonly columns?: number | undefined;
  write(text: string): void;
}

interface Host {
  readonly process?: {
    readonly stdout?: { readonly isTTY?: boolean; readonly columns?: number; write?: (text: string) => unknown };
  };
}

/** The standard output of Node, Deno or Bun; the console where there is none. */
export function standardOutput(): Output {
  const stdout = (globalThis as Host).process?.stdout;
  if (stdout && typeof stdout.write === 'function') {
    return {
      isTerminal: stdout.isTTY === true,
      // Asked every time: a window may be resized.
      get columns() {
        return stdout.columns;
      },
      write: (text) => void stdout.write!(text),
    };
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

/** Four significant digits: `0.4000`, `2.581`, `1235`, `12346`; with an exponent where zeros would hide them: `1.234e-5`. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return '0.000';
  if (size <= 1e-3 || size >= 1e7) return value.toExponential(3);
  return size >= 999.95 ? value.toFixed(0) : value.toPrecision(4);
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

/** An escape sequence, which takes no room, or one character. */
const piece = /\p{Cc}\[[\d;]*[A-Za-z]|[\s\S]/gu;

/** Columns a character takes: those of East Asian scripts and pictures take two. */
function widthOf(text: string): number {
  if (text.startsWith('\x1b')) return 0;
  return text >= '\u2e80' ? 2 : 1;
}

/** Columns a line takes. */
export function lineWidth(line: string): number {
  return (line.match(piece) ?? []).reduce((total, text) => total + widthOf(text), 0);
}

/** The line, cut so that it leaves the last column free: a terminal that wraps a line cannot go back to its beginning. */
export function cutLine(line: string, columns: number | undefined): string {
  if (!columns || lineWidth(line) < columns) return line;
  let [result, left] = ['', Math.max(0, columns - 2)];
  let isFull = false;
  for (const text of line.match(piece) ?? []) {
    const width = widthOf(text);
    // Colours behind the cut still count: they may end those before it.
    if (width > left) isFull = true;
    if (isFull && width > 0) continue;
    result += text;
    left -= width;
  }
  return columns > 1 ? `${result}…` : '';
}
