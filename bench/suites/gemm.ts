/** @file Matrix products: the three forms of training, large and as in a layer of 304 units, against the peak of the core. */
import { LineProcess, nodeArguments } from '../lib/line-process.ts';
import { printTable, type SuiteResult, type Verdict, word } from '../lib/report.ts';
import { median } from '../lib/rounds.ts';
import type { Options } from '../options.ts';

/** C[m,n] = op(A)·op(B), summing over k; the form says which operand is transposed. */
export interface GemmShape {
  form: 'NN' | 'NT' | 'TN';
  m: number;
  n: number;
  k: number;
}

/** What `gemm-process.ts` is asked. */
export interface GemmRequest {
  shape: GemmShape;
  threads: number;
  milliseconds: number;
}

/** What it answers, in GFLOP/s: the kernel on all its threads, and the peak of one. */
export interface GemmReply {
  gemm: number;
  peak: number;
}

const cases: { title: string; shape: GemmShape; speedup?: number }[] = [
  { title: '512³ NN', shape: { form: 'NN', m: 512, n: 512, k: 512 }, speedup: 1.85 },
  { title: '512³ NT', shape: { form: 'NT', m: 512, n: 512, k: 512 }, speedup: 1.85 },
  { title: '512³ TN', shape: { form: 'TN', m: 512, n: 512, k: 512 }, speedup: 1.85 },
  { title: '32×784×304 NN, forward', shape: { form: 'NN', m: 32, n: 304, k: 784 } },
  { title: '32×784×304 NT, gradient of x', shape: { form: 'NT', m: 32, n: 784, k: 304 } },
  { title: '32×784×304 TN, gradient of w', shape: { form: 'TN', m: 784, n: 304, k: 32 } },
];
const FRACTION_TARGET = 0.85;

/** Runs the suite and prints its table. */
export async function gemmSuite(options: Options): Promise<SuiteResult> {
  const child = new LineProcess(options.node, nodeArguments(new URL('gemm-process.ts', import.meta.url), options.dist));
  const measured = cases.map(() => ({
    one: [] as number[],
    two: [] as number[],
    peak: [] as number[],
    fraction: [] as number[],
  }));
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const [i, { shape }] of cases.entries()) {
        const one = await child.ask<GemmReply>({ shape, threads: 1, milliseconds: options.turn / 4 });
        const two = await child.ask<GemmReply>({ shape, threads: 2, milliseconds: options.turn / 4 });
        measured[i]!.one.push(one.gemm);
        measured[i]!.two.push(two.gemm);
        measured[i]!.peak.push(one.peak);
        measured[i]!.fraction.push(one.gemm / one.peak);
      }
    }
  } finally {
    child.close();
  }

  const verdicts: Verdict[] = [];
  const measurements: object[] = [];
  const rows = cases.map(({ title, speedup }, i) => {
    const { one, two, peak, fraction } = measured[i]!;
    const ofPeak: Verdict = {
      what: `GEMM ${title}: fraction of peak`,
      value: median(fraction),
      target: FRACTION_TARGET,
      limit: 1.05,
    };
    const faster = median(two) / median(one);
    verdicts.push(ofPeak);
    let second = '';
    if (speedup !== undefined) {
      const verdict: Verdict = { what: `GEMM ${title}: speed-up by 2 threads`, value: faster, target: speedup };
      verdicts.push(verdict);
      second = word(verdict);
    }
    measurements.push({ title, gigaflops: { oneThread: one, twoThreads: two, peak }, fraction: ofPeak.value, speedup: faster });
    return [
      title,
      ...[median(one), median(peak)].map((value) => value.toFixed(1)),
      ofPeak.value.toFixed(2),
      word(ofPeak),
      median(two).toFixed(1),
      `${faster.toFixed(2)}×`,
      second,
    ];
  });
  printTable('GEMM, GFLOP/s', ['', '1 thread', 'peak', 'of peak', '', '2 threads', 'speed-up', ''], rows);
  return { suite: 'gemm', measurements, verdicts };
}
