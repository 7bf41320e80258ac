/** @file Training steps: Myelin and its peers take turns on one workload after the other. */
import { formatTime, printTable, type SuiteResult, type Verdict, word } from '../lib/report.ts';
import { interleave, median } from '../lib/rounds.ts';
import type { Options } from '../options.ts';
import { type Lane, openLanes, peers } from '../peers/peer.ts';
import type { Workload } from '../workloads.ts';

/** One lane's milliseconds per step, round by round. */
interface Measurement {
  peer: string;
  how: string;
  times: number[];
  median: number;
}

function describe({ way, version }: Lane): string {
  return `${way.call ?? version}, ${way.threads} thread${way.threads === 1 ? '' : 's'}`;
}

/** Lets each lane prepare the workload; those that cannot are left out, with the reason in `absent`. */
async function prepare(lanes: Lane[], workload: Workload, absent: Map<string, string>): Promise<Lane[]> {
  const able: Lane[] = [];
  for (const lane of lanes) {
    try {
      await lane.prepare(workload);
      able.push(lane);
    } catch (error) {
      absent.set(lane.peer, (error as Error).message);
    }
  }
  return able;
}

/** What is compared with a peer: a training step by `fit`. `trainOnBatch` stands beside it for information. */
function best(measurements: Measurement[], peer: string): Measurement | undefined {
  const candidates = measurements.filter((m) => m.peer === peer && !m.how.includes('trainOnBatch'));
  return candidates.sort((a, b) => a.median - b.median)[0];
}

function compare(workload: Workload, measurements: Measurement[], absent: Map<string, string>): Verdict[] {
  const ours = best(measurements, 'myelin');
  const verdicts: Verdict[] = [];
  const rows = measurements.map((m) => {
    const row = [`${m.peer} ${m.how}`, formatTime(m.median), formatTime(Math.min(...m.times))];
    if (!ours || m.peer === 'myelin' || m !== best(measurements, m.peer)) return row;
    const ratio = m.median / ours.median;
    row.push(`${ratio.toFixed(2)}×`);
    const target = workload.targets[m.peer as keyof Workload['targets']];
    if (target === undefined) return row;
    const verdict = { what: `${workload.title}: times as fast as ${m.peer}`, value: ratio, target };
    verdicts.push(verdict);
    return [...row, `≥ ${target}×`, word(verdict)];
  });
  printTable(workload.title, ['', 'median ms', 'best ms', 'Myelin is', 'target', ''], rows);
  for (const [peer, reason] of absent) console.log(`  ${peer} is absent: ${reason}`);
  return verdicts;
}

/** Runs one suite of workloads and prints a table for each. */
export async function trainingSuite(suite: string, workloads: Workload[], options: Options): Promise<SuiteResult> {
  const lanes: Lane[] = [];
  const missing = new Map<string, string>();
  for (const peer of peers(options)) {
    try {
      lanes.push(...(await openLanes(peer)));
    } catch (error) {
      missing.set(peer.name, (error as Error).message);
    }
  }
  const result: SuiteResult = { suite, measurements: [], verdicts: [] };
  try {
    for (const workload of workloads) {
      const absent = new Map(missing);
      const able = await prepare(lanes, workload, absent);
      const times = await interleave(able, options.rounds, options.turn);
      const measurements = able.map((lane, i) => ({
        peer: lane.peer,
        how: describe(lane),
        times: times[i]!,
        median: median(times[i]!),
      }));
      result.verdicts.push(...compare(workload, measurements, absent));
      result.measurements.push({ workload: workload.name, lanes: measurements, absent: Object.fromEntries(absent) });
    }
  } finally {
    for (const lane of lanes) lane.close();
  }
  return result;
}
