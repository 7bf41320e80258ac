/** @file What updates do besides: clipping, decay, averages, slow weights, accumulated gradients — in float64, in every length and split. */

import { describe, expect, test } from 'vitest';
import {
  NORM_OF_ALL_BOUNDED,
  NORM_OF_ALL_DIVIDES,
  NORM_OF_EACH_BOUNDED,
  NORM_OF_EACH_DIVIDES,
  NORM_RATIO,
  STEP_BOUND,
  STEP_CLIP,
  STEP_DECAY,
  STEP_FACTOR,
  STEP_KEEP,
  STEP_NUMBERS,
  STEP_OVERWRITE,
  STEP_PAUSE,
  STEP_SLOW_SHARE,
  STEP_SLOW_START,
  STEP_TAKE,
  SUM_SQUARES_CHUNK,
  UPDATE_SCRATCH_PER_THREAD,
} from '../../src/engine/generated/kernels.ts';
import { loadKernels } from '../support/engine.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';
import { checkParts, expectWithin, randomFloats, sameBits } from '../support/kernel-checks.ts';

const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);
const lists = [[0], [1], [3, 0, 5], [7, 8, 9], [UPDATE_SCRATCH_PER_THREAD + 17]];
const normLists = [
  [3, 0, 5],
  [SUM_SQUARES_CHUNK + 3, 1],
];

/** Numbers of a step by their places; those left out are 0, the factor 1. */
type Numbers = Readonly<Record<number, number>>;

interface Arrays {
  readonly w: Float32Array;
  readonly average: Float32Array;
  readonly slow: Float32Array;
}

/** Runs an update by `sgd` with rate ½ over segments of these lengths, each but the last decaying, and gives what is in memory then. */
function run(counts: readonly number[], numbers: Numbers, norm: number, shift: number) {
  memory.reset();
  const floats = (seed: number) =>
    counts.map((count, s) => memory.f32(randomFloats(count, -1, 1, 10 * s + seed), (shift + s + seed) % 4));
  const [w, g, average, slow, accumulated] = [floats(1), floats(2), floats(3), floats(4), floats(5)];
  const started = counts.map((_, s) => ({
    w: w[s]!.view.slice(),
    average: average[s]!.view.slice(),
    slow: slow[s]!.view.slice(),
  }));
  const chunks = counts.reduce((sum, count) => sum + Math.ceil(count / SUM_SQUARES_CHUNK), 0);
  const sums = [memory.f32(chunks), memory.f32(chunks)];
  const values = new Float32Array(STEP_NUMBERS);
  for (const [at, value] of Object.entries({ [STEP_FACTOR]: 1, ...numbers })) values[Number(at)] = value;
  const header = [memory.f32(values).pointer, norm, chunks, sums[0]!.pointer, sums[1]!.pointer];
  const rows = counts.flatMap((_, s) => [
    average[s]!.pointer,
    slow[s]!.pointer,
    accumulated[s]!.pointer,
    s < counts.length - 1 || s === 0 ? 1 : 0,
  ]);
  const extras = memory.i32([...header, ...rows]).pointer;
  const table = memory.i32(counts.flatMap((count, s) => [count, w[s]!.pointer, g[s]!.pointer])).pointer;
  const hyper = memory.f32([0.5, 0]).pointer;
  const scratch = memory.f32(4 * UPDATE_SCRATCH_PER_THREAD).pointer;
  sums.forEach(({ pointer }, i) => {
    kernels.segmentsSumSquares(table, pointer, counts.length, 3, i === 0 ? 2 : 1, chunks, 0, 1);
  });
  const changed = [...w, ...average, ...slow, ...accumulated];
  checkParts((part, parts) => kernels.sgd(table, counts.length, hyper, extras, scratch, part, parts), changed);
  memory.check();
  return { started, g, w, average, slow, accumulated, bits: changed.map(({ bits }) => bits.slice()) };
}

const length = (x: ArrayLike<number>): number => Math.sqrt(Array.from(x).reduce((sum, value) => sum + value * value, 0));

/** The same for one segment in float64. */
function reference(old: Arrays, g: ArrayLike<number>, n: Numbers, factor: number, decays: boolean) {
  const at = (place: number): number => n[place] ?? 0;
  return Array.from(old.w, (start, i) => {
    let [w, slow, average] = [start, old.slow[i]!, old.average[i]!];
    if (at(STEP_PAUSE) === 0) {
      if (at(STEP_SLOW_START)) slow = w;
      if (decays) w -= w * at(STEP_DECAY);
      const scaled = g[i]! * factor;
      const bound = at(STEP_CLIP) || Number.POSITIVE_INFINITY;
      w -= 0.5 * Math.max(-bound, Math.min(bound, scaled));
    }
    if (at(STEP_SLOW_SHARE)) w = slow = slow + (w - slow) * at(STEP_SLOW_SHARE);
    average = average * at(STEP_KEEP) + w * at(STEP_TAKE);
    if (at(STEP_OVERWRITE)) w = average;
    return { w, slow, average };
  });
}

