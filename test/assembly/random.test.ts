/** @file Random kernels: the generator against its published vectors, the distributions against their formulas. */

import { describe, expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { erf } from '../support/float64.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';

const loaded = loadKernels('debug');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);

type Kernel = 'randomUniform' | 'randomNormal' | 'randomTruncatedNormal';
type Words = [number, number, number, number];

/** Philox4x32-10 in plain integers. */
function philox(counter: Words, key: [number, number]): Words {
  let [c0, c1, c2, c3] = counter.map(BigInt) as unknown as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  const low = (v: bigint) => v & 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, low(p1), (p0 >> 32n) ^ c3 ^ k1, low(p0)];
    k0 = low(k0 + 0x9e3779b9n);
    k1 = low(k1 + 0xbb67ae85n);
  }
  return [c0, c1, c2, c3].map(Number) as Words;
}

/** n elements of a kernel, made by `parts` threads. */
function draw(kernel: Kernel, n: number, a: number, b: number, { state = [1, 2, 3, 4], stream = 5, parts = 1, shift = 0 } = {}) {
  memory.reset();
  const words = memory.i32(state);
  const y = memory.f32(n, shift);
  for (let part = 0; part < parts; part++) kernels[kernel](y.pointer, words.pointer, n, stream, a, b, part, parts);
  memory.check();
  return y.view.slice();
}

function mask(n: number, rate: number, parts = 1, stream = 0) {
  memory.reset();
  const state = memory.i32([11, 22, 33, 44]);
  const y = memory.f32(n, 1);
  for (let part = 0; part < parts; part++) kernels.dropoutMask(y.pointer, state.pointer, n, stream, rate, part, parts);
  memory.check();
  return y.view.slice();
}

/** Averages of powers of (value − mean) / stddev. */
function moments(values: Float32Array, mean: number, stddev: number): [number, number, number, number] {
  const sums: [number, number, number, number] = [0, 0, 0, 0];
  for (const v of values) {
    const z = (v - mean) / stddev;
    for (let p = 0; p < 4; p++) sums[p]! += z ** (p + 1);
  }
  return sums.map((s) => s / values.length) as [number, number, number, number];
}

/** Kolmogorov–Smirnov: √n times the largest gap between the sample and its distribution; above 1.95 with probability 0.001. */
function gap(values: Float32Array, distribution: (v: number) => number): number {
  const sorted = values.slice().sort();
  let largest = 0;
  for (const [i, v] of sorted.entries()) {
    const p = distribution(v);
    largest = Math.max(largest, p - i / sorted.length, (i + 1) / sorted.length - p);
  }
  return largest * Math.sqrt(sorted.length);
}

const phi = (z: number) => (1 + erf(z / Math.SQRT2)) / 2;
const SAMPLE = 400_000;

describe('Philox4x32-10', () => {
  test('matches the known-answer vectors of Random123', () => {
    const hex = (words: Words) => words.map((w) => w.toString(16).padStart(8, '0')).join(' ');
    expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    const ones = 0xffffffff;
    expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
    const pi: Words = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
    expect(hex(philox(pi, [0xa4093822, 0x299f31d0]))).toBe('d16cfe09 94fdcceb 5001e420 24126ea1');
  });

  test('is what randomUniform draws its 24 bits from', () => {
    for (const [state, stream] of [
      [[0, 0, 0, 0], 0],
      [[0xa4093822, 0x299f31d0, 0x13198a2e, 0x03707344], 0x85a308d3],
      [[-1, -1, -1, -1], -1],
    ] as const) {
      const y = draw('randomUniform', 1001, 0, 1, { state: state.map((w) => w | 0), stream: stream | 0 });
      const [keyLo, keyHi, counterLo, counterHi] = state.map((w) => w >>> 0) as Words;
      for (let block = 0; block * 4 < y.length; block++) {
        const words = philox([block, stream >>> 0, counterLo, counterHi], [keyLo, keyHi]);
        for (let j = 0; j < 4 && 4 * block + j < y.length; j++) expect(y[4 * block + j]).toBe((words[j]! >>> 8) * 2 ** -24);
      }
    }
  });
});

describe.each(['randomUniform', 'randomNormal', 'randomTruncatedNormal'] as const)('%s', (kernel) => {
  const long = draw(kernel, 300, -1, 2);

  test('gives element i the same bits at every length, alignment and number of threads', () => {
    for (let n = 0; n <= 40; n++) {
      for (let shift = 0; shift < 4; shift++) expect(draw(kernel, n, -1, 2, { shift })).toEqual(long.subarray(0, n));
    }
    for (let parts = 2; parts <= 4; parts++) expect(draw(kernel, 300, -1, 2, { parts })).toEqual(long);
  });

  test('changes with every word of the state and with the stream', () => {
    const variants = [0, 1, 2, 3].map((k) =>
      draw(kernel, 300, -1, 2, { state: [1, 2, 3, 4].map((w, i) => (i === k ? w + 1 : w)) }),
    );
    variants.push(draw(kernel, 300, -1, 2, { stream: 6 }));
    for (const other of variants) {
      const same = other.filter((v, i) => v === long[i]).length;
      expect(same).toBeLessThan(3);
    }
  });
});

describe('randomUniform', () => {
  test('fills [low, high) evenly', () => {
    const y = draw('randomUniform', SAMPLE, -3, 5);
    expect(gap(y, (v) => (v + 3) / 8)).toBeLessThan(1.95);
    const [mean, variance] = moments(y, 1, 8 / Math.sqrt(12));
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(SAMPLE));
    expect(Math.abs(variance - 1)).toBeLessThan(4 / Math.sqrt(SAMPLE));
  });

  test.each([
    [1, 1 + 2 ** -22],
    [-1 - 2 ** -22, -1],
    [-(2 ** -149), 0],
    [-5e-45, 5e-45],
    [0.1, 0.1000001],
    [-7, 0],
    [2, 2],
  ])('never reaches high in [%d, %d)', (low, high) => {
    const [from, to] = [Math.fround(low), Math.fround(high)];
    const y = draw('randomUniform', 20_000, low, high);
    expect(y.every((v) => v >= from && (v < to || from === to))).toBe(true);
  });
});

