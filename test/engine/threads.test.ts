/** @file Threads: the same bits on any number of them, barriers that hold, and pools that come, go and fail. */

import { afterEach, describe, expect, test } from 'vitest';
import { Engine, MAX_THREADS, type Program } from '../../src/engine/index.ts';
import { probed } from '../../src/engine/program.ts';

const ROUNDS = 20_000;
const engines: Engine[] = [];

async function makeEngine(threads: number, remote = false): Promise<Engine> {
  const engine = new Engine();
  engines.push(engine);
  await engine.useThreads({ threads, remote });
  expect(engine.reason).toBeUndefined();
  expect(engine.threads).toBe(threads);
  return engine;
}

afterEach(() => {
  for (const engine of engines.splice(0)) engine.stopThreads();
});

/** Every thread hashes, again and again, what all threads wrote one barrier earlier: one missed write changes everything after. */
function makeRelay(engine: Engine, rounds = ROUNDS): { program: Program; slots: [number, number]; rounds: number } {
  const slots: [number, number] = [engine.memory.allocate(4 * MAX_THREADS), engine.memory.allocate(4 * MAX_THREADS)];
  for (const address of slots) engine.memory.i32(address, MAX_THREADS).fill(0);
  const writer = engine.write({ maxParts: MAX_THREADS });
  for (let round = 0; round < rounds; round++) {
    if (round) writer.barrier();
    writer.probe(slots[round % 2]!, slots[(round + 1) % 2]!);
  }
  return { program: writer.finish(), slots, rounds };
}

function expectedRelay(parts: number, rounds: number): number[] {
  let values = new Array<number>(parts).fill(0);
  for (let round = 0; round < rounds; round++) values = probed(values);
  return values;
}

