/** @file The public functions: setup, engineInfo, ready, and the one engine behind them. */

import { afterAll, describe, expect, test } from 'vitest';
import { coreCount } from '../../src/engine/host.ts';
import { engine, engineInfo, ready, setup } from '../../src/engine/index.ts';
import { buildBytes } from '../support/engine.ts';

const hasRelaxedSimd = WebAssembly.validate(buildBytes('relaxed'));

afterAll(() => {
  engine().stopThreads();
});

describe('setup', () => {
  test('takes a build as bytes, before anything else is done', async () => {
    const info = await setup({ wasm: buildBytes('simd'), threads: 2 });
    expect(info).toMatchObject({ build: 'custom', sharedMemory: false, threads: 1, host: 'node' });
    expect(info.reason).toBeDefined();
    const shared = await setup({ wasm: buildBytes('simd-shared') });
    expect(shared).toMatchObject({ build: 'custom', sharedMemory: true, threads: 2 });
    expect(shared.reason).toBeUndefined();
  });

  test('takes a build by its address', async () => {
    const info = await setup({ wasm: new URL('../../build/wasm/simd-shared.wasm', import.meta.url), threads: 1 });
    expect(info).toMatchObject({ build: 'custom', sharedMemory: true, threads: 1 });
  });

  test('changes threads and build without losing data', async () => {
    const { memory } = engine();
    const address = memory.allocate(400);
    memory.f32(address, 100).fill(2);
    const writer = engine().write();
    writer.k.scale(address, address, 100, 2, 0);
    const program = writer.finish();
    let expected = 2;
    const variants = [
      { threads: 2 },
      { relaxedSimd: true },
      { threads: 1 },
      { relaxedSimd: false },
      { worker: true, threads: 2 },
      { worker: false },
    ];
    for (const options of variants) {
      await setup(options);
      await engine().run(program);
      expected *= 2;
      expect(
        engine()
          .memory.f32(address, 100)
          .every((value) => value === expected),
      ).toBe(true);
    }
    expect(engineInfo()).toMatchObject({ relaxedSimd: false, threads: 2, worker: false });
  });

  test('tells what it runs, and why not what was asked for', async () => {
    const info = await setup({ relaxedSimd: true, threads: 3 });
    if (hasRelaxedSimd) {
      expect(info).toMatchObject({ build: 'relaxed-shared', simd: true, relaxedSimd: true, threads: 3 });
      expect(info.reason).toBeUndefined();
    } else {
      expect(info).toMatchObject({ simd: true, relaxedSimd: false, threads: 3 });
      expect(info.reason).toBe('the host has no relaxed SIMD');
    }
    await setup({ relaxedSimd: false });
    expect(engineInfo().reason).toBeUndefined();
    const { memory } = engineInfo();
    expect(memory.used).toBeLessThanOrEqual(memory.peak);
    expect(memory.peak).toBeLessThanOrEqual(memory.reserved);
  });

  test('may be called twice at once: the last one counts', async () => {
    await Promise.all([setup({ threads: 3 }), setup({ threads: 2 })]);
    expect(engine().threads).toBe(2);
    expect(await ready()).toBe(engine());
    expect(engine().threads).toBe(2);
  });

  test('refuses what it cannot do, and stays as it was', async () => {
    await expect(setup({ threads: 0 })).rejects.toThrow('[setup] expected `threads` to be an integer in [1, 64], got 0.');
    await expect(setup({ relaxedSimd: 1 as unknown as boolean })).rejects.toThrow(
      '[setup] expected `relaxedSimd` to be true or false, got 1.',
    );
    await expect(setup({ thread: 1 } as object)).rejects.toThrow(/got "thread"/);
    await expect(setup({ wasm: buildBytes('simd-shared') })).rejects.toThrow(/`wasm` before anything else is done/);
    expect(engine().threads).toBe(2);
    expect(coreCount()).toBeGreaterThan(0);
  });
});
