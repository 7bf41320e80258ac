import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Logs, Progress, ProgressBar, type Verbosity } from '../../src/callbacks/index.ts';
import {
  cutLine,
  formatDuration,
  formatStepTime,
  formatValue,
  type Output,
  resolveVerbosity,
  standardOutput,
} from '../../src/callbacks/progress-format.ts';
import { FakeModel } from '../support/trained-model.ts';

const escapeCode = String.fromCharCode(27);
const colours = new RegExp(`${escapeCode}\\[[\\d;]*[mK]`, 'g');
/** The green and the grey part of a bar. */
const bars = new RegExp(`${escapeCode}\\[32m(━*)${escapeCode}\\[0m${escapeCode}\\[37m(━*)${escapeCode}\\[0m`);

class FakeOutput implements Output {
  readonly isTerminal: boolean;
  readonly columns: number | undefined;
  readonly parts: string[] = [];

  constructor(isTerminal: boolean, columns?: number) {
    this.isTerminal = isTerminal;
    this.columns = columns;
  }

  write(text: string): void {
    this.parts.push(text);
  }

  /** What was written, without colours; `⏎` stands for going back to the start of the line. */
  get plain(): string[] {
    return this.parts.map((text) => text.replaceAll('\r', '⏎').replace(colours, ''));
  }
}

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const model = new FakeModel();
const logs: Logs = { accuracy: 0.4, loss: 2.58061 };

/** An epoch of steps that take so many milliseconds each. */
function runEpoch(bar: ProgressBar, times: number[], results: Logs = logs, epoch = 0): void {
  bar.onEpochBegin(epoch);
  times.forEach((time, batch) => {
    now += time;
    bar.onTrainBatchEnd?.(batch, logs);
  });
  bar.onEpochEnd(epoch, results);
}

function start(
  verbose: Verbosity,
  isTerminal: boolean,
  options: { epochs?: number; steps?: number | undefined } = {},
): { bar: ProgressBar; output: FakeOutput } {
  const output = new FakeOutput(isTerminal);
  const bar = new ProgressBar(verbose, output);
  bar.onTrainBegin(model, { epochs: 1, steps: 2, ...options, verbose: 1 });
  return { bar, output };
}

describe('a bar', () => {
  test('grows from step to step, with the time left, the time per step, and the results so far', () => {
    const { bar, output } = start(1, true, { steps: 4 });
    runEpoch(bar, [100, 2000, 2000, 2000]);
    const empty = '━'.repeat(20);
    expect(output.plain).toEqual([
      // Colours tell what is done from what is left; see below.
      `⏎1/4 ${empty} 0s 100ms/step - accuracy: 0.4000 - loss: 2.581`,
      `⏎2/4 ${empty} 4s 2s/step - accuracy: 0.4000 - loss: 2.581`,
      `⏎3/4 ${empty} 2s 2s/step - accuracy: 0.4000 - loss: 2.581`,
      `⏎4/4 ${empty} 6s 2s/step - accuracy: 0.4000 - loss: 2.581\n`,
    ]);
  });

  test('is green as far as it is done', () => {
    const { bar, output } = start(1, true, { steps: 4 });
    runEpoch(bar, [100, 100, 100, 100]);
    const done = output.parts.map((text) =>
      bars
        .exec(text)!
        .slice(1)
        .map((part) => part.length),
    );
    expect(done).toEqual([
      [5, 15],
      [10, 10],
      [15, 5],
      [20, 0],
    ]);
  });

  test('leaves the first step, which compiles, out of the time per step', () => {
    const { bar, output } = start(1, true, { steps: 3 });
    runEpoch(bar, [9000, 100, 100]);
    expect(output.plain.at(-1)).toMatch(/ 9s 100ms\/step - /);
  });

  test('is not drawn more than 20 times a second, but always at the end', () => {
    const { bar, output } = start(1, true, { steps: 1000 });
    runEpoch(
      bar,
      Array.from({ length: 1000 }, () => 1),
    );
    expect(output.parts.length).toBeGreaterThan(15);
    expect(output.parts.length).toBeLessThanOrEqual(21);
    expect(output.plain.at(-1)).toMatch(/^⏎1000\/1000 .*\n$/);
  });

  test('aligns the count of steps, and clears what was longer before', () => {
    const { bar, output } = start(1, true, { steps: 1000 });
    bar.onEpochBegin(0);
    now += 100;
    bar.onTrainBatchEnd!(6, logs);
    expect(output.plain[0]).toMatch(/^⏎ {3}7\/1000 /);
    expect(output.parts[0]!.endsWith(`${escapeCode}[K`)).toBe(true);
  });

  test('has a heading per epoch where there are several', () => {
    const { bar, output } = start(1, true, { epochs: 10 });
    bar.onEpochBegin(2);
    expect(output.parts).toEqual(['Epoch 3/10\n']);
    const single = start(1, true);
    single.bar.onEpochBegin(0);
    expect(single.output.parts).toEqual([]);
  });

  test('leaves the line alone while validation runs, and shows its results at the end', () => {
    const { bar, output } = start(1, true);
    bar.onEpochBegin(0);
    bar.onTestBegin(50);
    now += 100;
    bar.onTestBatchEnd?.(0, { loss: 9 });
    bar.onTestEnd({ loss: 9 });
    expect(output.parts).toEqual([]);
    bar.onEpochEnd(0, { loss: 1, val_loss: 1.8056 });
    expect(output.plain.at(-1)).toMatch(/^⏎2\/2 .* - loss: 1\.000 - val_loss: 1\.806\n$/);
  });

  test('is drawn for evaluation on its own', () => {
    const output = new FakeOutput(true);
    const bar = new ProgressBar(1, output);
    bar.onTestBegin(2);
    now += 1500;
    bar.onTestBatchEnd?.(0, { loss: 9 });
    now += 1500;
    bar.onTestBatchEnd?.(1, { loss: 8 });
    bar.onTestEnd({ loss: 8 });
    expect(output.plain.map((text) => text.replace(/━+ /, ''))).toEqual([
      '⏎1/2 2s 2s/step - loss: 9.000',
      '⏎2/2 3s 2s/step - loss: 8.000\n',
    ]);
  });
});

