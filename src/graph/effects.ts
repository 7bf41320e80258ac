/** @file Effects: calls that change a variable. They give no value; the trace that is being recorded keeps them. */

import { internal } from '../base/fail.ts';
import { type Op, opRegistry } from './define-op.ts';
import { type Node, OpCall } from './node.ts';
import { currentTrace } from './trace.ts';

/** Adds a call of `op` to the trace; it runs after everything else of the program, effects in the order they were recorded. */
export function recordEffect<A extends object, N extends number>(op: Op<A, N>, inputs: readonly Node[], attrs: A): void {
  const record = opRegistry.get(op.record.name) ?? internal(`${op.record.name} is not registered`);
  currentTrace().effects.push(new OpCall(record, inputs, attrs));
}
