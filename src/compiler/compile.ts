/**
 * @file The compiler's front: a graph goes in, an executable comes out. Everything a run needs — instructions, tables, constants,
 * buffers — has its address by then, so that running it allocates nothing.
 */

import { internal } from '../base/fail.ts';
import { Tensor, type TypedArray } from '../base/tensor.ts';
import { type Engine, engine, type Pointer, type Program } from '../engine/index.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node, TensorSpec } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { baseOf, bytesOfNode, planBuffers } from './buffers.ts';
import { emit, scratchOf } from './emit.ts';
import { fuse, type Step } from './fuse.ts';

/** A compiled graph. Its memory is freed when nothing refers to it any more. */
export class Executable {
  readonly program: Program;
  readonly #graph: Graph;
  readonly #engine: Engine;
  readonly #addresses: ReadonlyMap<Node, Pointer>;
  /** Variables the program works on: held, so that their memory outlives it. */
  readonly variables: readonly Variable[];

  constructor(parts: {
    engine: Engine;
    program: Program;
    graph: Graph;
    addresses: ReadonlyMap<Node, Pointer>;
    variables: readonly Variable[];
    owned: readonly number[];
  }) {
    this.program = parts.program;
    this.variables = parts.variables;
    this.#engine = parts.engine;
    this.#graph = parts.graph;
    this.#addresses = parts.addresses;
    for (const address of parts.owned) parts.engine.memory.ownedBy(this, address);
  }

  /** The elements of output `index`, or of an input node, where they lie. Valid until memory grows or the program runs again. */
  view(node: Node | number): TypedArray {
    const target = typeof node === 'number' ? this.#graph.outputs[node]! : node;
    return viewOf(this.#engine, target, this.address(target));
  }

  /** Address of a node that has one outside the program: an input or an output. */
  address(node: Node): number {
    const address = this.#addresses.get(baseOf(node));
    return typeof address === 'number' ? address : internal('a node without an address of its own is asked for it');
  }

  /** A copy of output `index`. */
  output(index: number): Tensor {
    return new Tensor(this.view(index).slice(), this.#graph.outputs[index]!.shape);
  }

  /** Address of output `index`. */
  outputAddress(index: number): number {
    return this.address(this.#graph.outputs[index] ?? internal(`there is no output ${index}`));
  }

  /** Whether the program reads `node`, an input or external: one that does not matter to the outputs has no buffer. */
  reads(node: Node): boolean {
    return this.#addresses.has(baseOf(node));
  }

  /** Runs the program and returns when it is done. */
  runSync(): void {
    this.#engine.runSync(this.program);
  }

  /** Frees the program and its buffers now instead of when this object is collected. It must not be used afterwards. */
  release(): void {
    this.#engine.memory.release(this);
    this.program.release();
  }

  /** Runs the program, off the calling thread where the engine was set up so. */
  run(): undefined | Promise<void> {
    return this.#engine.run(this.program);
  }
}

function viewOf({ memory }: Engine, { shape, dtype }: TensorSpec, address: number): TypedArray {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  if (dtype === 'float32') return memory.f32(address, size);
  return dtype === 'int32' ? memory.i32(address, size) : memory.u8(address, size);
}

/** Nodes of the graph that no op makes, each once. */
function leavesOf(graph: Graph, steps: readonly Step[]): Node[] {
  const leaves = new Set<Node>();
  const add = (node: Node): void => {
    const base = baseOf(node);
    if (base.source.kind !== 'op') leaves.add(base);
  };
  for (const step of steps) for (const input of step.inputs) add(input);
  for (const output of graph.outputs) add(output);
  return [...leaves];
}

/**
 * Compiles a graph for the shapes its nodes have.
 *
 * @throws OutOfMemoryError when its buffers do not fit; nothing is kept then
 */
export function compile(graph: Graph): Executable {
  const host = engine();
  const { memory } = host;
  // A view has its input's bytes, so it takes no step of its own.
  const steps = fuse(graph).filter((step) => !step.calls[0]!.op.view);
  const threads = host.maxThreads;
  const scratchBytes = steps.map((step) => scratchOf(step, threads));
  const leaves = leavesOf(graph, steps);
  const plan = planBuffers(graph, steps, scratchBytes);

  const allocated: number[] = [];
  const allocate = (bytes: number, label: string): number => {
    const address = memory.allocate(bytes, label);
    allocated.push(address);
    return address;
  };
  try {
    // Guarded memory watches blocks, so there every buffer is a block of its own.
    const arena = memory.isGuarded ? 0 : allocate(Math.max(plan.total, 4), 'program buffers');
    const addresses = new Map<Node, Pointer>();
    for (const [node, offset] of plan.offsets) {
      addresses.set(node, memory.isGuarded ? allocate(bytesOfNode(node), 'program buffer') : arena + offset);
    }
    const scratchAddresses = scratchBytes.map((bytes, at) => {
      if (bytes === 0) return 0;
      return memory.isGuarded ? allocate(bytes, 'scratch') : arena + plan.scratch[at]!;
    });
    const variables = new Set<Variable>();
    for (const leaf of leaves) {
      const { source } = leaf;
      if (source.kind === 'variable') {
        variables.add(source.variable);
        addresses.set(leaf, source.variable.address);
      } else if (source.kind === 'external') addresses.set(leaf, { kind: 'external', name: source.name });
      else if (source.kind === 'constant') {
        const address = allocate(bytesOfNode(leaf), 'constant');
        viewOf(host, leaf, address).set(source.tensor.data);
        addresses.set(leaf, address);
      }
    }
    const program = emit(host, steps, {
      of: (node) => addresses.get(baseOf(node)) ?? internal('a node has no address'),
      scratch: (at) => ({ address: scratchAddresses[at]!, bytes: scratchBytes[at]! }),
      table: (words) => {
        const address = allocate(4 * Math.max(1, words.length), 'table');
        memory.i32(address, words.length).set(words);
        return address;
      },
    });
    return new Executable({ engine: host, program, graph, addresses, variables: [...variables], owned: allocated });
  } catch (error) {
    for (const address of allocated) memory.free(address);
    throw error;
  }
}
