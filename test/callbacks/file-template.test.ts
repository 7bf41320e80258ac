/** @file Names of files and numbers in Python's formats, against a table and against Python itself. */

import { describe, expect, test } from 'vitest';
import { FileTemplate } from '../../src/callbacks/file-template.ts';
import { formatNumber, pythonFloat } from '../../src/callbacks/python-format.ts';
import { noPython, runPython } from '../tools/python.ts';

const logs = { loss: 0.12345, val_loss: 1.005, accuracy: 1 };

test.each([
  ['model.safetensors', 'model.safetensors'],
  ['{epoch}.safetensors', '7.safetensors'],
  ['{epoch:02d}-{val_loss:.2f}.safetensors', '07-1.00.safetensors'],
  ['runs/{epoch:d}/{loss:.3e}', 'runs/7/1.235e-01'],
  ['{loss:g}-{loss:>8.2f}|', '0.12345-    0.12|'],
  ['{loss:08.3f} {loss:+.1%}', '0000.123 +12.3%'],
  ['{accuracy} {epoch}', '1.0 7'],
  ['{{{epoch}}}', '{7}'],
])('%s is filled', (path, expected) => {
  expect(new FileTemplate('here', path).fill({ epoch: 7 }, logs)).toBe(expected);
});

test('a name that there is not is told with those there are', () => {
  const fill = (path: string) => new FileTemplate('ModelCheckpoint', path).fill({ epoch: 1 }, logs);
  expect(() => fill('{val_los:.2f}')).toThrow(
    '[ModelCheckpoint] expected `path` with names of numbers there are, got {val_los}. ' +
      'Hint: did you mean {val_loss}? There are: epoch, loss, val_loss, accuracy.',
  );
  expect(() => fill('{toString}')).toThrow(/got \{toString\}/);
});

test.each([
  ['', /`path` to be the name of a file, got ""/],
  [3, /`path` to be the name of a file, got 3/],
  ['{epoch', /`path` with braces in pairs/],
  ['epoch}', /`path` with braces in pairs/],
  ['{}', /a name in every pair of braces/],
  ['{epoch:hello}', /a format such as `02d`, `\.2f` or `g` for \{epoch\}, got "hello"/],
])('the path %j is refused', (path, message) => expect(() => new FileTemplate('here', path)).toThrow(message));

test('an integer is not asked of a number with decimals', () => {
  expect(() => new FileTemplate('here', '{loss:03d}').fill({}, logs)).toThrow(/an integer for the format `d`, got 0\.12345/);
});

test.each([
  [1, '1.0'],
  [-0, '-0.0'],
  [0.1, '0.1'],
  [1e16, '1e+16'],
  [123456789012345680, '1.2345678901234568e+17'],
  [1e15, '1000000000000000.0'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1.5e-7, '1.5e-07'],
  [Number.NaN, 'nan'],
  [-Infinity, '-inf'],
])('%f is written %s as Python does', (value, text) => expect(pythonFloat(value)).toBe(text));

describe.skipIf(noPython !== undefined)(`Python's format()${noPython ? `: skipped, ${noPython}` : ''}`, () => {
  const specs = [
    '',
    'd',
    '02d',
    '5d',
    '<5d|',
    '^7d',
    '+d',
    ',d',
    '.0f',
    '.2f',
    '.5f',
    '010.3f',
    '*>12.2f',
    ' .1f',
    ',.2f',
    'e',
    '.0e',
    '.3e',
  ]
    .concat(['.12E', 'g', '.1g', '.3g', '.10g', 'G', '.4', '.1', '%', '.0%', '.17f'])
    .filter((spec) => !spec.endsWith('|'));
  const values = [
    0,
    1,
    -1,
    7,
    12345,
    0.5,
    1.5,
    2.5,
    -2.5,
    0.125,
    0.375,
    1.005,
    0.1,
    1 / 3,
    999.9996,
    9.9999e-5,
    1e-4,
    123456789.125,
  ].concat([1e15, 1e16, 1.7e22, 5e-324, 1.7976931348623157e308, 2 ** -20, -1e-10]);

  test('gives the same for every format and number', () => {
    const cases = specs.flatMap((spec) =>
      values.flatMap((value) => {
        const isWhole = Number.isSafeInteger(value);
        const kinds = spec.endsWith('d') ? (isWhole ? [true] : []) : isWhole && spec === '' ? [true, false] : [false];
        return kinds.map((whole) => [spec, value, whole] as const);
      }),
    );
    const asked = cases.map(([spec, value, whole]) => [spec, Number.isSafeInteger(value) ? value : String(value), whole]);
    const { out, error } = runPython('read_logs.py', ['format'], JSON.stringify(asked));
    expect(error).toBe('');
    const expected = JSON.parse(out) as string[];
    const got = cases.map(([spec, value, whole]) => formatNumber('test', value, spec, whole));
    expect(cases.map(([spec, value], i) => [spec, value, got[i]])).toEqual(
      cases.map(([spec, value], i) => [spec, value, expected[i]]),
    );
    expect(cases.length).toBeGreaterThan(500);
  });
});
