/** @file Tables in CSV: columns with types, as a whole or as a stream of records. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames, nearestName } from '../base/names.ts';
import { CSVParser, type CSVRow } from './csv-parser.ts';
import { Dataset } from './dataset.ts';
import { isSource, type Source } from './sources.ts';

/** What the cells of a column become: numbers, texts, or what a function makes of them. */
export type CSVType = 'number' | 'text' | ((cell: string) => number | string);

/** Options of {@link parseCSV} and {@link readCSV}. */
export interface CSVOptions {
  /** Whether the first row holds the names of the columns; or the names, when it does not. Default true. */
  readonly header?: boolean | readonly string[];
  /** The character between cells. Default ','. */
  readonly delimiter?: string;
  /**
   * Types of columns by name. Columns left out are numbers if all their cells are (of a stream: the cells of the first 100 rows), texts
   * otherwise.
   */
  readonly types?: Readonly<Record<string, CSVType>>;
  /** Columns to take, in this order. Default: all. */
  readonly columns?: readonly string[];
  /** Cells that stand for a missing value: NaN among numbers, '' among texts. Default '', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'. */
  readonly missing?: readonly string[];
  /** Leaves out rows with a missing value. Default false. */
  readonly skipMissing?: boolean;
}

/** A row by the names of its columns. */
export type CSVRecord = Record<string, number | string>;

/** A table. */
export interface CSVTable {
  /** Names of the columns. */
  readonly names: readonly string[];
  /** Cells column by column: what `Dataset.fromColumns` takes. */
  readonly columns: Record<string, number[] | string[]>;
  /** Cells row by row. */
  readonly rows: CSVRecord[];
}

/** Rows of a stream that are looked at to tell the types of columns. */
const lookahead = 100;
const defaultMissing = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'];
const number = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|Infinity)$/;

interface Column {
  readonly name: string;
  readonly at: number;
  type: CSVType | undefined;
}

function numberOf(cell: string): number | undefined {
  const text = cell.trim();
  return number.test(text) ? Number(text) : undefined;
}

/** Makes records of rows. */
class Records {
  readonly #where: string;
  readonly #options: CSVOptions;
  readonly #missing: ReadonlySet<string>;
  #width: number | undefined;
  #columns: Column[] | undefined;
  names: readonly string[] = [];

  constructor(where: string, options: CSVOptions) {
    checkOptionNames(where, options, {
      header: true,
      delimiter: true,
      types: true,
      columns: true,
      missing: true,
      skipMissing: true,
    } satisfies Record<keyof CSVOptions, true>);
    const { delimiter = ',' } = options;
    if (typeof delimiter !== 'string' || delimiter.length !== 1 || '"\r\n'.includes(delimiter))
      fail(where, '`delimiter` to be one character, no quote and no line end', describe(delimiter));
    this.#where = where;
    this.#options = options;
    this.#missing = new Set(options.missing ?? defaultMissing);
  }

