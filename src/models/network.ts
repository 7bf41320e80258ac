/** @file What lies between the inputs and outputs of a functional model: the calls of layers, in an order in which each finds its inputs. */

import { describe, fail } from '../base/fail.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { Layer } from '../layers/layer.ts';
import { type Connection, SymbolicTensor } from '../layers/symbolic.ts';

/** Tensors between which a model is cut out: one, several, or several by name. */
export type Ends = SymbolicTensor | readonly SymbolicTensor[] | Readonly<Record<string, SymbolicTensor>>;

function endsOf(
  where: string,
  name: string,
  ends: Ends,
): { tensors: readonly SymbolicTensor[]; names: readonly string[] | undefined } {
  const isSeveral = typeof ends === 'object' && ends !== null && !(ends instanceof SymbolicTensor);
  const tensors: readonly unknown[] = isSeveral ? (Array.isArray(ends) ? ends : Object.values(ends)) : [ends];
  if (tensors.length === 0) fail(where, `at least one entry in \`${name}\``, 'none');
  for (const one of tensors) {
    if (!(one instanceof SymbolicTensor))
      fail(where, `\`${name}\` to be what input() or layer.apply() gave`, describe(one), 'start with input({ shape }).');
  }
  const names = isSeveral && !Array.isArray(ends) ? Object.keys(ends) : undefined;
  return { tensors: tensors as readonly SymbolicTensor[], names };
}

/** Names as they are, or numbered where one appears twice. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let n = 1; taken.has(own); n++) own = `${name}_${n}`;
    taken.add(own);
    return own;
  });
}

/** The layers' calls between inputs and outputs. */
export class Network {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The calls, each after those that make its inputs. */
  readonly connections: readonly Connection[];
  /** The layers, in the order they are first called. */
  readonly layers: readonly Layer[];

  /** @throws MyelinError when an output needs an input that is not among `inputs`, or two layers share a name */
  constructor(where: string, inputs: Ends, outputs: Ends) {
    const { tensors: starts, names: inputNames } = endsOf(where, 'inputs', inputs);
    const { tensors: ends, names: outputNames } = endsOf(where, 'outputs', outputs);
    if (new Set(starts).size < starts.length) fail(where, 'every input once', `"${starts[0]!.name}" twice`);
    this.inputs = starts;
    this.outputs = ends;
    this.inputNames = inputNames ?? distinct(starts.map(({ name }) => name));
    this.outputNames = outputNames ?? distinct(ends.map(({ name }) => name));
    this.connections = callsBetween(where, starts, ends);
    this.layers = [...new Set(this.connections.map(({ layer }) => layer))];
    const byName = new Map<string, Layer>();
    for (const layer of this.layers) {
      if (byName.has(layer.name)) {
        fail(where, 'layers of different names', `two called "${layer.name}"`, 'give one of them another `name`.');
      }
      byName.set(layer.name, layer);
    }
  }

  /** Whether every layer is fed with what the one before gave, and with nothing else. */
  get isStack(): boolean {
    if (this.inputs.length > 1 || this.outputs.length > 1 || this.layers.length < this.connections.length) return false;
    let top = this.inputs[0];
    for (const { inputs, outputs } of this.connections) {
      if (inputs.length > 1 || inputs[0] !== top || outputs.length > 1) return false;
      top = outputs[0];
    }
    return true;
  }

  /** Computes the outputs while a graph is traced. */
  run(where: string, inputs: readonly Node[], training: boolean): Node[] {
    return this.#walk<Node>(where, inputs, (connection, given) =>
      connection.layer.applyAll<Node>(connection.isList ? given : given[0]!, { training }),
    );
  }

  /** Shapes of the outputs for inputs of these shapes. */
  shapesFor(where: string, inputs: readonly PartialShape[]): readonly PartialShape[] {
    return this.#walk<PartialShape>(where, inputs, ({ layer, isList }, given) =>
      layer.ensureBuiltAll(isList ? given : given[0]!),
    );
  }

  #walk<T>(where: string, inputs: readonly T[], step: (connection: Connection, given: readonly T[]) => readonly T[]): T[] {
    if (inputs.length !== this.inputs.length) {
      const hint = `inputs: ${this.inputNames.join(', ')}.`;
      fail(where, `${this.inputs.length} inputs`, `${inputs.length}`, hint);
    }
    const values = new Map<SymbolicTensor, T>(this.inputs.map((tensor, i) => [tensor, inputs[i]!]));
    for (const connection of this.connections) {
      const made = step(
        connection,
        connection.inputs.map((tensor) => values.get(tensor)!),
      );
      connection.outputs.forEach((tensor, i) => {
        // A tensor that is an input of the model keeps the value it was given.
        if (!values.has(tensor)) values.set(tensor, made[i]!);
      });
    }
    return this.outputs.map((tensor) => values.get(tensor)!);
  }
}

/** Calls that lead from `starts` to `ends`, each after those it depends on. */
function callsBetween(where: string, starts: readonly SymbolicTensor[], ends: readonly SymbolicTensor[]): Connection[] {
  const known = new Set(starts);
  const done = new Set<Connection>();
  const order: Connection[] = [];
  // Not a recursive function: a model may be deeper than the host's stack.
  const stack = ends.map((tensor) => ({ tensor, isReady: false })).reverse();
  while (stack.length > 0) {
    const { tensor, isReady } = stack.pop()!;
    if (known.has(tensor)) continue;
    const { connection } = tensor;
    if (!connection) {
      const hint = 'add it to `inputs`.';
      return fail(where, 'outputs that depend on the inputs alone', `one that needs "${tensor.name}"`, hint);
    }
    if (done.has(connection)) continue;
    if (isReady) {
      done.add(connection);
      order.push(connection);
      for (const output of connection.outputs) known.add(output);
      continue;
    }
    stack.push({ tensor, isReady: true });
    for (let i = connection.inputs.length - 1; i >= 0; i--) stack.push({ tensor: connection.inputs[i]!, isReady: false });
  }
  return order;
}
