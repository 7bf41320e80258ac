/**
 * @file Runs a program: every thread walks the same instructions and each kernel takes the thread's share `(part, parts)`.
 */

import { dispatch } from '../generated/dispatch';
import { rangeStart } from '../lib/parallel';
import { barrier } from './barrier';
import {
  CHUNK_ELEMENTS, CONTROL_THREAD_BYTES, CONTROL_THREADS, OP_BARRIER, OP_END, OP_FUSED, OP_PROBE,
  OPERAND_CHUNK_LENGTH, OPERAND_REGISTER, OPERAND_STREAM, THREAD_ARGUMENTS,
} from './format';

/** Opcodes from here on are kernels. */
const FIRST_KERNEL: i32 = 8;

/** Runs thread `part`'s share of `program`, to its end. */
export function run(control: usize, program: usize, part: i32, parts: i32): void {
  let at = program;
  while (true) {
    const opcode = load<i32>(at);
    if (opcode >= FIRST_KERNEL) dispatch(opcode, at + 8, part, parts);
    else if (opcode == OP_BARRIER) {
      if (parts > 1) barrier(control, part, parts);
    } else if (opcode == OP_FUSED) runFused(control, at, part, parts);
    else if (opcode == OP_PROBE) probe(load<usize>(at, 8), load<usize>(at, 12), part, parts);
    else {
      assert(opcode == OP_END);
      return;
    }
    at += <usize>load<i32>(at, 4) << 2;
  }
}

/**
 * Runs a chain of elementwise kernels on one chunk after the other, so that intermediate results never leave the cache.
 * The share is cut at multiples of 16 elements; kernels in a chain give an element the same bits wherever it stands.
 */
function runFused(control: usize, instruction: usize, part: i32, parts: i32): void {
  const n = load<i32>(instruction, 8);
  const count = load<i32>(instruction, 12);
  const registers = load<usize>(instruction, 16) + <usize>part * load<i32>(instruction, 20) * (CHUNK_ELEMENTS << 2);
  const args = control + CONTROL_THREADS + <usize>part * CONTROL_THREAD_BYTES + THREAD_ARGUMENTS;
  const end = rangeStart(n, part + 1, parts, 16);
  for (let start = rangeStart(n, part, parts, 16); start < end; start += CHUNK_ELEMENTS) {
    const length = min(CHUNK_ELEMENTS, end - start);
    let at = instruction + 24;
    for (let i = 0; i < count; i++) {
      const opcode = load<i32>(at);
      const argumentsEnd = at + 8 + (<usize>load<i32>(at, 4) << 3);
      at += 8;
      for (let slot = args; at < argumentsEnd; at += 8, slot += 4) {
        const kind = load<i32>(at);
        let value = load<i32>(at, 4);
        if (kind == OPERAND_STREAM) value += start << 2;
        else if (kind == OPERAND_REGISTER) value = <i32>registers + value * (CHUNK_ELEMENTS << 2);
        else if (kind == OPERAND_CHUNK_LENGTH) value = length;
        store<i32>(slot, value);
      }
      dispatch(opcode, args, 0, 1);
    }
  }
}

/**
 * target[part] = a hash of all of source: each thread's value depends on every bit that every other thread wrote before. The hashes of
 * two threads must share no structure: with a mere xor and product, a wrong value is forgotten after a few thousand rounds.
 */
function probe(source: usize, target: usize, part: i32, parts: i32): void {
  let hash: u32 = part + 1;
  for (let i = 0; i < parts; i++) {
    hash = (hash ^ load<u32>(source + (<usize>i << 2))) * 0x85ebca6b;
    hash = (hash ^ (hash >> 15)) * 0xc2b2ae35;
    hash ^= hash >> 13;
  }
  store<u32>(target + (<usize>part << 2), hash);
}
