/**
 * @file Measures matrix products in a process of its own: GFLOP/s of the library's kernels, beside the most the core can do,
 * both with tinybench, one right after the other. The fastest run of a turn counts, for both: slower ones were disturbed.
 */
import { pathToFileURL } from 'node:url';
import { Bench } from 'tinybench';
import type * as EngineRoom from '../../src/engine/index.ts';
import { serve } from '../lib/serve.ts';
import { compilePeak, PEAK_OPERATIONS } from '../peak/compile.ts';
import { generator } from '../workloads.ts';
import type { GemmReply, GemmRequest, GemmShape } from './gemm.ts';

const PEAK_STEPS = 20_000;
/** Small products come several in a program, as in a training step, so that what is measured is the kernel. */
const PROGRAM_OPERATIONS = 60e6;

const dist = process.argv[2]!;
const room = (await import(pathToFileURL(`${dist}/engine/index.js`).href)) as typeof EngineRoom;
const engine = await room.ready();
const peakKernels = await compilePeak();
const programs = new Map<string, { program: EngineRoom.Program; repeats: number }>();

/** Writes a program for a shape, runs it once and compares one element with the sum it should be. */
function makeProgram({ form, m, n, k }: GemmShape): { program: EngineRoom.Program; repeats: number } {
  const repeats = Math.max(1, Math.round(PROGRAM_OPERATIONS / (2 * m * n * k)));
  const { memory } = engine;
  const [a, b, c] = [m * k, k * n, m * n].map((length) => memory.allocate(4 * length)) as [number, number, number];
  const random = generator(m + n + k);
  for (const [address, length] of [
    [a, m * k],
    [b, k * n],
  ] as const) {
    memory.f32(address, length).set(Float32Array.from({ length }, () => random() - 0.5));
  }
  const scratch = memory.allocate(4 * room.GEMM_SCRATCH_PER_THREAD * engine.threads);
  const writer = engine.write({ maxParts: engine.threads });
  for (let i = 0; i < repeats; i++) {
    writer.k[`gemm${form}`](
      a,
      b,
      c,
      0,
      scratch,
      m,
      n,
      k,
      form === 'TN' ? m : k,
      form === 'NT' ? k : n,
      n,
      room.ACTIVATION_NONE,
      0,
    );
    writer.barrier();
  }
  const program = writer.finish();
  engine.runOn(program, 1);

  const [left, right] = [memory.f32(a, m * k), memory.f32(b, k * n)];
  let expected = 0;
  for (let i = 0; i < k; i++) {
    expected +=
      left[form === 'TN' ? i * m + (m - 1) : (m - 1) * k + i]! * right[form === 'NT' ? (n - 1) * k + i : i * n + (n - 1)]!;
  }
  const got = memory.f32(c, m * n)[m * n - 1]!;
  if (!(Math.abs(got - expected) < 1e-5 * k)) throw new Error(`gemm${form} gives ${got} where ${expected} is right`);
  return { program, repeats };
}

await serve<GemmRequest>(async ({ shape, threads, milliseconds }): Promise<GemmReply> => {
  if (threads > engine.threads) throw new Error(`only ${engine.threads} thread here: ${engine.reason ?? 'one core'}`);
  const { form, m, n, k } = shape;
  const key = `${form} ${m} ${n} ${k}`;
  const made = programs.get(key) ?? makeProgram(shape);
  programs.set(key, made);
  const bench = new Bench({ time: milliseconds, warmupTime: milliseconds / 4, iterations: 5, warmupIterations: 2 });
  for (const [name, kernel] of Object.entries(peakKernels)) bench.add(name, () => void kernel(PEAK_STEPS, 1));
  bench.add('gemm', () => engine.runOn(made.program, threads));
  const tasks = bench.runSync();
  const gigaflops = (name: string, operations: number): number => {
    const result = tasks.find((task) => task.name === name)!.result;
    if (result.state !== 'completed')
      throw new Error(`${name}: ${result.state === 'errored' ? result.error.message : result.state}`);
    return operations / result.latency.min / 1e6;
  };
  return {
    gemm: gigaflops('gemm', 2 * m * n * k * made.repeats),
    peak: Math.max(...Object.keys(peakKernels).map((name) => gigaflops(name, PEAK_STEPS * PEAK_OPERATIONS))),
  };
});