describe('barrier', () => {
  test.each([2, 3])('keeps %i threads in step through 20 000 of them', async (threads) => {
    const engine = await makeEngine(threads);
    const { program, slots, rounds } = makeRelay(engine);
    engine.runOn(program, threads);
    expect([...engine.memory.i32(slots[rounds % 2]!, threads)]).toEqual(expectedRelay(threads, rounds));
  });

  test('is watched by hashes that forget no wrong value', () => {
    for (const parts of [2, 3]) {
      for (const wrongAt of [0, 1, 2000, 15_000]) {
        let [right, wrong] = [new Array<number>(parts).fill(0), new Array<number>(parts).fill(0)];
        for (let round = 0; round < ROUNDS; round++) {
          const stale = wrong[1]!;
          [right, wrong] = [probed(right), probed(wrong)];
          if (round === wrongAt) wrong[1] = stale;
        }
        expect(wrong).not.toEqual(right);
      }
    }
  });

  test('would be noticed if it were missing', async () => {
    const engine = await makeEngine(2);
    const slots = [engine.memory.allocate(64), engine.memory.allocate(64)];
    const writer = engine.write();
    for (let round = 0; round < ROUNDS; round++) writer.probe(slots[round % 2]!, slots[(round + 1) % 2]!);
    const program = writer.finish();
    const expected = expectedRelay(2, ROUNDS);
    // Threads may happen to keep step for a while, above all on a busy machine, but not every time.
    let isNoticed = false;
    for (let attempt = 0; attempt < 200 && !isNoticed; attempt++) {
      for (const address of slots) engine.memory.i32(address, 16).fill(0);
      engine.runOn(program, 2);
      isNoticed = [...engine.memory.i32(slots[ROUNDS % 2]!, 2)].some((value, part) => value !== expected[part]);
    }
    expect(isNoticed).toBe(true);
  });

  test('holds over many short programs, with pauses that let the workers fall asleep', async () => {
    const engine = await makeEngine(3);
    const { program, slots, rounds } = makeRelay(engine, 3);
    const expected = (parts: number): number[] => expectedRelay(parts, rounds);
    for (let run = 0; run < 600; run++) {
      const parts = 1 + (run % 3);
      for (const address of slots) engine.memory.i32(address, 3).fill(0);
      engine.runOn(program, parts);
      expect([...engine.memory.i32(slots[rounds % 2]!, parts)]).toEqual(expected(parts));
      if (run % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
});

describe('programs', () => {
  test('have the same bits on 1, 2 and 3 threads', async () => {
    const engine = await makeEngine(3);
    const { memory } = engine;
    const n = 10_007;
    const [x, y, sums] = [memory.allocate(4 * n), memory.allocate(4 * n), memory.allocate(4 * 7)] as const;
    memory.f32(x, n).forEach((_, i, view) => {
      view[i] = Math.sin(i * i);
    });
    const writer = engine.write();
    writer.k.exp(x, y, n);
    writer.barrier();
    writer.k.mul(y, x, y, 1, n, 0, 1, 0, 1);
    writer.barrier();
    writer.k.sum(y, sums, 7, 1429, 1, 1);
    const program = writer.finish();
    const results = [1, 2, 3].map((parts) => {
      engine.runOn(program, parts);
      return [...memory.i32(y, n), ...memory.i32(sums, 7)];
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('that are small stay on one thread, large ones are timed and settle', async () => {
    const engine = await makeEngine(2);
    const small = engine.write().finish();
    const { program: large } = makeRelay(engine, 50);
    const heavy = engine.write();
    heavy.work = 1e9;
    const timed = heavy.finish();
    for (let run = 0; run < 60; run++) for (const program of [small, large, timed]) engine.runSync(program);
    expect(small.choice.parts).toBe(1);
    expect([1, 2]).toContain(timed.choice.parts);
  });

  test('never use more threads than their scratch buffers are for', async () => {
    const engine = await makeEngine(3);
    const writer = engine.write({ maxParts: 1 });
    writer.work = 1e9;
    const program = writer.finish();
    engine.runSync(program);
    expect(program.choice.parts).toBe(1);
    expect(() => engine.runOn(program, 2)).toThrow(/2 threads of 3 for a program of 1/);
  });
});

describe('pools', () => {
  test('can be replaced again and again, and leave no memory behind', async () => {
    const engine = await makeEngine(2);
    const { program, slots, rounds } = makeRelay(engine, 10);
    const { used } = engine.memory.usage();
    for (const threads of [3, 1, 2, 3, 2]) {
      await engine.useThreads({ threads });
      for (const address of slots) engine.memory.i32(address, MAX_THREADS).fill(0);
      engine.runOn(program, threads);
      expect([...engine.memory.i32(slots[rounds % 2]!, threads)]).toEqual(expectedRelay(threads, rounds));
    }
    for (let i = 0; i < 200 && engine.memory.usage().used !== used; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(engine.memory.usage().used).toBe(used);
  });

  test('that lose a worker give up instead of waiting for ever, and the engine goes on with one thread', async () => {
    const engine = await makeEngine(2);
    const writer = engine.write();
    const outside = engine.memory.usage().reserved - 4;
    // Thread 0 writes the last word of the memory, thread 1 the one behind it.
    writer.probe(0, outside);
    writer.barrier();
    const program = writer.finish();
    expect(() => engine.runOn(program, 2)).toThrow();
    expect(engine.threads).toBe(1);
    expect(engine.reason).toMatch(/^a thread died: /);
    engine.runOn(program, 1);
    await engine.useThreads({ threads: 2 });
    const { program: relay, slots, rounds } = makeRelay(engine, 100);
    engine.runOn(relay, 2);
    expect([...engine.memory.i32(slots[rounds % 2]!, 2)]).toEqual(expectedRelay(2, rounds));
  });

  test('survive a trap on the calling thread', async () => {
    const engine = await makeEngine(2);
    const writer = engine.write();
    writer.probe(0, engine.memory.usage().reserved);
    expect(() => engine.runOn(writer.finish(), 2)).toThrow(WebAssembly.RuntimeError);
    expect(engine.threads).toBe(1);
  });
});

describe('remote pools', () => {
  test('run programs in the order they were given, without the calling thread', async () => {
    const engine = await makeEngine(2, true);
    expect(engine.isRemote).toBe(true);
    const { program, slots, rounds } = makeRelay(engine, 10);
    const address = engine.memory.allocate(4);
    engine.memory.f32(address, 1)[0] = 1;
    const steps = [2, 3, 5].map((factor) => {
      const writer = engine.write();
      writer.k.scale(address, address, 1, factor, 1);
      return engine.run(writer.finish());
    });
    expect(steps.every((step) => step instanceof Promise)).toBe(true);
    await Promise.all(steps);
    expect(engine.memory.f32(address, 1)[0]).toBe(((1 * 2 + 1) * 3 + 1) * 5 + 1);
    await engine.run(program);
    expect(engine.memory.i32(slots[rounds % 2]!, 1)[0]).toBe(expectedRelay(1, rounds)[0]);
  });

  test('use all their threads for large programs, with the right results', async () => {
    const engine = await makeEngine(2, true);
    const n = 100_000;
    const x = engine.memory.allocate(4 * n);
    engine.memory.f32(x, n).fill(0);
    const writer = engine.write();
    writer.work = 1e9;
    for (let i = 0; i < 8; i++) {
      writer.k.scale(x, x, n, 1, 1);
      writer.barrier();
    }
    const program = writer.finish();
    for (let run = 1; run <= 50; run++) {
      await engine.run(program);
      expect(engine.memory.f32(x, n).every((value) => value === 8 * run)).toBe(true);
    }
  });

  test('reject when a worker dies', async () => {
    const engine = await makeEngine(2, true);
    const writer = engine.write();
    writer.probe(0, engine.memory.usage().reserved);
    await expect(engine.run(writer.finish())).rejects.toThrow(/out of bounds/);
    expect(engine.threads).toBe(1);
  });

  test('let the caller compute as well, once they are done', async () => {
    const engine = await makeEngine(2, true);
    const address = engine.memory.allocate(4);
    engine.memory.f32(address, 1)[0] = 1;
    const writer = engine.write();
    writer.k.scale(address, address, 1, 2, 0);
    const program = writer.finish();
    const pending = engine.run(program);
    engine.runSync(program);
    await pending;
    expect(engine.memory.f32(address, 1)[0]).toBe(4);
  });
});
