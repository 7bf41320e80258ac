/**
 * @file The trace that is being recorded, if any: tracing a function collects the effects (updates of variables) it asks for,
 * and numbers its random draws.
 */

import { internal } from '../base/fail.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Node, OpCall } from './node.ts';
import type { Variable } from './variable.ts';

/** What is recorded besides the nodes themselves while a function is traced. */
export class Trace {
  /** Calls that change variables, in the order asked for. */
  readonly effects: OpCall[] = [];
  /** Scalars that layers add to the loss. */
  readonly losses: Node[] = [];
  /** What JavaScript has to do before every run, such as working out this step's learning rate. */
  readonly beforeRun: (() => void)[] = [];
  /** Which steps of a sequence count, where that is known: float32 [batch, time]. */
  readonly masks = new WeakMap<Node, Node>();
  /** Whether layers behave as in training. */
  readonly training: boolean;
  /** Whether normalization uses its moving statistics even so, and leaves them as they are. */
  readonly keepsStatistics: boolean;
  /** Told of every layer that is applied and what it gave; undefined where nobody looks. */
  readonly onApply: ((layer: { readonly name: string }, outputs: readonly Node[]) => void) | undefined;
  /** Where this trace's random numbers come from; made on first use. */
  random: Variable | undefined;
  #streams = 0;

  constructor(options: { training?: boolean; random?: Variable; keepsStatistics?: boolean; onApply?: Trace['onApply'] } = {}) {
    this.training = options.training ?? false;
    this.keepsStatistics = options.keepsStatistics ?? false;
    this.onApply = options.onApply;
    this.random = options.random;
  }

  /** A number that tells this trace's random draws apart. */
  nextStream(): number {
    return this.#streams++;
  }
}

let current: Trace | undefined;

/** Whether a function is being traced. */
export function isTracing(): boolean {
  return current !== undefined;
}

/** The trace being recorded. Throws when there is none, which only a misplaced effect can cause. */
export function currentTrace(): Trace {
  return current ?? internal('no trace is being recorded');
}

/** Runs `body` with `trace` as the current one. */
export function withTrace<T>(trace: Trace, body: () => T): T {
  const outer = current;
  current = trace;
  try {
    return body();
  } finally {
    current = outer;
  }
}

let evaluator: ((call: OpCall) => Tensor[]) | undefined;

/** Says how a call on constants is computed at once; set by `eager.ts`, which needs the compiler. */
export function setEvaluator(evaluate: (call: OpCall) => Tensor[]): void {
  evaluator = evaluate;
}

/** The outputs of a call whose inputs are all constants. */
export function evaluateEagerly(call: OpCall): Tensor[] {
  return evaluator ? evaluator(call) : internal('ops are used before src/graph/eager.ts is loaded');
}
