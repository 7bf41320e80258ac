/** @file Linear memory: growth, guards, ownership, and what happens when there is no more. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { OutOfMemoryError } from '../../src/base/fail.ts';
import { formatBytes, LinearMemory, PAGE } from '../../src/engine/memory.ts';

function makeMemory(options: { shared?: boolean; maximumPages?: number; guard?: boolean } = {}): LinearMemory {
  const memory = new LinearMemory({ shared: false, initialPages: 2, ...options });
  memory.start(1024);
  return memory;
}

describe.each([false, true])('memory (shared: %s)', (shared) => {
  test('keeps its content when it grows, and says that views must be taken again', () => {
    const memory = makeMemory({ shared });
    const small = memory.allocate(400);
    memory.f32(small, 100).fill(1.5);
    const { epoch } = memory;
    const large = memory.allocate(10 * PAGE);
    expect(memory.epoch).toBeGreaterThan(epoch);
    expect(memory.f32(small, 100).every((value) => value === 1.5)).toBe(true);
    memory.u8(large, 10 * PAGE).fill(7);
    expect(memory.words.byteLength).toBe(memory.usage().reserved);
    expect(memory.floats[small / 4]).toBe(1.5);
  });

  test('refuses with sizes and a hint when there is no more, and stays usable', () => {
    const memory = makeMemory({ shared, maximumPages: 8 });
    const first = memory.allocate(3 * PAGE, 'weights');
    const refused = (): number => memory.allocate(6 * PAGE, 'activations');
    expect(refused).toThrow(OutOfMemoryError);
    expect(refused).toThrow(
      /^\[engine\] expected room for 384\.0 KB \(activations\), got a memory of [\d.]+ KB with 192\.0 KB in use that cannot grow by [\d.]+ KB\. Hint: use a smaller batch or model/,
    );
    memory.checkGuards();
    const second = memory.allocate(4 * PAGE, 'fits after all');
    memory.free(first);
    memory.free(second);
    expect(memory.usage().used).toBe(0);
    memory.allocate(7 * PAGE);
  });
});

describe('memory', () => {
  test('refuses sizes that are none', () => {
    for (const bytes of [-1, 1.5, Number.NaN]) {
      expect(() => makeMemory().allocate(bytes, 'x')).toThrow(`[engine] expected a number of bytes for x, got ${bytes}`);
    }
  });

  test('gives every block its own place, also one of no bytes', () => {
    const memory = makeMemory();
    expect(new Set([memory.allocate(0), memory.allocate(0), memory.allocate(1)]).size).toBe(3);
  });

  test('does not leak when owners are released, once or twice', () => {
    const memory = makeMemory();
    const owner = {};
    memory.ownedBy(owner, memory.allocate(64));
    memory.ownedBy(owner, memory.allocate(640));
    expect(memory.usage().used).toBe(704);
    memory.release(owner);
    memory.release(owner);
    memory.release({});
    expect(memory.usage().used).toBe(0);
  });

  test('frees what belongs to an owner that nobody holds any more', async () => {
    const memory = makeMemory();
    let owner: object | undefined = {};
    memory.ownedBy(owner, memory.allocate(64));
    const kept = {};
    memory.ownedBy(kept, memory.allocate(128));
    owner = undefined;
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let i = 0; i < 100 && memory.usage().used > 128; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(memory.usage().used).toBe(128);
    memory.release(kept);
  });

  test('writes sizes for people', () => {
    expect([0, 1023, 1024, 1.5 * 2 ** 20, 2 ** 32].map(formatBytes)).toEqual(['0 B', '1023 B', '1.0 KB', '1.5 MB', '4.0 GB']);
  });
});

describe('guarded memory', () => {
  test('notices a write behind the end, word by word', () => {
    for (const bytes of [4, 60, 64, 100]) {
      const memory = makeMemory({ guard: true });
      const address = memory.allocate(bytes, 'victim');
      memory.f32(address, bytes / 4).fill(0);
      memory.checkGuards();
      memory.f32(address + bytes, 1).fill(0);
      expect(() => memory.checkGuards()).toThrow(`internal: a write at byte ${bytes} of victim, which has ${bytes} bytes`);
      expect(() => memory.free(address)).toThrow(/victim/);
    }
  });

  test('notices a write before the start', () => {
    const memory = makeMemory({ guard: true });
    const address = memory.allocate(64, 'victim');
    memory.i32(address - 4, 1).fill(1);
    expect(() => memory.checkGuards()).toThrow(/internal: a write 4 bytes before victim/);
  });

  test('hands out NaN, so that nothing relies on what was there before', () => {
    const memory = makeMemory({ guard: true });
    expect(memory.f32(memory.allocate(400), 100).every(Number.isNaN)).toBe(true);
  });
});
