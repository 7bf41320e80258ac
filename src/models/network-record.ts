/** @file The connections of a functional model, to JSON and back. */

import { describe, fail } from '../base/fail.ts';
import { nearestName } from '../base/names.ts';
import type { Layer } from '../layers/layer.ts';
import type { NetworkRecord, RecordWriter, TensorRecord } from '../layers/record.ts';
import type { RecordReader } from '../layers/record-reader.ts';
import { input, type SymbolicTensor } from '../layers/symbolic.ts';
import type { Network } from './network.ts';

/** Where a tensor of a network comes from. */
export interface Source {
  /** Name of an input of the network, or of a layer. */
  readonly name: string;
  /** Which call of the layer; undefined for an input. */
  readonly call: number | undefined;
  /** Which output of the call. */
  readonly output: number;
}

/** Where the tensors of a network come from. */
export function sourcesOf(network: Network): ReadonlyMap<SymbolicTensor, Source> {
  const sources = new Map<SymbolicTensor, Source>();
  network.inputs.forEach((tensor, i) => {
    sources.set(tensor, { name: network.inputNames[i]!, call: undefined, output: 0 });
  });
  const calls = new Map<Layer, number>();
  for (const { layer, outputs } of network.connections) {
    const call = calls.get(layer) ?? 0;
    calls.set(layer, call + 1);
    outputs.forEach((tensor, output) => {
      // A tensor that is an input of the network keeps the value it is given.
      if (!sources.has(tensor)) sources.set(tensor, { name: layer.name, call, output });
    });
  }
  return sources;
}

function tensorRecord({ name, call, output }: Source): TensorRecord {
  if (call === undefined) return { input: name };
  return { layer: name, ...(call > 0 ? { call } : {}), ...(output > 0 ? { output } : {}) };
}

/** The connections as JSON. */
export function networkRecord(writer: RecordWriter, network: Network): NetworkRecord {
  const sources = sourcesOf(network);
  const recordOf = (tensor: SymbolicTensor): TensorRecord => tensorRecord(sources.get(tensor)!);
  return {
    inputs: network.inputs.map(({ shape }, i) => ({ name: network.inputNames[i]!, shape: shape.slice(1) })),
    layers: network.layers.map((layer) => writer.layer(layer)),
    calls: network.connections.map(({ layer, inputs, isList }) => ({
      layer: layer.name,
      inputs: isList ? inputs.map(recordOf) : recordOf(inputs[0]!),
    })),
    outputs: network.outputs.map((tensor, i) => ({ name: network.outputNames[i]!, tensor: recordOf(tensor) })),
  };
}

/** What a model is cut out between. */
interface Cut {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[] | Readonly<Record<string, SymbolicTensor>>;
}

/** Connects the layers of a network as JSON says. */
export function readNetwork(reader: RecordReader, path: string, json: unknown): Cut {
  const network = reader.fields(path, json, ['inputs', 'layers', 'calls', 'outputs']);
  const inputs = new Map<string, SymbolicTensor>();
  reader.list(`${path}.inputs`, network.inputs).forEach((entry, i) => {
    const at = `${path}.inputs[${i}]`;
    const { name: given, shape } = reader.fields(at, entry, ['name', 'shape']);
    const name = reader.text(`${at}.name`, given);
    if (inputs.has(name)) reader.fail(`${at}.name`, 'a name that no other input has', name);
    inputs.set(
      name,
      reader.guarded(at, 'input()', () => input({ name, shape: reader.list(`${at}.shape`, shape) as number[] })),
    );
  });
  const layers = new Map<string, Layer>();
  reader.list(`${path}.layers`, network.layers).forEach((entry, i) => {
    const layer = reader.layer(`${path}.layers[${i}]`, entry);
    if (layers.has(layer.name)) reader.fail(`${path}.layers[${i}]`, 'a layer of a name that no other has', layer.name);
    layers.set(layer.name, layer);
  });
  const calls = new Map<string, (readonly SymbolicTensor[])[]>([...layers.keys()].map((name) => [name, []]));

  const named = <T>(at: string, kind: string, name: string, table: ReadonlyMap<string, T>): T => {
    const known = table.get(name);
    if (known) return known;
    const near = nearestName(name, table.keys());
    return reader.fail(at, `the name of ${kind}`, name, near && `did you mean "${near}"?`);
  };
  const tensorAt = (at: string, entry: unknown): SymbolicTensor => {
    const source = reader.fields(at, entry, ['input', 'layer', 'call', 'output']);
    if (source.input !== undefined) {
      if (source.layer !== undefined) reader.fail(at, 'either an input or a layer', 'both');
      return named(`${at}.input`, 'an input', reader.text(`${at}.input`, source.input), inputs);
    }
    const name = reader.text(`${at}.layer`, source.layer);
    const made = named(`${at}.layer`, 'a layer', name, calls);
    const call = reader.index(`${at}.call`, source.call ?? 0);
    const outputs = made[call];
    if (!outputs) {
      const hint = 'calls stand in an order in which each finds its inputs.';
      return reader.fail(at, `an earlier call of "${name}"`, `call ${call} of ${made.length}`, hint);
    }
    const output = reader.index(`${at}.output`, source.output ?? 0);
    return outputs[output] ?? reader.fail(`${at}.output`, `one of ${outputs.length} outputs of "${name}"`, output);
  };

  reader.list(`${path}.calls`, network.calls).forEach((entry, i) => {
    const at = `${path}.calls[${i}]`;
    const { layer: given, inputs: from } = reader.fields(at, entry, ['layer', 'inputs']);
    const name = reader.text(`${at}.layer`, given);
    const layer = named(`${at}.layer`, 'a layer', name, layers);
    const x = Array.isArray(from) ? from.map((one, k) => tensorAt(`${at}.inputs[${k}]`, one)) : tensorAt(`${at}.inputs`, from);
    calls.get(name)!.push(reader.guarded(at, name, () => layer.applyAll<SymbolicTensor>(x)));
  });
  for (const [name, made] of calls) {
    if (made.length === 0) fail(reader.where, `\`${path}.calls\` of every layer`, `none of ${describe(name)}`);
  }

  const outputs = reader.list(`${path}.outputs`, network.outputs).map((entry, i): [string, SymbolicTensor] => {
    const { name, tensor } = reader.fields(`${path}.outputs[${i}]`, entry, ['name', 'tensor']);
    return [reader.text(`${path}.outputs[${i}].name`, name), tensorAt(`${path}.outputs[${i}].tensor`, tensor)];
  });
  const byName = Object.fromEntries(outputs);
  // An object would put names that are numbers first. Such names are those of layers, and come by themselves.
  const isInOrder = Object.keys(byName).every((name, i) => name === outputs[i]![0]);
  if (Object.keys(byName).length < outputs.length) fail(reader.where, `\`${path}.outputs\` of different names`, 'one twice');
  return { inputs: [...inputs.values()], outputs: isInOrder ? byName : outputs.map(([, tensor]) => tensor) };
}
