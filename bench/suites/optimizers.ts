/** @file Optimizers: updates of five million parameters against the bandwidth of a copy, and what options add to a training step. */
import { LineProcess, nodeArguments } from '../lib/line-process.ts';
import { formatTime, printTable, type SuiteResult, type Verdict, word } from '../lib/report.ts';
import type { Options } from '../options.ts';

/** What `optimizers-process.ts` is asked. All requests of a process have the same number of threads. */
export type OptimizerRequest = { threads: number; rounds: number; optimizer: 'sgd' | 'adam' } & (
  | { kind: 'update'; parameters: number }
  | { kind: 'cost'; options: object[] }
);

/** Gigabytes per second that an update and a copy of as many bytes move. */
export interface UpdateReply {
  update: number;
  copy: number;
}

/** Milliseconds per step without options, and with each. */
export interface CostReply {
  milliseconds: number[];
}

const PARAMETERS = 5_000_000;
const BANDWIDTH_TARGET = 0.8;
/** Highest share that an option may add to a step. */
const COST_TARGET = 0.1;
const options: { title: string; option: object }[] = [
  { title: 'clipNorm', option: { clipNorm: 0.5 } },
  { title: 'globalClipNorm', option: { globalClipNorm: 0.5 } },
  { title: 'clipValue', option: { clipValue: 0.01 } },
  { title: 'moving averages', option: { useEma: true } },
  { title: 'accumulation over 4 steps', option: { gradientAccumulationSteps: 4 } },
];
const names = { sgd: 'SGD', adam: 'Adam' };

/** Runs the suite and prints its tables. */
export async function optimizerSuite({ node, dist, rounds }: Options): Promise<SuiteResult> {
  const verdicts: Verdict[] = [];
  const measurements: object[] = [];
  const updateRows: string[][] = [];
  const costRows: string[][] = [];
  for (const threads of [1, 2]) {
    const child = new LineProcess(node, nodeArguments(new URL('optimizers-process.ts', import.meta.url), dist));
    const ask = <Reply>(request: object): Promise<Reply> => child.ask<Reply>({ threads, ...request });
    try {
      for (const optimizer of ['sgd', 'adam'] as const) {
        const { update, copy } = await ask<UpdateReply>({
          kind: 'update',
          optimizer,
          parameters: PARAMETERS,
          rounds: 5 * rounds,
        });
        const title = `${names[optimizer]}, ${threads} thread${threads === 1 ? '' : 's'}`;
        const verdict: Verdict = {
          what: `${title}: update against copy bandwidth`,
          value: update / copy,
          target: BANDWIDTH_TARGET,
        };
        verdicts.push(verdict);
        measurements.push({ title, update, copy });
        updateRows.push([title, update.toFixed(1), copy.toFixed(1), verdict.value.toFixed(2), word(verdict)]);
      }
      for (const optimizer of ['sgd', 'adam'] as const) {
        const request = { kind: 'cost', optimizer, options: options.map(({ option }) => option), rounds: 3 * rounds };
        const { milliseconds } = await ask<CostReply>(request);
        const [plain, ...others] = milliseconds as [number, ...number[]];
        const step = `${names[optimizer]}, ${threads} thread${threads === 1 ? '' : 's'}`;
        measurements.push({ title: `${step}: plain, then options`, milliseconds });
        others.forEach((time, i) => {
          const { title } = options[i]!;
          // A plain step as a share of one with the option, so that more is better, as everywhere.
          const verdict: Verdict = {
            what: `${step}: plain step of one with ${title}`,
            value: plain / time,
            target: 1 / (1 + COST_TARGET),
          };
          verdicts.push({ ...verdict, target: Number(verdict.target.toFixed(3)) });
          costRows.push([
            `${step}, ${title}`,
            formatTime(plain),
            formatTime(time),
            `${(100 * (time / plain - 1)).toFixed(1)} %`,
            word(verdict),
          ]);
        });
      }
    } finally {
      child.close();
    }
  }
  printTable(
    `Updates of ${PARAMETERS.toLocaleString('en-US')} parameters, GB/s`,
    ['', 'update', 'copy', 'ratio', ''],
    updateRows,
  );
  printTable('Step of 784-300-100-10, batch 32, with an option', ['', 'plain ms', 'ms', 'adds', ''], costRows);
  return { suite: 'optimizers', measurements, verdicts };
}