describe('lines', () => {
  test('tell the results of an epoch as Keras does', () => {
    const { bar, output } = start(2, true, { epochs: 3 });
    runEpoch(bar, [21, 21], { ...logs, val_loss: 1.80561 }, 1);
    expect(output.parts).toEqual(['Epoch 2/3\n', '2/2 - 0s - 21ms/step - accuracy: 0.4000 - loss: 2.581 - val_loss: 1.806\n']);
  });

  test('cost nothing in between: no method is called after a step', () => {
    const { bar } = start(2, true);
    expect([bar.onTrainBatchEnd, bar.onTestBatchEnd]).toEqual([undefined, undefined]);
  });

  test('hold no control characters', () => {
    const { bar, output } = start('auto', false);
    runEpoch(bar, [10, 10]);
    expect(output.parts.join('')).toMatch(/^[\x20-\x7e\n]*$/);
    expect(output.parts).toHaveLength(1);
  });
});

/** What a terminal of so many columns shows after all that was written. */
function screen(parts: readonly string[], columns = 200): string[] {
  const lines: string[][] = [[]];
  let [row, column] = [0, 0];
  for (const [token] of parts
    .join('')
    .matchAll(new RegExp(`${escapeCode}\\[(\\d*)[A-Za-z]|${escapeCode}\\[[\\d;]*m|[^]`, 'gu'))) {
    const line = lines[row]!;
    if (token === '\r') column = 0;
    else if (token === '\n') {
      row++;
      column = 0;
      lines[row] ??= [];
    } else if (token.endsWith('A') && token.startsWith(escapeCode)) row -= Number(token.slice(2, -1));
    else if (token === `${escapeCode}[K`) line.length = Math.min(line.length, column);
    else if (token === `${escapeCode}[J`) {
      line.length = Math.min(line.length, column);
      lines.length = row + 1;
    } else if (!token.startsWith(escapeCode)) {
      if (column === columns) {
        row++;
        column = 0;
        lines[row] ??= [];
      }
      lines[row]![column++] = token;
    }
  }
  return lines.map((line) => line.join(''));
}

describe('a count that nobody knows', () => {
  test('is shown as Keras does, and is known after the first epoch', () => {
    const { bar, output } = start(1, true, { epochs: 2, steps: undefined });
    runEpoch(bar, [100, 100, 100]);
    expect(output.plain.slice(1)).toEqual([
      '⏎      1/Unknown 0s 100ms/step - accuracy: 0.4000 - loss: 2.581',
      '⏎      2/Unknown 0s 100ms/step - accuracy: 0.4000 - loss: 2.581',
      '⏎      3/Unknown 0s 100ms/step - accuracy: 0.4000 - loss: 2.581',
      '⏎      3/Unknown 0s 100ms/step - accuracy: 0.4000 - loss: 2.581\n',
    ]);
    runEpoch(bar, [100, 100, 100], logs, 1);
    expect(output.plain.at(-1)).toMatch(/^⏎3\/3 ━+ 0s 100ms\/step/);
  });

  test('is left out of lines', () => {
    const { bar, output } = start(2, false, { steps: undefined });
    runEpoch(bar, [100, 100]);
    expect(output.parts).toEqual(['0s - accuracy: 0.4000 - loss: 2.581\n']);
  });
});

