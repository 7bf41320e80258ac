/** @file Programs as text, one instruction per line: for debugging, and for tests that say what a compiler should emit. */

import { internal } from '../base/fail.ts';
import {
  type KernelRecord,
  kernelRecords,
  OP_BARRIER,
  OP_END,
  OP_FUSED,
  OP_PROBE,
  OPERAND_CHUNK_LENGTH,
  OPERAND_REGISTER,
  OPERAND_STREAM,
} from './generated/kernels.ts';
import type { Program } from './program.ts';

const recordOf = new Map(kernelRecords.map((record) => [record.opcode, record]));
const bits = new DataView(new ArrayBuffer(4));

function literal(type: string, value: number): string {
  if (type === 'p') return `@${value >>> 0}`;
  if (type === 'i') return String(value);
  bits.setInt32(0, value);
  return String(bits.getFloat32(0));
}

function operand(type: string, kind: number, value: number): string {
  if (kind === OPERAND_STREAM) return `stream(${value >>> 0})`;
  if (kind === OPERAND_REGISTER) return `r${value}`;
  if (kind === OPERAND_CHUNK_LENGTH) return 'chunk';
  return literal(type, value);
}

function call(record: KernelRecord, text: (type: string, index: number) => string): string {
  const parameters = record.parameters ? record.parameters.split(' ') : [];
  return [record.name, ...parameters.map((entry, i) => `${entry.slice(0, -2)}=${text(entry.slice(-1), i)}`)].join(' ');
}

function kernel(opcode: number): KernelRecord {
  return recordOf.get(opcode) ?? internal(`opcode ${opcode} in a program`);
}

/** The instructions of a program, one per line; those of a fused group are indented below it. */
export function format(program: Program): string {
  const words = program.memory.i32(program.address, program.length);
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += words[at + 1]!) {
    const opcode = words[at]!;
    if (opcode === OP_END) lines.push('end');
    else if (opcode === OP_BARRIER) lines.push('barrier');
    else if (opcode === OP_PROBE) lines.push(`probe source=@${words[at + 2]! >>> 0} target=@${words[at + 3]! >>> 0}`);
    else if (opcode === OP_FUSED) {
      const [n, count, scratch, registers] = words.subarray(at + 2, at + 6) as unknown as [number, number, number, number];
      lines.push(`fused n=${n} scratch=@${scratch >>> 0} registers=${registers}`);
      for (let i = 0, sub = at + 6; i < count; i++, sub += 2 + 2 * words[sub + 1]!) {
        const start = sub + 2;
        lines.push(
          `  ${call(kernel(words[sub]!), (type, j) => operand(type, words[start + 2 * j]!, words[start + 2 * j + 1]!))}`,
        );
      }
    } else {
      const start = at + 2;
      lines.push(call(kernel(opcode), (type, i) => literal(type, words[start + i]!)));
    }
  }
  return lines.join('\n');
}
