import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Logs, ProgressBar, type Verbosity } from '../../src/callbacks/index.ts';
import {
  formatDuration,
  formatStepTime,
  formatValue,
  type Output,
  resolveVerbosity,
  standardOutput,
} from '../../src/callbacks/progress.ts';
import { FakeModel } from '../support/trained-model.ts';

const escapeCode = String.fromCharCode(27);
const colours = new RegExp(`${escapeCode}\\[[\\d;]*[mK]`, 'g');
/** The green and the grey part of a bar. */
const bars = new RegExp(`${escapeCode}\\[32m(━*)${escapeCode}\\[0m${escapeCode}\\[37m(━*)${escapeCode}\\[0m`);

class FakeOutput implements Output {
  readonly isTerminal: boolean;
  readonly parts: string[] = [];

  constructor(isTerminal: boolean) {
    this.isTerminal = isTerminal;
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
  { epochs = 1, steps = 2 } = {},
): { bar: ProgressBar; output: FakeOutput } {
  const output = new FakeOutput(isTerminal);
  const bar = new ProgressBar(verbose, output);
  bar.onTrainBegin(model, { epochs, steps, verbose: 1 });
  return { bar, output };
}

describe('a bar', () => {
  test('grows from step to step, with the time left, the time per step, and the results so far', () => {
    const { bar, output } = start(1, true, { steps: 4 });
    runEpoch(bar, [100, 2000, 2000, 2000]);
    const empty = '━'.repeat(20);
    expect(output.plain).toEqual([
      // Colours tell what is done from what is left; see below.
      `⏎1/4 ${empty} 0s 100ms/step - accuracy: 0.4000 - loss: 2.5806`,
      `⏎2/4 ${empty} 4s 2s/step - accuracy: 0.4000 - loss: 2.5806`,
      `⏎3/4 ${empty} 2s 2s/step - accuracy: 0.4000 - loss: 2.5806`,
      `⏎4/4 ${empty} 6s 2s/step - accuracy: 0.4000 - loss: 2.5806\n`,
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
    expect(output.plain.at(-1)).toMatch(/^⏎2\/2 .* - loss: 1\.0000 - val_loss: 1\.8056\n$/);
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
      '⏎1/2 2s 2s/step - loss: 9.0000',
      '⏎2/2 3s 2s/step - loss: 8.0000\n',
    ]);
  });
});

describe('lines', () => {
  test('tell the results of an epoch as Keras does', () => {
    const { bar, output } = start(2, true, { epochs: 3 });
    runEpoch(bar, [21, 21], { ...logs, val_loss: 1.80561 }, 1);
    expect(output.parts).toEqual(['Epoch 2/3\n', '2/2 - 0s - 21ms/step - accuracy: 0.4000 - loss: 2.5806 - val_loss: 1.8056\n']);
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
    [0, '0.0000'],
    [1, '1.0000'],
    [0.12345, '0.1235'],
    [-2.5, '-2.5000'],
    [1234.56789, '1234.5679'],
    [0.0011, '0.0011'],
    [0.001, '1.0000e-3'],
    [-0.0005, '-5.0000e-4'],
    [1.23456e-7, '1.2346e-7'],
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
