/** @file Everyone who takes part in the training suites, how each is started, and why one may be missing. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LineProcess, nodeArguments } from '../lib/line-process.ts';
import type { Options } from '../options.ts';
import type { Workload } from '../workloads.ts';
import type { Reply, Request, Way } from './contender.ts';

/** A library, and the ways in which it may train; the best way counts. */
export interface Peer {
  name: string;
  ways: Way[];
  open(way: Way): LineProcess;
}

/** A contender that is ready: one peer, one way, one process. */
export interface Lane {
  peer: string;
  way: Way;
  version: string;
  prepare(workload: Workload): Promise<void>;
  turn(steps: number): Promise<{ milliseconds: number; steps: number }>;
  close(): void;
}

const bothThreadCounts: Way[] = [{ threads: 1 }, { threads: 2 }];

function python(): string {
  const own = fileURLToPath(new URL('../../.cache/torch-venv/bin/python', import.meta.url));
  return process.env.MYELIN_PYTHON ?? (existsSync(own) ? own : 'python3');
}

/** Myelin first, then whom it is compared with. */
export function peers({ node, dist, against }: Options): Peer[] {
  const typescript = (name: string) => () => new LineProcess(node, nodeArguments(new URL(`${name}.ts`, import.meta.url)));
  const calls = (build: string, list: Way['call'][]): Way[] =>
    list.flatMap((call) => bothThreadCounts.map((way) => ({ ...way, call, dist: build })));
  return [
    { name: 'myelin', ways: calls(dist, ['fit', 'trainOnBatch']), open: typescript('myelin') },
    ...(against === undefined ? [] : [{ name: 'myelin before', ways: calls(against, ['fit']), open: typescript('myelin') }]),
    {
      name: 'torch',
      ways: bothThreadCounts,
      open: () => new LineProcess(python(), [fileURLToPath(new URL('torch_server.py', import.meta.url))]),
    },
    { name: 'tfjs', ways: [{ threads: 1 }], open: typescript('tfjs') },
    { name: 'jax', ways: [{ threads: 1 }], open: typescript('jax') },
  ];
}

/** Starts every way of a peer. Throws, with the reason, when the peer cannot take part here. */
export async function openLanes(peer: Peer): Promise<Lane[]> {
  const lanes: Lane[] = [];
  try {
    for (const way of peer.ways) {
      const child = peer.open(way);
      const ask = (request: Request): Promise<Reply> => child.ask<Reply>(request);
      const lane: Lane = {
        peer: peer.name,
        way,
        version: '',
        prepare: async (workload) => void (await ask({ prepare: workload })),
        turn: async (steps) => {
          const { milliseconds = 0, steps: done = 0 } = await ask({ steps });
          return { milliseconds, steps: done };
        },
        close: () => child.close(),
      };
      lanes.push(lane);
      lane.version = (await ask({ start: way })).version ?? '';
    }
  } catch (error) {
    for (const lane of lanes) lane.close();
    throw error;
  }
  return lanes;
}