function check(
  numbers: Numbers,
  norm = 0,
  factorOf = (_g: ArrayLike<number>, _all: readonly number[], _w: ArrayLike<number>): number => numbers[STEP_FACTOR] ?? 1,
): void {
  for (const counts of norm ? normLists : lists) {
    const first: Uint32Array[] = [];
    for (const shift of [0, 1]) {
      const got = run(counts, numbers, norm, shift);
      const all = got.g.flatMap(({ view }) => Array.from(view));
      counts.forEach((_, s) => {
        const old = got.started[s]!;
        const wanted = reference(
          old,
          got.g[s]!.view,
          numbers,
          factorOf(got.g[s]!.view, all, old.w),
          s < counts.length - 1 || s === 0,
        );
        for (const name of ['w', 'slow', 'average'] as const) {
          expectWithin(
            got[name][s]!.view,
            wanted.map((one) => one[name]),
            1e-6,
            `[${counts}] ${name} of segment ${s}`,
          );
        }
        // Accumulated gradients start over, unless the step was none.
        if (!numbers[STEP_PAUSE]) for (const value of got.accumulated[s]!.view) expect(value).toBe(0);
      });
      if (shift === 0) first.push(...got.bits);
      else for (const [k, bits] of got.bits.entries()) sameBits(bits, first[k]!, `[${counts}] shifted by ${shift}, array ${k}`);
    }
  }
}

describe('an update', () => {
  test.each<[string, Numbers]>([
    ['alone', { [STEP_KEEP]: 1 }],
    ['with decay', { [STEP_KEEP]: 1, [STEP_DECAY]: 0.25 }],
    ['of scaled gradients', { [STEP_KEEP]: 1, [STEP_FACTOR]: 0.125 }],
    ['of clipped gradients', { [STEP_KEEP]: 1, [STEP_CLIP]: 0.3, [STEP_FACTOR]: 0.75 }],
    ['with averages', { [STEP_KEEP]: 0.75, [STEP_TAKE]: 0.25 }],
    ['with averages that start', { [STEP_KEEP]: 0, [STEP_TAKE]: 1 }],
    ['with averages that become the weights', { [STEP_KEEP]: 0.5, [STEP_TAKE]: 0.5, [STEP_OVERWRITE]: 1 }],
    ['with slow weights that start', { [STEP_KEEP]: 1, [STEP_SLOW_START]: 1, [STEP_DECAY]: 0.25 }],
    ['with slow weights that meet', { [STEP_KEEP]: 0.5, [STEP_TAKE]: 0.5, [STEP_SLOW_SHARE]: 0.25 }],
    ['that is none', { [STEP_KEEP]: 0.5, [STEP_TAKE]: 0.5, [STEP_PAUSE]: 1, [STEP_DECAY]: 0.5, [STEP_SLOW_START]: 1 }],
  ])('%s', (_, numbers) => check(numbers));

  const bound = 0.8;
  const factor = 0.5;
  const numbers = { [STEP_KEEP]: 1, [STEP_BOUND]: bound, [STEP_FACTOR]: factor };
  test.each<[string, number, (g: ArrayLike<number>, all: readonly number[], w: ArrayLike<number>) => number]>([
    ['each bounded', NORM_OF_EACH_BOUNDED, (g) => (factor * bound) / Math.max(bound, factor * length(g))],
    ['all bounded', NORM_OF_ALL_BOUNDED, (_, all) => (factor * bound) / Math.max(bound, factor * length(all))],
    ['each divided', NORM_OF_EACH_DIVIDES, (g) => factor / (factor * length(g) + bound)],
    ['all divided', NORM_OF_ALL_DIVIDES, (_, all) => factor / (factor * length(all) + bound)],
    ['each as long as the weight', NORM_RATIO, (g, _, w) => length(w) / length(g)],
  ])('by the norm of gradients: %s', (_, norm, factorOf) => check(numbers, norm, factorOf));
});

test.each([0.5, 0.3])('ftrl makes one step as float64 does, power %f', (power) => {
  for (const n of [1, 4, 5, 23]) {
    memory.reset();
    const [rate, l1, l2, shrinkage] = [0.1, 0.05, 0.02, 0.04];
    const hyper = memory.f32([rate, l1, l2, shrinkage, power, 0]);
    const arrays = [1, 2, 3, 4].map((seed) => memory.f32(randomFloats(n, seed === 3 ? 0.1 : -1, 1, seed), seed % 4));
    const [w, g, a, z] = arrays.map(({ view }) => view.slice()) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const table = memory.i32([n, ...arrays.map(({ pointer }) => pointer)]).pointer;
    checkParts((part, parts) => kernels.ftrl(table, 1, hyper.pointer, 0, 0, part, parts), [arrays[0]!, arrays[2]!, arrays[3]!]);
    memory.check();
    const wanted = Array.from(w, (old, i) => {
      const a1 = a[i]! + g[i]! ** 2;
      const z1 = z[i]! + g[i]! + shrinkage * old - ((a1 ** power - a[i]! ** power) / rate) * old;
      return [(Math.max(-l1, Math.min(l1, z1)) - z1) / (a1 ** power / rate + l2), 0, a1, z1];
    });
    for (const k of [0, 2, 3])
      expectWithin(
        arrays[k]!.view,
        wanted.map((row) => row[k]!),
        5e-6,
        `array ${k} of ${n}`,
      );
  }
});
