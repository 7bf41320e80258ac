/**
 * @file The barrier between dependent instructions: one atomic add per thread, then a look at a word that the last thread
 * changes.
 *
 * A thread looks for a bounded while and then sleeps, so that a machine with fewer free cores than threads gives the core
 * to the one that is still computing. Whoever opens the barrier makes the system call that wakes sleepers only if there are any.
 */

import {
  CONTROL_BARRIER_COUNT, CONTROL_BARRIER_PHASE, CONTROL_BARRIER_SLEEPERS, CONTROL_BARRIER_SPINS, CONTROL_FAILED,
  CONTROL_MAIN_MAY_BLOCK, CONTROL_THREAD_BYTES, CONTROL_THREADS, THREAD_BARRIER_SPIN,
} from './format';
import { sleep } from './sleep';
import { spin } from './spin';

/** A sleeper looks up this often (milliseconds), to notice that the thread it waits for has died. */
const LOOK_UP: i32 = 500;

/** Returns once all `parts` threads of the job have called it. */
export function barrier(control: usize, part: i32, parts: i32): void {
  const phase = atomic.load<i32>(control, CONTROL_BARRIER_PHASE);
  if (atomic.add<i32>(control, 1, CONTROL_BARRIER_COUNT) == parts - 1) {
    atomic.store<i32>(control, 0, CONTROL_BARRIER_COUNT);
    atomic.store<i32>(control, phase + 1, CONTROL_BARRIER_PHASE);
    if (atomic.load<i32>(control, CONTROL_BARRIER_SLEEPERS) != 0) atomic.notify(control + CONTROL_BARRIER_PHASE, -1);
    return;
  }
  const state = control + CONTROL_THREADS + <usize>part * CONTROL_THREAD_BYTES + THREAD_BARRIER_SPIN;
  if (spin(control + CONTROL_BARRIER_PHASE, phase, state, load<i32>(control, CONTROL_BARRIER_SPINS))) return;
  waitForPhase(control, phase, part > 0 || load<i32>(control, CONTROL_MAIN_MAY_BLOCK) != 0);
}

/** The slow way through a barrier: asleep where that is allowed. */
function waitForPhase(control: usize, phase: i32, mayBlock: bool): void {
  if (mayBlock) atomic.add<i32>(control, 1, CONTROL_BARRIER_SLEEPERS);
  while (atomic.load<i32>(control, CONTROL_BARRIER_PHASE) == phase) {
    if (atomic.load<i32>(control, CONTROL_FAILED) != 0) unreachable();
    if (mayBlock) sleep(control + CONTROL_BARRIER_PHASE, phase, LOOK_UP);
  }
  if (mayBlock) atomic.sub<i32>(control, 1, CONTROL_BARRIER_SLEEPERS);
}
