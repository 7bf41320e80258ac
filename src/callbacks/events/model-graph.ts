/**
 * @file A model as TensorBoard draws it. From the model's JSON: a node for every input and every call of a layer, those of nested models
 * below the name of the model. There are two drawings, which take the same nodes: the graph itself, and the model as Keras describes one.
 */

import type { PartialShape } from '../../base/shape.ts';
import type { LayerEntry, LayerRecord, NetworkRecord, TensorRecord } from '../../layers/record.ts';
import { Message } from './protobuf.ts';

/** An input, or a call of a layer. */
export interface GraphNode {
  /** Its place: names of models it is in, and its own, with slashes between. */
  readonly name: string;
  readonly type: string;
  /** Names of the nodes it gets its inputs from. */
  readonly inputs: readonly string[];
  /** Of an input: the shape, batch axis first. */
  readonly shape?: PartialShape;
}

class Walk {
  readonly nodes: GraphNode[] = [];
  readonly #shared = new Map<number, LayerRecord>();
  readonly #taken = new Set<string>();

  #add(scope: string, name: string, node: Omit<GraphNode, 'name'>): string {
    let own = scope + name;
    for (let n = 1; this.#taken.has(own); n++) own = `${scope}${name}_${n}`;
    this.#taken.add(own);
    this.nodes.push({ name: own, ...node });
    return own;
  }

  #record(entry: LayerEntry): LayerRecord {
    if ('shared' in entry) return this.#shared.get(entry.shared)!;
    if (entry.id !== undefined) this.#shared.set(entry.id, entry);
    return entry;
  }

  input(name: string, shape: PartialShape): string {
    return this.#add('', name, { type: 'InputLayer', inputs: [], shape });
  }

  /** Nodes for a call of a layer. Returns the nodes that make its outputs. */
  call(entry: LayerEntry, scope: string, inputs: readonly string[]): readonly string[] {
    const record = this.#record(entry);
    const name = nameOf(record);
    const inner = `${scope}${name}/`;
    if (record.network) return this.#network(record.network, inner, inputs);
    if (record.layers?.length) return record.layers.reduce((from, layer) => this.call(layer, inner, from), inputs);
    return [this.#add(scope, name, { type: record.type, inputs })];
  }

  /** Nodes for the calls between inputs and outputs. */
  #network(network: NetworkRecord, scope: string, inputs: readonly string[]): readonly string[] {
    const sources = new Map(network.inputs.map(({ name }, i) => [name, inputs[i] ?? inputs[0] ?? name]));
    const layers = new Map(network.layers.map((entry) => [nameOf(this.#record(entry)), entry]));
    const calls = new Map<string, (readonly string[])[]>();
    const nodeOf = (tensor: TensorRecord): string => {
      if ('input' in tensor) return sources.get(tensor.input)!;
      const outputs = calls.get(tensor.layer)![tensor.call ?? 0]!;
      return outputs[tensor.output ?? 0] ?? outputs[0]!;
    };
    for (const { layer, inputs: from } of network.calls) {
      const list = Array.isArray(from) ? (from as readonly TensorRecord[]) : [from as TensorRecord];
      const outputs = this.call(layers.get(layer)!, scope, list.map(nodeOf));
      calls.set(layer, [...(calls.get(layer) ?? []), outputs]);
    }
    return network.outputs.map(({ tensor }) => nodeOf(tensor));
  }
}

function nameOf({ options, type }: LayerRecord): string {
  return typeof options.name === 'string' ? options.name : type;
}

/** Nodes of a model, each after those it gets its inputs from. */
export function graphNodes(json: unknown): GraphNode[] {
  const { model, inputShapes = [] } = json as { model: LayerRecord; inputShapes?: readonly PartialShape[] };
  const walk = new Walk();
  const inputs = model.network
    ? model.network.inputs.map(({ name, shape }) => walk.input(name, [null, ...shape]))
    : (inputShapes.length > 0 ? inputShapes : [[null]]).map((shape, i) => walk.input(i === 0 ? 'input' : `input_${i}`, shape));
  walk.call(model, '', inputs);
  return walk.nodes;
}

/** The graph: TensorFlow's `GraphDef`. */
export function graphDef(nodes: readonly GraphNode[]): Message {
  const graph = new Message();
  for (const { name, type, inputs, shape } of nodes) {
    const node = new Message().text(1, name).text(2, shape ? 'Placeholder' : type);
    for (const input of inputs) node.text(3, input);
    const attribute = (key: string, value: Message): void => {
      node.message(5, new Message().text(1, key).message(2, value));
    };
    attribute('dtype', new Message().int(6, 1));
    if (shape) attribute('shape', new Message().message(7, shapeMessage(shape)));
    graph.message(1, node);
  }
  return graph.message(4, new Message().int(1, 1));
}

/** Sizes that are not known are −1. */
function shapeMessage(shape: PartialShape): Message {
  const message = new Message();
  for (const size of shape) message.message(2, new Message().int(1, size ?? -1));
  return message;
}

/** The model as a functional one of Keras's, as far as TensorBoard looks at it. */
export function kerasModel(name: string, all: readonly GraphNode[]): object {
  // The model's own name is put before those of its layers by whoever reads this.
  const local = (node: string): string => (node.startsWith(`${name}/`) ? node.slice(name.length + 1) : node);
  const nodes = all.map((node) => ({ ...node, name: local(node.name), inputs: node.inputs.map(local) }));
  const history = (input: string): object => ({
    class_name: '__keras_tensor__',
    config: { shape: null, dtype: 'float32', keras_history: [input, 0, 0] },
  });
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const ends = (chosen: (node: GraphNode) => boolean): unknown[] => nodes.filter(chosen).map((node) => [node.name, 0, 0]);
  return {
    class_name: 'Functional',
    config: {
      name,
      layers: nodes.map(({ name: own, type, inputs, shape }) => ({
        class_name: type,
        name: own,
        config: { name: own, dtype: 'float32', ...(shape ? { batch_shape: shape } : {}) },
        inbound_nodes: inputs.length > 0 ? [{ args: [inputs.map(history)], kwargs: {} }] : [],
      })),
      input_layers: ends(({ shape }) => shape !== undefined),
      output_layers: ends(({ name: own }) => !used.has(own)),
    },
  };
}
