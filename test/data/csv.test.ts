/** @file CSV: rows by RFC 4180, types, missing values, streams in pieces of any length. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CSVOptions, parseCSV, readCSV } from '../../src/data/csv.ts';
import { Dataset } from '../../src/data/dataset.ts';

const rowsOf = (text: string, options: CSVOptions = {}): unknown[][] =>
  parseCSV(text, options).rows.map((row) => Object.values(row));

const tables: [string, string, unknown[][]][] = [
  [
    'numbers and texts',
    'a,b\n1,x\n-2.5e3,y\n',
    [
      [1, 'x'],
      [-2500, 'y'],
    ],
  ],
  [
    'ends of lines of all kinds',
    'a,b\r\n1,2\r3,4\n\n5,6',
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ],
  [
    'quotes',
    'a,b\n"x,1","say ""hi"""\n"line\r\nbreak",""\n',
    [
      ['x,1', 'say "hi"'],
      ['line\r\nbreak', ''],
    ],
  ],
  ['quotes within a cell', 'a\n5" pipe\n', [['5" pipe']]],
  ['a mark of byte order', '\ufeffa\n1\n', [[1]]],
  [
    'missing numbers',
    'a,b\n1,\nNA,x\n',
    [
      [1, ''],
      [Number.NaN, 'x'],
    ],
  ],
  ['spaces around numbers', 'a,b\n 1 , x\n', [[1, ' x']]],
  ['a column that is not all numbers', 'a\n1\nx\n', [['1'], ['x']]],
  ['an empty quoted cell alone', 'a\n""\n"x"\n', [[''], ['x']]],
  ['no rows', 'a,b\n', []],
];

test.each(tables)('reads %s', (_, text, expected) => expect(rowsOf(text)).toEqual(expected));

test('columns, names and lines', () => {
  const table = parseCSV(['a,b', '1,x', '2,y']);
  expect(table).toEqual({
    names: ['a', 'b'],
    columns: { a: [1, 2], b: ['x', 'y'] },
    rows: [
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ],
  });
});

test('options', () => {
  expect(parseCSV('1;2', { header: false, delimiter: ';' }).rows).toEqual([{ 0: 1, 1: 2 }]);
  expect(parseCSV('1,2', { header: ['x', 'y'], columns: ['y'] }).rows).toEqual([{ y: 2 }]);
  expect(parseCSV('a,b\n01,yes', { types: { a: 'text', b: (cell) => Number(cell === 'yes') } }).rows).toEqual([
    { a: '01', b: 1 },
  ]);
  expect(parseCSV('a,b\n1,?\n3,4', { missing: ['?'], skipMissing: true }).columns).toEqual({ a: [3], b: [4] });
});

const refusals: [string, () => unknown, RegExp][] = [
  ['rows of other length', () => parseCSV('a,b\n1,2\n"x\ny",2\n3'), /\[parseCSV\] expected 2 cells in the row of line 5, got 1/],
  ['rows of other length where lines end in two characters', () => parseCSV('a\r\n1\r\n2,3'), /the row of line 3, got 2/],
  [
    'quotes that stay open',
    () => parseCSV('a\n1\n"x'),
    /expected a closing quote for the cell that begins in the row of line 3, got the end/,
  ],
  ['text behind a quote', () => parseCSV('a\n"x"y'), /expected "," or the end of line 2 behind a closing quote, got "y"/],
  [
    'no number where one is wanted',
    () => parseCSV('a\n1\nx', { types: { a: 'number' } }),
    /expected a number in column "a" of line 3, got "x". Hint: give the column a type/,
  ],
  ['two columns of a name', () => parseCSV('a,a\n1,2'), /columns of different names, got two of "a"/],
  [
    'an unknown column',
    () => parseCSV('price\n1', { types: { prize: 'text' } }),
    /names of columns, got "prize". Hint: did you mean "price"/,
  ],
  ['a delimiter of two characters', () => parseCSV('a', { delimiter: '::' }), /`delimiter` to be one character/],
  ['a misspelt option', () => readCSV(['a'], { delimeter: ';' } as CSVOptions), /did you mean `delimiter`/],
  ['a path', () => readCSV('file.csv' as never), /\[readCSV\] expected a stream, an iterable or a function/],
];

test.each(refusals)('refuses %s', (_, act, text) => expect(act).toThrow(text));

describe('streams', () => {
  test('give the same as the whole text, wherever it is cut', async () => {
    const text = '\ufeffa,b\r\n"x, ""ü""\r\n",1\r\n€,2\n\n"",3';
    const bytes = new TextEncoder().encode(text);
    const expected = parseCSV(text).rows;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 6 }), fc.boolean(), async (cuts, isText) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const cut = <T>(slice: (a: number, b: number) => T): T[] => places.slice(1).map((place, i) => slice(places[i]!, place));
        const source = isText
          ? cut((a, b) => text.slice(a, b === bytes.length ? undefined : b))
          : cut((a, b) => bytes.slice(a, b));
        expect(await readCSV(source as string[]).toArray()).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('are read as they are asked for, and closed', async () => {
    let made = 0;
    let isClosed = false;
    const data = readCSV(async function* () {
      try {
        yield 'n,t\n';
        for (;;) yield `${made++},a\n`;
      } finally {
        isClosed = true;
      }
    });
    expect(data).toBeInstanceOf(Dataset);
    expect(await data.take(3).toArray()).toEqual([0, 1, 2].map((n) => ({ n, t: 'a' })));
    expect(made).toBeLessThan(110);
    expect(isClosed).toBe(true);
  });

  test('of responses make batches', async () => {
    const data = readCSV(async () => new Response('x,y\n1,2\n3,4\n').body!).map(({ x, y }) => [[x, 1], y] as [number[], number]);
    const [batch] = await data.batch(2).toArray();
    expect([batch![0].toArray(), batch![1].toArray()]).toEqual([
      [
        [1, 1],
        [3, 1],
      ],
      [2, 4],
    ]);
    expect(await data.toArray()).toHaveLength(2);
  });

  test('decide on types by the first rows, and tell the line where that was wrong', async () => {
    const rows = ['a', ...Array.from({ length: 100 }, (_, i) => `${i}`), 'late'];
    await expect(readCSV([rows.join('\n')]).toArray()).rejects.toThrow(/expected a number in column "a" of line 102, got "late"/);
    const few = await readCSV(['a\n1\nlate']).toArray();
    expect(few).toEqual([{ a: '1' }, { a: 'late' }]);
  });

  test('refuse bytes that are not UTF-8', async () => {
    await expect(readCSV([Uint8Array.of(0x61, 0x0a, 0xff)]).toArray()).rejects.toThrow(/expected text in UTF-8/);
  });
});

test('any table of texts comes back from RFC 4180', () => {
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') }), fc.string()), {
        maxLength: 5,
      }),
      (rows) => {
        const text = ['"p","q"', ...rows.map((row) => row.map(quoted).join(','))].join('\r\n');
        expect(rowsOf(text, { types: { p: 'text', q: 'text' }, missing: [] })).toEqual(rows);
      },
    ),
  );
});
