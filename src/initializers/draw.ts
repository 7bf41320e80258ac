/** @file Filling a variable with random numbers: a program of its own that is run once and freed. */

import { fail } from '../base/fail.ts';
import { globalSource, type Seed, sourceFrom } from '../base/seed.ts';
import { compileGraph } from '../graph/compile-graph.ts';
import { Graph } from '../graph/graph.ts';
import { inputNode, type Node } from '../graph/node.ts';
import { Trace, withTrace } from '../graph/trace.ts';
import type { Variable } from '../graph/variable.ts';

/** Options of every random initializer. */
export interface SeedOptions {
  /** With a seed of its own an initializer gives the same values each time it is used. Default: new values that follow from setSeed. */
  readonly seed?: Seed | null;
}

/**
 * Fills `variable` with what `sample` draws from a random state.
 *
 * Ops called one by one keep their programs for next time, with buffers as large as the weight; here nothing stays.
 */
export function drawInto(where: string, variable: Variable, { seed }: SeedOptions, sample: (state: Node) => Node): void {
  if (variable.dtype !== 'float32') fail(where, 'a float32 weight', `"${variable.name}" of ${variable.dtype}`);
  const [low, high] = (seed === undefined || seed === null ? globalSource() : sourceFrom(seed)).key();
  if (variable.size === 0) return;
  const state = inputNode('state', { shape: [4], dtype: 'int32' });
  const executable = compileGraph(new Graph([withTrace(new Trace(), () => sample(state))]));
  try {
    executable.view(state).set([low | 0, high | 0, 0, 0]);
    executable.runSync();
    variable.view().set(executable.view(0));
  } finally {
    executable.release();
  }
}