describe('bars below each other', () => {
  test('are redrawn as a block; an epoch that is done makes room for the next', () => {
    const output = new FakeOutput(true);
    const bar = new ProgressBar({ nested: true, output });
    bar.onTrainBegin(model, { epochs: 2, steps: 2, verbose: 1 });
    bar.onEpochBegin(0);
    now += 100;
    bar.onTrainBatchEnd!(0, logs);
    const blank = '━'.repeat(20);
    expect(screen(output.parts)).toEqual([
      `Epochs 0/2 ${blank} 0s`,
      `Epoch 1/2 1/2 ${blank} 0s 100ms/step - accuracy: 0.4000 - loss: 2.581`,
    ]);
    now += 100;
    bar.onTrainBatchEnd!(1, logs);
    bar.onEpochEnd(0, { ...logs, val_loss: 3 });
    expect(screen(output.parts)).toEqual([
      `Epochs 1/2 ${blank} 0s 200ms/step - accuracy: 0.4000 - loss: 2.581 - val_loss: 3.000`,
    ]);
    runEpoch(bar, [100, 100], { loss: 1 }, 1);
    bar.onTrainEnd();
    bar.onTrainFinally();
    expect(screen(output.parts)).toEqual([`Epochs 2/2 ${blank} 0s 200ms/step - loss: 1.000`, '']);
  });

  test('stand below one of the user, and none of them twice', () => {
    const output = new FakeOutput(true);
    const folds = new Progress({ total: 3, label: 'Fold', output });
    for (let fold = 0; fold < 3; fold++) {
      const bar = new ProgressBar({ parent: folds });
      bar.onTrainBegin(model, { epochs: 2, steps: 2, verbose: 1 });
      for (let epoch = 0; epoch < 2; epoch++) runEpoch(bar, [100, 100], logs, epoch);
      bar.onTrainEnd();
      bar.onTrainFinally();
      folds.update(fold + 1, { score: fold });
      expect(screen(output.parts)).toHaveLength(1);
    }
    folds.finish();
    expect(screen(output.parts)).toEqual([`Fold 3/3 ${'━'.repeat(20)} 1s 400ms/step - score: 2.000`, '']);
  });

  test('are lines where there is no terminal', () => {
    const output = new FakeOutput(false);
    const folds = new Progress({ total: 1, label: 'Fold', output });
    const bar = new ProgressBar({ parent: folds, nested: true });
    bar.onTrainBegin(model, { epochs: 2, steps: 2, verbose: 1 });
    for (let epoch = 0; epoch < 2; epoch++) runEpoch(bar, [100, 100], { loss: 1 }, epoch);
    bar.onTrainEnd();
    folds.update(1, { score: 5 });
    folds.finish();
    expect(output.parts).toEqual([
      'Epoch 1/2 2/2 - 0s - 100ms/step - loss: 1.000\n',
      'Epoch 2/2 2/2 - 0s - 100ms/step - loss: 1.000\n',
      'Fold 1/1 - 0s - 400ms/step - score: 5.000\n',
    ]);
  });

  test('end on a line of their own when the run fails', () => {
    for (const nested of [false, true]) {
      const output = new FakeOutput(true);
      const bar = new ProgressBar({ nested, output });
      bar.onTrainBegin(model, { epochs: 1, steps: 4, verbose: 1 });
      bar.onEpochBegin(0);
      now += 100;
      bar.onTrainBatchEnd!(0, logs);
      bar.onTrainFinally();
      bar.onTrainFinally();
      expect(output.parts.join('').endsWith(`${escapeCode}[K\n`)).toBe(true);
      expect(output.parts.filter((text) => text === '\n')).toHaveLength(1);
    }
  });
});

