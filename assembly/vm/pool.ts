/**
 * @file Jobs: how the threads of a pool get a program, run it together, and wait for the next one.
 *
 * The job word holds a counter and the number of threads that take part, so that one atomic load tells a worker both: a
 * worker that is left out may oversleep any number of jobs without ever mistaking one for another.
 */

import { barrier } from './barrier';
import {
  CONTROL_FINISHED, CONTROL_IDLE_SPINS, CONTROL_JOB, CONTROL_JOB_SLEEPERS, CONTROL_PROGRAM, CONTROL_THREAD_BYTES,
  CONTROL_THREADS, JOB_STOP, THREAD_IDLE_SPIN,
} from './format';
import { run } from './run';
import { sleep } from './sleep';
import { spin } from './spin';

/** Announces a job to the workers and returns its word. `parts` = JOB_STOP makes them leave {@link work}. */
export function submit(control: usize, program: usize, parts: i32): i32 {
  const job = (((load<i32>(control, CONTROL_JOB) >>> 8) + 1) << 8) | parts;
  store<usize>(control, program, CONTROL_PROGRAM);
  atomic.store<i32>(control, job, CONTROL_JOB);
  if (atomic.load<i32>(control, CONTROL_JOB_SLEEPERS) != 0) atomic.notify(control + CONTROL_JOB, -1);
  return job;
}

/** Runs a program on `parts` threads, this one included, and returns when all of them are done. */
export function runParallel(control: usize, program: usize, parts: i32): void {
  submit(control, program, parts);
  run(control, program, 0, parts);
  barrier(control, 0, parts);
}

/** The life of a worker: runs share `part` of every job after the job word `seen`, until told to stop. */
export function work(control: usize, part: i32, seen: i32): void {
  while (true) {
    seen = nextJob(control, part, seen);
    const parts = seen & 0xff;
    if (parts == JOB_STOP) return;
    if (part >= parts) continue;
    run(control, load<usize>(control, CONTROL_PROGRAM), part, parts);
    barrier(control, part, parts);
    if (part == 0) {
      atomic.store<i32>(control, seen, CONTROL_FINISHED);
      atomic.notify(control + CONTROL_FINISHED, -1);
    }
  }
}

/** Waits until the job word differs from `seen`: looks for a while, then sleeps. */
function nextJob(control: usize, part: i32, seen: i32): i32 {
  const state = control + CONTROL_THREADS + <usize>part * CONTROL_THREAD_BYTES + THREAD_IDLE_SPIN;
  if (spin(control + CONTROL_JOB, seen, state, load<i32>(control, CONTROL_IDLE_SPINS))) return atomic.load<i32>(control, CONTROL_JOB);
  atomic.add<i32>(control, 1, CONTROL_JOB_SLEEPERS);
  let job = atomic.load<i32>(control, CONTROL_JOB);
  while (job == seen) {
    sleep(control + CONTROL_JOB, seen, -1);
    job = atomic.load<i32>(control, CONTROL_JOB);
  }
  atomic.sub<i32>(control, 1, CONTROL_JOB_SLEEPERS);
  return job;
}

/** End of what this build uses for itself; memory from here on belongs to TypeScript. */
export function heapBase(): usize {
  return __heap_base;
}
