/** @file Programs: what the writer puts into memory, what it refuses, how programs read as text, and what running them gives. */

import { describe, expect, test } from 'vitest';
import {
  CHUNK_ELEMENTS,
  CHUNK_LENGTH,
  Engine,
  format,
  fusedScratchBytes,
  type Int,
  kernelRecords,
  register,
  stream,
} from '../../src/engine/index.ts';
import { buildBytes } from '../support/engine.ts';

function makeEngine(): Engine {
  return new Engine({ guard: true });
}

const opcodeOf = new Map(kernelRecords.map(({ name, opcode }) => [name, opcode]));

describe('writer', () => {
  test('writes opcode, size and arguments, with floats as their bits', () => {
    const engine = makeEngine();
    const writer = engine.write();
    writer.k.scale(64, 4_294_967_232, 10, 2, -0.5);
    writer.barrier();
    const program = writer.finish();
    const words = [opcodeOf.get('scale'), 7, 64, -64, 10, 0x40000000, 0xbf000000 | 0, 1, 2, 0, 2];
    expect([...engine.memory.i32(program.address, program.length)]).toEqual(words);
  });

  test('reads as text', () => {
    const writer = makeEngine().write();
    writer.k.scale(64, 128, 10, 2, -0.5);
    writer.barrier();
    writer.fused(5000, 256, 1, (k) => {
      k.square(stream(64), register(0), CHUNK_LENGTH);
      k.add(register(0), 512, stream(1024), 1, CHUNK_LENGTH, 0, 1, 0, 0);
    });
    writer.probe(0, 64);
    expect(format(writer.finish())).toBe(
      [
        'scale x=@64 y=@128 n=10 factor=2 offset=-0.5',
        'barrier',
        'fused n=5000 scratch=@256 registers=1',
        '  square x=stream(64) y=r0 n=chunk',
        '  add a=r0 b=@512 y=stream(1024) rows=1 cols=chunk aRow=0 aCol=1 bRow=0 bCol=0',
        'probe source=@0 target=@64',
        'end',
      ].join('\n'),
    );
  });

  test('refuses arguments that no kernel could take', () => {
    const writer = makeEngine().write();
    const add = writer.k.add as (...args: unknown[]) => void;
    expect(() => add.call(writer.k, 1, 2)).toThrow('internal: add takes 9 arguments, not 2');
    expect(() => writer.k.square(-4, 0, 1)).toThrow(/internal: square: -4 where/);
    expect(() => writer.k.square(0.5, 0, 1)).toThrow(/internal: square: 0.5 where/);
    expect(() => writer.k.square(0, 0, 2 ** 31)).toThrow(/internal: square: 2147483648 where/);
    expect(() => writer.k.square(Number.NaN, 0, 1)).toThrow(/internal: square: NaN where/);
    expect(() => writer.k.square(stream(0), 0, 1)).toThrow(/outside of a fused group/);
    expect(() => writer.fused(10, 0, 1, (k) => k.square(register(1), register(0), CHUNK_LENGTH))).toThrow(/register 1 of 1/);
    expect(() => writer.fused(10, 0, 0, (k) => k.square(0, 0, stream(0) as unknown as Int))).toThrow(
      /internal: square: stream where/,
    );
    expect(() => writer.fused(10, 0, 0, () => writer.k.square(0, 0, 1))).toThrow(/belongs into the fused group/);
  });

  test('frees the words of a program that is released', () => {
    const engine = makeEngine();
    const before = engine.memory.usage().used;
    const program = engine.write().finish();
    expect(engine.memory.usage().used).toBeGreaterThan(before);
    program.release();
    expect(engine.memory.usage().used).toBe(before);
  });

  test('refuses a program of another engine', () => {
    const program = makeEngine().write().finish();
    expect(() => makeEngine().runSync(program)).toThrow('internal: a program of another engine');
  });
});

describe('fused groups', () => {
  const sizes = [0, 1, 15, 16, 17, 1000, CHUNK_ELEMENTS - 1, CHUNK_ELEMENTS, CHUNK_ELEMENTS + 1, 2 * CHUNK_ELEMENTS + 5, 5000];

  test.each(['simd-shared', 'debug'] as const)(
    'give the bits of separate kernels, for lengths around a chunk (%s)',
    async (build) => {
      const engine = new Engine({ guard: true, build: { name: build, relaxedSimd: false, source: buildBytes(build) } });
      await engine.useThreads({ threads: 3 });
      expect(engine.threads).toBe(3);
      const { memory } = engine;
      const scratch = memory.allocate(fusedScratchBytes(2, 3), 'registers');
      const scalar = memory.allocate(4);
      memory.f32(scalar, 1)[0] = 0.3;
      for (const n of sizes) {
        const [x, y, z, expected] = ['x', 'y', 'z', 'expected'].map((label) => memory.allocate(4 * n, label)) as [
          number,
          number,
          number,
          number,
        ];
        memory.f32(x, n).forEach((_, i, view) => {
          view[i] = Math.fround(Math.sin(i) * 3);
        });
        const separate = engine.write();
        separate.k.square(x, z, n);
        separate.k.exp(x, y, n);
        separate.barrier();
        separate.k.add(z, scalar, z, 1, n, 0, 1, 0, 0);
        separate.barrier();
        separate.k.mul(z, y, expected, 1, n, 0, 1, 0, 1);
        engine.runOn(separate.finish(), 3);

        const writer = engine.write();
        writer.fused(n, scratch, 2, (k) => {
          k.square(stream(x), register(0), CHUNK_LENGTH);
          k.exp(stream(x), register(1), CHUNK_LENGTH);
          k.add(register(0), scalar, register(0), 1, CHUNK_LENGTH, 0, 1, 0, 0);
          k.mul(register(0), register(1), stream(z), 1, CHUNK_LENGTH, 0, 1, 0, 1);
        });
        const program = writer.finish();
        for (const parts of [1, 2, 3]) {
          memory.f32(z, n).fill(Number.NaN);
          engine.runOn(program, parts);
          expect([...memory.i32(z, n)]).toEqual([...memory.i32(expected, n)]);
        }
        const first = memory.f32(x, n)[0];
        if (first !== undefined) expect(memory.f32(z, n)[0]).toBeCloseTo((first ** 2 + 0.3) * Math.exp(first), 5);
        memory.checkGuards();
      }
      engine.stopThreads();
    },
  );
});
