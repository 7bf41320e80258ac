/** @file Comma-separated values as RFC 4180 describes them, piece by piece: quotes, doubled quotes, and line ends inside of quotes. */

import { describe, fail } from '../base/fail.ts';

/** A row of cells and the line it begins on, counted from 1. */
export interface CSVRow {
  readonly cells: string[];
  readonly line: number;
}

/** Longest cell: beyond, a quote was never closed. */
const longestCell = 2 ** 24;

const [quote, carriageReturn, lineFeed] = ['"', '\r', '\n'];

/** Cuts text into rows. Empty lines are left out; rows may end in \n, \r\n or \r. */
export class CSVParser {
  readonly #where: string;
  readonly #delimiter: string;
  #cell = '';
  #cells: string[] = [];
  /** Within quotes; behind the closing ones; or neither. */
  #state: 'plain' | 'quoted' | 'closed' = 'plain';
  #isQuoted = false;
  #wasReturn = false;
  #isFirst = true;
  #line = 1;
  #rowLine = 1;

  constructor(where: string, delimiter: string) {
    this.#where = where;
    this.#delimiter = delimiter;
  }

  /** Rows that end in this piece of text. */
  push(text: string): CSVRow[] {
    const rows: CSVRow[] = [];
    let start = this.#isFirst && text.startsWith('\ufeff') ? 1 : 0;
    if (text !== '') this.#isFirst = false;
    // Characters up to `i` that are not in the cell yet begin at `start`.
    for (let i = start; i < text.length; i++) {
      const character = text[i]!;
      if (this.#state === 'quoted') {
        if (character === lineFeed) this.#line++;
        if (character !== quote) continue;
        this.#add(text.slice(start, i));
        start = i + 1;
        this.#state = 'closed';
      } else if (character === this.#delimiter || character === lineFeed || character === carriageReturn) {
        if (this.#state === 'plain') this.#add(text.slice(start, i));
        start = i + 1;
        this.#separate(character, rows);
      } else if (character === quote) {
        this.#wasReturn = false;
        if (this.#state === 'closed') {
          // Two quotes in quotes are one.
          this.#cell += quote;
          this.#state = 'quoted';
          start = i + 1;
        } else if (this.#cell === '' && start === i) {
          this.#state = 'quoted';
          this.#isQuoted = true;
          start = i + 1;
        }
      } else {
        this.#wasReturn = false;
        if (this.#state === 'closed')
          fail(
            this.#where,
            `${describe(this.#delimiter)} or the end of line ${this.#line} behind a closing quote`,
            describe(character),
          );
      }
    }
    if (this.#state !== 'closed') this.#add(text.slice(start));
    return rows;
  }

  /** Rows that end with the text. */
  end(): CSVRow[] {
    if (this.#state === 'quoted')
      fail(this.#where, `a closing quote for the cell that begins in the row of line ${this.#rowLine}`, 'the end of the text');
    const rows: CSVRow[] = [];
    this.#wasReturn = false;
    this.#separate(lineFeed, rows);
    return rows;
  }

  #add(text: string): void {
    this.#cell += text;
    if (this.#cell.length > longestCell)
      fail(
        this.#where,
        `cells of at most ${longestCell} characters`,
        `more in the row of line ${this.#rowLine}`,
        'is a quote missing?',
      );
  }

  #separate(character: string, rows: CSVRow[]): void {
    const isSecond = character === lineFeed && this.#wasReturn;
    this.#wasReturn = character === carriageReturn;
    if (isSecond) return;
    const isEmptyLine = character !== this.#delimiter && this.#cells.length === 0 && this.#cell === '' && !this.#isQuoted;
    if (!isEmptyLine) this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'plain';
    this.#isQuoted = false;
    if (character === this.#delimiter) return;
    if (!isEmptyLine) rows.push({ cells: this.#cells, line: this.#rowLine });
    this.#cells = [];
    this.#rowLine = ++this.#line;
  }
}
