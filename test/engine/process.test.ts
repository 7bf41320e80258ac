/** @file Threads and the process: parked workers take no time and never keep it alive. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { yieldToHost } from '../../src/engine/index.ts';

describe('process', () => {
  test('ends by itself while workers are parked, which take no time', async () => {
    const script = fileURLToPath(new URL('fixtures/parked.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { timeout: 30_000 });
    const { threads, busy } = JSON.parse(stdout) as { threads: number; busy: number };
    expect(threads).toBe(3);
    expect(busy).toBeLessThan(0.2);
  });

  test('holds a thread at a barrier when something wakes it too early, in baseline code, too', async () => {
    const script = fileURLToPath(new URL('fixtures/woken.ts', import.meta.url));
    const flags = ['--liftoff-only', '--import', 'tsx'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script], { timeout: 30_000 });
    expect(JSON.parse(stdout)).toEqual({ before: 0, after: 64 });
  });

  test('gets its turn from yieldToHost, a thousand times within moments', async () => {
    let isTimerDone = false;
    setTimeout(() => {
      isTimerDone = true;
    }, 1);
    // The median, because others may take the processor in between. Nested timers would take at least a millisecond each.
    const times: number[] = [];
    while (!isTimerDone || times.length < 1000) {
      const started = performance.now();
      await yieldToHost();
      times.push(performance.now() - started);
    }
    expect(times.sort((a, b) => a - b)[times.length >> 1]).toBeLessThan(0.5);
  });
});