describe('a narrow terminal', () => {
  test.each([200, 60, 40, 25, 10, 3])('of %d columns shows one bar, not a heap of them', (columns) => {
    const output = new FakeOutput(true, columns);
    const bar = new ProgressBar({ nested: true, output });
    bar.onTrainBegin(model, { epochs: 2, steps: 5, verbose: 1 });
    bar.onEpochBegin(0);
    for (let batch = 0; batch < 4; batch++) {
      now += 100;
      bar.onTrainBatchEnd!(batch, logs);
      const shown = screen(output.parts, columns);
      expect(shown).toHaveLength(2);
      for (const line of shown) expect(line.length).toBeLessThan(columns);
    }
    if (columns >= 25) expect(screen(output.parts, columns)[1]).toMatch(/^Epoch 1\/2 4\/5/);
  });

  test('keeps colours balanced, and counts wide characters as two', () => {
    const red = `${escapeCode}[31m`;
    const reset = `${escapeCode}[0m`;
    expect(cutLine(`${red}abcdef${reset}`, 5)).toBe(`${red}abc${reset}…`);
    expect(cutLine('学習学習', 9)).toBe('学習学習');
    expect(cutLine('学習学習', 8)).toBe('学習学…');
    expect(cutLine('学習学習', 7)).toBe('学習…');
    expect(cutLine('abc', undefined)).toBe('abc');
  });
});

test('a plain object of options is checked', () => {
  expect(() => new ProgressBar({ nestd: true } as never)).toThrow(/did you mean `nested`/);
  expect(() => new Progress({ total: -1 })).toThrow('[Progress] expected `total` to be an integer >= 0, got -1.');
  expect(() => new Progress({ parent: {} as never })).toThrow(/`parent` to be a Progress, got Object/);
});

describe('verbosity', () => {
  test('0 prints nothing', () => {
    const { bar, output } = start(0, true, { epochs: 3 });
    runEpoch(bar, [10, 10]);
    bar.onTestBegin(1);
    bar.onTestEnd(logs);
    expect(output.parts).toEqual([]);
  });

  test("'auto' is a bar on a terminal and lines elsewhere", () => {
    const resolve = (verbose: Verbosity, isTerminal: boolean): number => resolveVerbosity(verbose, new FakeOutput(isTerminal));
    expect([resolve('auto', true), resolve('auto', false)]).toEqual([1, 2]);
    expect(([0, 1, 2] as const).map((verbose) => resolve(verbose, false))).toEqual([0, 1, 2]);
  });

  test('that is none is refused', () => {
    for (const wrong of [3, -1, true, 'no', null]) {
      expect(() => resolveVerbosity(wrong as Verbosity, new FakeOutput(true))).toThrow(
        /^\[verbose\] expected 0, 1, 2 or 'auto', got /,
      );
    }
  });
});

describe('the standard output', () => {
  const { process: host } = globalThis;
  afterEach(() => {
    Object.defineProperty(globalThis, 'process', { value: host, configurable: true, writable: true });
  });

  test('is that of the process, a terminal if it says so', () => {
    const written: string[] = [];
    for (const isTTY of [true, false, undefined]) {
      const stdout = { isTTY, write: (text: string) => written.push(text) };
      Object.defineProperty(globalThis, 'process', { value: { stdout }, configurable: true, writable: true });
      const output = standardOutput();
      output.write('text\n');
      expect(output.isTerminal).toBe(isTTY === true);
    }
    expect(written).toEqual(['text\n', 'text\n', 'text\n']);
  });

  test('is the console where there is no process, one call per line', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    Object.defineProperty(globalThis, 'process', { value: undefined, configurable: true, writable: true });
    const output = standardOutput();
    output.write('Epoch 1/2\n');
    output.write('\n');
    Object.defineProperty(globalThis, 'process', { value: host, configurable: true, writable: true });
    expect(output.isTerminal).toBe(false);
    expect(log.mock.calls).toEqual([['Epoch 1/2']]);
  });
});

describe('formats', () => {
  test.each([
    [0, '0.000'],
    [1, '1.000'],
    [0.12345, '0.1235'],
    [-2.5, '-2.500'],
    [1234.56789, '1235'],
    [999.949, '999.9'],
    [999.96, '1000'],
    [12345.678, '12346'],
    [1.5e7, '1.500e+7'],
    [0.0011, '0.001100'],
    [0.001, '1.000e-3'],
    [-0.0005, '-5.000e-4'],
    [1.23456e-7, '1.235e-7'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('the value %f is written %s', (value, text) => expect(formatValue(value)).toBe(text));

  test.each([
    [0, '0s'],
    [12.4, '12s'],
    [59.6, '1:00'],
    [125, '2:05'],
    [3599.7, '1:00:00'],
    [3723, '1:02:03'],
    [36_000, '10:00:00'],
    [-1, '0s'],
  ])('%f seconds are written %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  test.each([
    [2.4, '2s/step'],
    [1, '1s/step'],
    [0.0064, '6ms/step'],
    [0.001, '1ms/step'],
    [0.000_085, '85us/step'],
    [0, '0us/step'],
  ])('a step of %f seconds is written %s', (seconds, text) => expect(formatStepTime(seconds)).toBe(text));
});