describe('randomNormal', () => {
  const y = draw('randomNormal', SAMPLE, 10, 0.5);
  const z = y.map((v) => (v - 10) / 0.5);

  test('has the distribution function, the moments and the tails of a normal', () => {
    expect(gap(z, phi)).toBeLessThan(1.95);
    const scale = Math.sqrt(SAMPLE);
    const [m1, m2, m3, m4] = moments(z, 0, 1);
    // Standard errors of the first four moments: 1, √2, √15, √96.
    expect(Math.abs(m1) * scale).toBeLessThan(4);
    expect((Math.abs(m2 - 1) * scale) / Math.sqrt(2)).toBeLessThan(4);
    expect((Math.abs(m3) * scale) / Math.sqrt(15)).toBeLessThan(4);
    expect((Math.abs(m4 - 3) * scale) / Math.sqrt(96)).toBeLessThan(4);
    for (const edge of [2, 3, 4]) {
      for (const sign of [-1, 1]) {
        const count = z.filter((v) => v * sign > edge).length;
        const expected = SAMPLE * phi(-edge);
        expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected));
      }
    }
  });

  test('has no correlation between neighbours, nor between their squares', () => {
    for (const lag of [1, 2, 3, 4, 16]) {
      let plain = 0;
      let squares = 0;
      for (let i = lag; i < SAMPLE; i++) {
        plain += z[i]! * z[i - lag]!;
        squares += (z[i]! ** 2 - 1) * (z[i - lag]! ** 2 - 1);
      }
      expect(Math.abs(plain) / Math.sqrt(SAMPLE)).toBeLessThan(4);
      expect(Math.abs(squares) / Math.sqrt(SAMPLE) / 2).toBeLessThan(4);
    }
  });

  test('is Box–Muller of the generator', () => {
    const values = draw('randomNormal', 4096, 0, 1);
    for (let block = 0; block < 1024; block++) {
      const words = philox([block, 5, 3, 4], [1, 2]);
      for (let j = 0; j < 4; j++) {
        const radius = Math.sqrt(-2 * Math.log((words[j & 2]! + 0.5) * 2 ** -32));
        const angle = 2 * Math.PI * (words[j | 1]! >>> 8) * 2 ** -24;
        const exact = radius * (j & 1 ? Math.sin(angle) : Math.cos(angle));
        expect(Math.abs(values[4 * block + j]! - exact)).toBeLessThan(2e-6 * (1 + radius));
      }
    }
  });
});

describe('randomTruncatedNormal', () => {
  const y = draw('randomTruncatedNormal', SAMPLE, 0, 3);

  test('stays within two standard deviations', () => {
    const largest = y.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
    expect(largest).toBeLessThanOrEqual(6);
    expect(largest).toBeGreaterThan(5.999);
  });

  test('has the distribution function and the variance of a normal cut at two', () => {
    const inside = 2 * phi(2) - 1;
    expect(gap(y, (v) => (phi(v / 3) - phi(-2)) / inside)).toBeLessThan(1.95);
    const [mean, variance] = moments(y, 0, 3);
    // 1 − 4·φ(2) / (2Φ(2) − 1), with φ the density.
    const expected = 1 - (4 * Math.exp(-2)) / Math.sqrt(2 * Math.PI) / inside;
    expect(Math.abs(mean) * Math.sqrt(SAMPLE)).toBeLessThan(4 * Math.sqrt(expected));
    expect(Math.abs(variance - expected) * Math.sqrt(SAMPLE)).toBeLessThan(4);
  });

  test('inverts the distribution function', () => {
    const values = draw('randomTruncatedNormal', 4096, 0, 1);
    for (let block = 0; block < 1024; block++) {
      const words = philox([block, 5, 3, 4], [1, 2]);
      for (let j = 0; j < 4; j++) {
        const p = ((words[j]! >>> 8) + 0.5) * 2 ** -24;
        expect(Math.abs(phi(values[4 * block + j]!) - (phi(-2) + p * (phi(2) - phi(-2))))).toBeLessThan(3e-7);
      }
    }
  });
});

describe('dropoutMask', () => {
  test('drops `rate` of the elements and scales the rest to keep the sum', () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const y = mask(SAMPLE, rate);
      const kept = Math.fround(1 / (1 - Math.fround(rate)));
      expect(y.every((v) => v === 0 || Math.abs(v - kept) <= kept * 2 ** -23)).toBe(true);
      const share = y.filter((v) => v === 0).length / SAMPLE;
      expect(Math.abs(share - rate) * Math.sqrt(SAMPLE / (rate * (1 - rate)))).toBeLessThan(4);
    }
  });

  test('keeps all at rate 0 and nothing at rate 1', () => {
    expect(mask(1000, 0).every((v) => v === 1)).toBe(true);
    expect(mask(1000, 1).every((v) => v === 0)).toBe(true);
  });

  test('does not depend on the number of threads or the length', () => {
    const long = mask(333, 0.3);
    for (let parts = 2; parts <= 4; parts++) expect(mask(333, 0.3, parts)).toEqual(long);
    expect(mask(37, 0.3)).toEqual(long.subarray(0, 37));
    expect(mask(333, 0.3, 1, 1)).not.toEqual(long);
  });
});
