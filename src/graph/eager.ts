/**
 * @file Ops on tensors, computed at once: each runs through a program of that one op, compiled for the shapes at hand and kept, so
 * that the second call with the same shapes only copies, runs and copies back.
 */

import { keyOf } from '../base/key.ts';
import type { Tensor } from '../base/tensor.ts';
import { compile, type Executable } from '../compiler/index.ts';
import { Graph } from './graph.ts';
import { constantOf, inputNode, type Node, type OpCall } from './node.ts';
import { setEvaluator } from './trace.ts';

/** Programs kept for reuse; the least recently used one goes first. */
const cacheSize = 128;

interface Entry {
  readonly executable: Executable;
  readonly inputs: readonly Node[];
}

const cache = new Map<string, Entry>();

function compileCall(call: OpCall): Entry {
  const inputs = call.inputs.map((input, i) => inputNode(String(i), input));
  return { executable: compile(new Graph(call.with(inputs).outputs)), inputs };
}

function callKey(call: OpCall): string {
  return `${call.op.name}|${keyOf(call.attrs)}|${call.inputs.map((input) => `${input.dtype}[${input.shape}]`)}`;
}

/** The outputs of a call whose inputs are constants. */
export function evaluateCall(call: OpCall): Tensor[] {
  const key = callKey(call);
  const entry = cache.get(key) ?? compileCall(call);
  cache.delete(key);
  cache.set(key, entry);
  if (cache.size > cacheSize) {
    const [oldest, stale] = cache.entries().next().value!;
    cache.delete(oldest);
    stale.executable.release();
  }
  const { executable, inputs } = entry;
  inputs.forEach((input, i) => {
    const value = constantOf(call.inputs[i]!);
    if (value && executable.reads(input)) executable.view(input).set(value.data);
  });
  executable.runSync();
  return call.outputs.map((_, i) => executable.output(i));
}

setEvaluator(evaluateCall);