  get parser(): CSVParser {
    return new CSVParser(this.#where, this.#options.delimiter ?? ',');
  }

  /** Reads the names of the columns out of the first row. Gives the rows of data. */
  start(rows: readonly CSVRow[]): readonly CSVRow[] {
    const where = this.#where;
    if (this.#columns || rows.length === 0) return rows;
    const { header = true, types = {}, columns } = this.#options;
    const [first, ...rest] = rows as [CSVRow, ...CSVRow[]];
    const all = header === true ? first.cells.map((name) => name.trim()) : header || first.cells.map((_, i) => String(i));
    const double = all.find((name, i) => all.indexOf(name) !== i);
    if (double !== undefined)
      fail(where, 'columns of different names', `two of ${describe(double)}`, 'give other names as `header`.');
    for (const name of [...Object.keys(types), ...(columns ?? [])]) {
      if (all.includes(name)) continue;
      const near = nearestName(name, all);
      fail(where, 'names of columns', describe(name), near ? `did you mean ${describe(near)}?` : `columns: ${all.join(', ')}.`);
    }
    for (const [name, type] of Object.entries(types))
      if (type !== 'number' && type !== 'text' && typeof type !== 'function')
        fail(where, `the type of ${describe(name)} to be 'number', 'text' or a function`, describe(type));
    this.#width = all.length;
    this.#columns = (columns ?? all).map((name) => ({ name, at: all.indexOf(name), type: types[name] }));
    this.names = this.#columns.map(({ name }) => name);
    return header === true ? rest : rows;
  }

  #check({ cells, line }: CSVRow): void {
    if (cells.length === this.#width) return;
    fail(
      this.#where,
      `${this.#width} cells in the row of line ${line}`,
      `${cells.length}`,
      'is the delimiter right, or a quote missing?',
    );
  }

  /** Decides on the types that nobody gave. */
  infer(rows: readonly CSVRow[]): void {
    for (const row of rows) this.#check(row);
    for (const column of this.#columns ?? []) {
      const isNumber = ({ cells }: CSVRow): boolean => {
        const cell = cells[column.at]!;
        return this.#missing.has(cell.trim()) || numberOf(cell) !== undefined;
      };
      column.type ??= rows.every(isNumber) ? 'number' : 'text';
    }
  }

  /** The record of a row; undefined when it is left out. */
  record(row: CSVRow): CSVRecord | undefined {
    this.#check(row);
    const entries: [string, number | string][] = [];
    for (const { name, at, type } of this.#columns!) {
      const cell = row.cells[at]!;
      const isMissing = this.#missing.has(cell.trim());
      if (isMissing && this.#options.skipMissing) return undefined;
      entries.push([name, this.#value(cell, type!, isMissing, name, row.line)]);
    }
    return Object.fromEntries(entries);
  }

  #value(cell: string, type: CSVType, isMissing: boolean, name: string, line: number): number | string {
    if (typeof type === 'function') return type(cell);
    if (isMissing) return type === 'number' ? Number.NaN : '';
    if (type === 'text') return cell;
    const hint = `give the column a type in \`types\`, or say in \`missing\` what stands for a missing value.`;
    return numberOf(cell) ?? fail(this.#where, `a number in column ${describe(name)} of line ${line}`, describe(cell), hint);
  }
}

/**
 * A table out of text, or out of its lines.
 *
 * @throws MyelinError naming the line where rows differ in length, quotes are not closed, or a number is none
 */
export function parseCSV(text: string | readonly string[], options: CSVOptions = {}): CSVTable {
  const where = 'parseCSV';
  const records = new Records(where, options);
  if (typeof text !== 'string' && !(Array.isArray(text) && text.every((line) => typeof line === 'string')))
    fail(where, 'a text or a list of lines', describe(text), 'readCSV reads streams.');
  const { parser } = records;
  const parsed = parser.push(typeof text === 'string' ? text : text.join('\n'));
  // Not by spreading: there may be more rows than a call takes arguments.
  for (const row of parser.end()) parsed.push(row);
  const body = records.start(parsed);
  records.infer(body);
  const rows = body.map((row) => records.record(row)).filter((row) => row !== undefined);
  const columns = Object.fromEntries(records.names.map((name) => [name, rows.map((row) => row[name]!)]));
  return { names: records.names, rows, columns: columns as CSVTable['columns'] };
}

/** Pieces of a text: decoded, or as the bytes of UTF-8. */
export type TextPieces = Source<Uint8Array> | Source<string>;

/** Texts that decode bytes where there are any. */
async function* decoded(
  where: string,
  pieces: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      return fail(where, 'text in UTF-8', 'bytes that are none', 'decode it with a TextDecoder of its own encoding first.');
    }
  };
  for await (const piece of pieces) {
    if (typeof piece === 'string') yield piece;
    else if (piece instanceof Uint8Array) yield decode(piece);
    else fail(where, 'pieces of text or of bytes', describe(piece));
  }
  const rest = decode();
  if (rest) yield rest;
}

/** The pieces of a stream, also in hosts whose streams cannot be iterated. */
async function* pieces<T>(source: Source<T>): AsyncGenerator<T> {
  if (Symbol.asyncIterator in source || Symbol.iterator in source) {
    yield* source as AsyncIterable<T> | Iterable<T>;
    return;
  }
  const reader = (source as ReadableStream<T>).getReader();
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    await reader.cancel();
  }
}

async function* recordsOf(where: string, source: TextPieces, options: CSVOptions): AsyncGenerator<CSVRecord> {
  const records = new Records(where, options);
  const { parser } = records;
  let waiting: CSVRow[] | undefined = [];
  const settle = (): CSVRow[] => {
    const rows = waiting ?? [];
    waiting = undefined;
    records.infer(rows);
    return rows;
  };
  const take = function* (rows: readonly CSVRow[]): Generator<CSVRecord> {
    let ready = records.start(rows);
    if (waiting) {
      waiting.push(...ready);
      ready = waiting.length >= lookahead ? settle() : [];
    }
    for (const row of ready) {
      const record = records.record(row);
      if (record) yield record;
    }
  };
  for await (const text of decoded(where, pieces<Uint8Array | string>(source as Source<Uint8Array | string>)))
    yield* take(parser.push(text));
  yield* take(parser.end());
  for (const row of waiting ? settle() : []) {
    const record = records.record(row);
    if (record) yield record;
  }
}

/**
 * The rows of a table as a dataset of records, read while they are asked for. The source is a stream or an iterable of texts or bytes, such
 * as `response.body`; for more than one pass, a function that opens it anew.
 *
 * @example
 * const rows = readCSV(() => fetch(url).then((response) => response.body!));
 * const data = rows.map(({ price, ...features }) => [Object.values(features), price]).shuffle(1000).batch(32);
 */
export function readCSV(
  source: TextPieces | (() => TextPieces | Promise<TextPieces>),
  options: CSVOptions = {},
): Dataset<CSVRecord> {
  const where = 'readCSV';
  // Wrong options are told now, not when the first row is asked for.
  new Records(where, options);
  if (typeof source === 'function')
    return Dataset.fromGenerator(async () => {
      const opened = await source();
      if (!isSource(opened)) fail(where, 'a stream or an iterable', describe(opened));
      return recordsOf(where, opened, options);
    });
  if (!isSource(source))
    fail(where, 'a stream, an iterable or a function that opens one', describe(source), 'parseCSV takes texts.');
  return Dataset.from(
    Array.isArray(source) ? () => recordsOf(where, source as TextPieces, options) : recordsOf(where, source, options),
  );
}
