/**
 * @file What is asked of whoever trains a workload. Each contender lives in a process of its own, so that garbage, compiled
 * code and threads of one never slow another down, and turns can be interleaved; a process that waits costs nothing.
 */
import { serve } from '../lib/serve.ts';
import type { Workload } from '../workloads.ts';

/** How a contender trains, where it has a choice. */
export interface Way {
  threads: number;
  /** The method that trains. */
  call?: 'fit' | 'trainOnBatch';
  /** The build of the library to load. */
  dist?: string;
}

/** A request to a contender's process: the first is `start`, then come workloads, and turns of the last workload. */
export type Request = { start: Way } | { prepare: Workload } | { steps: number };

/** The reply: on `start` the version of the library; on a turn how many steps were made and how long they took. */
export interface Reply {
  version?: string;
  milliseconds?: number;
  steps?: number;
}

/** The part of a contender in JavaScript that differs from library to library. */
export interface Contender {
  /** Loads the library and tells its version; throws, with the reason, where it cannot work. */
  start(way: Way): Promise<string>;
  /** Builds model and data. The function it returns trains at least `steps` steps and tells how many they were. */
  prepare(workload: Workload): Promise<(steps: number) => Promise<number>>;
}

/** Lets a contender take part: to be called by its module, which is the main module of its process. */
export function takePart(contender: Contender): Promise<void> {
  let train: Awaited<ReturnType<Contender['prepare']>> | undefined;
  return serve<Request>(async (request): Promise<Reply> => {
    if ('start' in request) return { version: await contender.start(request.start) };
    if ('prepare' in request) {
      train = await contender.prepare(request.prepare);
      return {};
    }
    if (!train) throw new Error('a turn before there is a workload');
    await train(1);
    const start = performance.now();
    const steps = await train(request.steps);
    return { steps, milliseconds: performance.now() - start };
  });
}
