/**
 * @file From steps to a program: gives every node its address, lets each op emit its kernels, turns chains into fused groups, and
 * puts a barrier exactly where two steps depend on each other.
 */

import { internal } from '../base/fail.ts';
import { sizeOf } from '../base/shape.ts';
import {
  CHUNK_LENGTH,
  type Emitter,
  type Engine,
  fusedScratchBytes,
  type Pointer,
  type Program,
  type ProgramWriter,
} from '../engine/index.ts';
import type { Lowering } from '../graph/define-op.ts';
import type { Node, OpCall } from '../graph/node.ts';
import { baseOf, bytesOfNode } from './buffers.ts';
import { isElementwise, type Step } from './fuse.ts';
import { type Access, HazardTracker } from './hazards.ts';

/** Where things are. */
export interface Addresses {
  /** Address of a node's elements. */
  of(node: Node): Pointer;
  /** Scratch memory of step `at`; address 0 if it has none. */
  scratch(at: number): { readonly address: number; readonly bytes: number };
  /** Address of words that stay as they are for the life of the program. */
  table(words: readonly number[]): number;
}

/** Registers a chain needs for its intermediate values. */
export function registersOf(step: Step): number {
  return step.kind === 'chain' ? assignRegisters(step.calls).count : 0;
}

/** A register for every intermediate value of a chain, reused once its last reader has run. */
function assignRegisters(calls: readonly OpCall[]): { registers: Map<Node, number>; count: number } {
  const lastReader = new Map<Node, OpCall>();
  for (const call of calls) for (const input of call.inputs) lastReader.set(input, call);
  const registers = new Map<Node, number>();
  const free: number[] = [];
  let count = 0;
  for (const call of calls.slice(0, -1)) {
    registers.set(call.outputs[0]!, free.pop() ?? count++);
    for (const input of new Set(call.inputs)) {
      const register = registers.get(input);
      if (register !== undefined && lastReader.get(input) === call) free.push(register);
    }
  }
  return { registers, count };
}

/** Approximate cost of a step in floating-point operations. */
function workOf(step: Step): number {
  let work = 0;
  for (const call of step.calls) work += call.op.work?.(call.inputs, call.attrs) ?? sizeOf(call.outputs[0]?.shape ?? []);
  for (const node of [...step.inputs, ...step.outputs]) work += sizeOf(node.shape);
  return work;
}

function lowering(
  call: OpCall,
  addressOf: (node: Node) => Pointer,
  rest: Omit<Lowering<object>, 'inputs' | 'outputs' | 'inputSpecs' | 'outputSpecs' | 'attrs' | 'offset'>,
): Lowering<object> {
  return {
    inputs: call.inputs.map(addressOf),
    outputs: call.outputs.map(addressOf),
    inputSpecs: call.inputs,
    outputSpecs: call.outputs,
    attrs: call.attrs,
    offset: (pointer, elements) => offsetPointer(pointer, elements),
    ...rest,
  };
}

function offsetPointer(pointer: Pointer, elements: number): Pointer {
  if (elements === 0) return pointer;
  if (typeof pointer !== 'number') return internal('an offset into a buffer that is bound later');
  return pointer + 4 * elements;
}

/** Emits `steps` and returns the program. */
export function emit(engine: Engine, steps: readonly Step[], addresses: Addresses): Program {
  const writer = engine.write();
  const hazards = new HazardTracker();
  const barrier = (): void => {
    writer.barrier();
    hazards.clear();
  };
  steps.forEach((step, at) => {
    const scratch = addresses.scratch(at);
    const { reads, writes } = accessesOf(step, addresses);
    if (scratch.bytes > 0) {
      // Registers of equal chains lie alike, so a thread only ever meets its own.
      const share = step.kind === 'chain' ? `registers ${scratch.bytes}` : undefined;
      writes.push({ start: scratch.address, end: scratch.address + scratch.bytes, share });
    }
    if (hazards.needsBarrier(reads, writes)) barrier();
    if (step.kind === 'chain') emitChain(writer, step, addresses, scratch.address);
    else emitSingle(writer.k, step, addresses, scratch.address, barrier);
    hazards.add(reads, writes);
    writer.work += workOf(step);
  });
  return writer.finish();
}

function emitSingle(k: Emitter, step: Step, addresses: Addresses, scratch: number, barrier: () => void): void {
  const call = step.calls[0]!;
  const { bias, activation } = step.epilogue;
  const target = step.outputs[0];
  const addressOf = (node: Node): Pointer => addresses.of(node === call.outputs[0] && target ? target : node);
  call.op.lower(
    k,
    lowering(call, addressOf, {
      scratch,
      n: sizeOf(call.outputs[0]?.shape ?? []),
      table: addresses.table,
      barrier,
      epilogue: { bias: bias ? addresses.of(bias) : 0, activation },
    }),
  );
}

function emitChain(writer: ProgramWriter, step: Step, addresses: Addresses, scratch: number): void {
  const { registers, count } = assignRegisters(step.calls);
  const [output] = step.outputs;
  const n = sizeOf(output!.shape);
  const operand = (node: Node): Pointer => {
    const index = registers.get(node);
    if (index !== undefined) return { kind: 'register', index };
    const address = addresses.of(node);
    if (sizeOf(node.shape) !== n || n === 1) return address;
    if (typeof address !== 'number') return internal('a fused chain reads a buffer that is bound later');
    return { kind: 'stream', address };
  };
  writer.fused(n, scratch, count, (k) => {
    for (const call of step.calls) {
      const refuse = (): never => internal(`${call.op.name} is elementwise but asks for a table or barrier`);
      call.op.lower(
        k,
        lowering(call, operand, {
          scratch: 0,
          n: CHUNK_LENGTH,
          table: refuse,
          barrier: refuse,
          epilogue: { bias: 0, activation: 0 },
        }),
      );
    }
  });
}

/** What a step reads and writes, with the share that tells steps with equal division of work. */
function accessesOf(step: Step, addresses: Addresses): { reads: Access[]; writes: Access[] } {
  const n = step.outputs[0] ? sizeOf(step.outputs[0].shape) : 0;
  const streams = step.kind === 'chain' || (step.calls.length === 1 && isElementwise(step.calls[0]!));
  const access = (node: Node): Access[] => {
    const address = addresses.of(node);
    // Buffers bound later are data nobody writes.
    if (typeof address !== 'number') return [];
    const share = streams && sizeOf(node.shape) === n && n > 1 ? `elements ${n}` : undefined;
    return [{ start: address, end: address + bytesOfNode(baseOf(node)), share }];
  };
  const reads = step.inputs.flatMap(access);
  const writes = step.outputs.flatMap(access);
  for (const call of step.calls) {
    for (const index of call.op.writes?.(call.inputs.length, call.attrs) ?? []) writes.push(...access(call.inputs[index]!));
  }
  return { reads, writes };
}

/** Bytes of scratch memory a step needs with up to `threads` threads. */
export function scratchOf(step: Step, threads: number): number {
  if (step.kind === 'chain') return fusedScratchBytes(registersOf(step), threads);
  const call = step.calls[0]!;
  return (call.op.scratch?.(call.inputs, call.attrs, threads) ?? 0) * 4;
}
