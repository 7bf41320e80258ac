/**
 * @file Programs: flat lists of kernel calls in linear memory, and the writer that makes them.
 *
 * `part` and `parts` never appear here: the runner passes them. Instructions between two barriers may run in any order
 * relative to each other, so whoever writes a program puts a barrier before an instruction that reads or overwrites what
 * another thread may have written or may still read.
 */

import { describe, internal } from '../base/fail.ts';
import {
  CHUNK_ELEMENTS,
  type Emitter,
  type KernelRecord,
  kernelRecords,
  OP_BARRIER,
  OP_END,
  OP_FUSED,
  OP_PROBE,
  OPERAND_CHUNK_LENGTH,
  OPERAND_LITERAL,
  OPERAND_REGISTER,
  OPERAND_STREAM,
  THREAD_ARGUMENT_BYTES,
} from './generated/kernels.ts';
import type { LinearMemory } from './memory.ts';
import type { Operand } from './operand.ts';
import { ThreadChoice } from './thread-choice.ts';

/** A finished program. Its words are freed when it is collected. */
export class Program {
  readonly memory: LinearMemory;
  readonly address: number;
  /** Number of 32-bit words. */
  readonly length: number;
  /** Floating-point operations plus bytes moved, roughly: decides from what size on threads are tried. */
  readonly work: number;
  /** The most threads its scratch buffers were made for. */
  readonly maxParts: number;
  /** How many threads run it, as far as that is known. */
  readonly choice: ThreadChoice;

  readonly #externals: ReadonlyMap<string, readonly number[]>;

  constructor(
    memory: LinearMemory,
    words: readonly number[],
    work: number,
    maxParts: number,
    label: string,
    externals: ReadonlyMap<string, readonly number[]> = new Map(),
  ) {
    this.memory = memory;
    this.#externals = externals;
    this.length = words.length;
    this.work = work;
    this.maxParts = maxParts;
    this.choice = new ThreadChoice(work);
    this.address = memory.allocate(4 * words.length, label);
    memory.i32(this.address, words.length).set(words);
    memory.ownedBy(this, this.address);
  }

  /** Sets the address of the buffer that the program knows as `name`; a program that does not read it stays as it is. */
  bind(name: string, address: number): void {
    const words = this.memory.i32(this.address, this.length);
    for (const at of this.#externals.get(name) ?? []) words[at] = address | 0;
  }

  /** Frees the program now, and whatever else belongs to it by `memory.ownedBy(program, address)`. */
  release(): void {
    this.memory.release(this);
  }
}

type Append = (record: KernelRecord, operands: readonly Operand[]) => void;

/** One method per kernel, made from the manifest once. */
class KernelMethods {
  readonly append: Append;

  constructor(append: Append) {
    this.append = append;
  }
}

for (const record of kernelRecords) {
  Object.defineProperty(KernelMethods.prototype, record.name, {
    value(this: KernelMethods, ...operands: Operand[]) {
      this.append(record, operands);
    },
  });
}

function emitter(append: Append): Emitter {
  return new KernelMethods(append) as unknown as Emitter;
}

const typesOf = new Map(kernelRecords.map(({ name, parameters }) => [name, parameters.split(' ').map((text) => text.slice(-1))]));
const bits = new DataView(new ArrayBuffer(4));

/** The bits of a float32, as an integer. */
function floatBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}

/** What a writer can be told. */
export interface WriterOptions {
  /** The most threads the program's scratch buffers have room for. */
  readonly maxParts: number;
  /** Names the program in error messages. */
  readonly label?: string;
}

/** Writes a program: `writer.k.add(…)` appends a kernel call, `finish()` puts the whole into memory. */
export class ProgramWriter {
  readonly memory: LinearMemory;
  readonly maxParts: number;
  /** Estimate of floating-point operations plus bytes moved; the caller adds to it. */
  work = 0;
  /** Appends one kernel call per method call. */
  readonly k: Emitter;
  readonly #label: string;
  readonly #words: number[] = [];
  readonly #externals = new Map<string, number[]>();
  #isFusing = false;

  constructor(memory: LinearMemory, options: WriterOptions) {
    this.memory = memory;
    this.maxParts = options.maxParts;
    this.#label = options.label ?? 'program';
    this.k = emitter((record, operands) => {
      if (this.#isFusing) internal(`${record.name} belongs into the fused group that is being written`);
      const types = checkedTypes(record, operands);
      this.#words.push(record.opcode, types.length + 2);
      operands.forEach((operand, i) => {
        if (typeof operand !== 'number' && operand.kind === 'external') {
          this.#externals.set(operand.name, [...(this.#externals.get(operand.name) ?? []), this.#words.length]);
          this.#words.push(0);
          return;
        }
        const { kind, value } = encode(record, types[i]!, operand);
        if (kind !== OPERAND_LITERAL) internal(`${record.name}: ${describe(operand)} outside of a fused group`);
        this.#words.push(value);
      });
    });
  }

  /** Number of words so far. */
  get length(): number {
    return this.#words.length;
  }

  /** Separates instructions: what comes next sees all that came before, on every thread. */
  barrier(): void {
    this.#words.push(OP_BARRIER, 2);
  }

  /**
   * Runs a chain of elementwise kernels over `n` elements, chunk by chunk.
   *
   * @param scratch address of `maxParts` × `registers` × CHUNK_ELEMENTS floats; 0 when there are no registers
   * @param record calls the kernels in order, with streams, registers and CHUNK_LENGTH among the arguments
   */
  fused(n: number, scratch: number, registers: number, record: (k: Emitter) => void): void {
    const words = this.#words;
    const start = words.length;
    words.push(OP_FUSED, 0, n, 0, scratch, registers);
    let count = 0;
    const append: Append = (kernel, operands) => {
      const types = checkedTypes(kernel, operands);
      if (!kernel.parallel) internal(`${kernel.name} runs on one thread only: not in a fused group`);
      if (4 * types.length > THREAD_ARGUMENT_BYTES) internal(`${kernel.name} has too many parameters for a fused group`);
      words.push(kernel.opcode, types.length);
      operands.forEach((operand, i) => {
        const { kind, value } = encode(kernel, types[i]!, operand);
        if (kind === OPERAND_REGISTER && (value < 0 || value >= registers))
          internal(`${kernel.name}: register ${value} of ${registers}`);
        words.push(kind, value);
      });
      count++;
    };
    this.#isFusing = true;
    try {
      record(emitter(append));
    } finally {
      this.#isFusing = false;
    }
    words[start + 1] = words.length - start;
    words[start + 3] = count;
  }

  /** Hashes every thread's slot of `source` into this thread's slot of `target`: for testing that threads keep step, see {@link probed}. */
  probe(source: number, target: number): void {
    this.#words.push(OP_PROBE, 4, source, target);
  }

  /** Ends the program and puts it into memory. */
  finish(): Program {
    return new Program(this.memory, [...this.#words, OP_END, 2], this.work, this.maxParts, this.#label, this.#externals);
  }
}

/** MurmurHash3's finish of a hash and a value. */
function mixed(hash: number, value: number): number {
  const first = Math.imul(hash ^ value, 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 15), 0xc2b2ae35);
  return second ^ (second >>> 13);
}

/** What `probe` instructions leave behind: the next values of all threads from the present ones. */
export function probed(source: readonly number[]): number[] {
  return source.map((_, part) => source.reduce(mixed, part + 1));
}

function checkedTypes(record: KernelRecord, operands: readonly Operand[]): string[] {
  const types = typesOf.get(record.name)!;
  if (operands.length !== types.length) internal(`${record.name} takes ${types.length} arguments, not ${operands.length}`);
  return types;
}

function encode(record: KernelRecord, type: string, operand: Operand): { kind: number; value: number } {
  if (typeof operand !== 'number') {
    if (type === 'p' && operand.kind === 'stream') return { kind: OPERAND_STREAM, value: operand.address | 0 };
    if (type === 'p' && operand.kind === 'register') return { kind: OPERAND_REGISTER, value: operand.index };
    if (type === 'i' && operand.kind === 'chunkLength') return { kind: OPERAND_CHUNK_LENGTH, value: 0 };
    return internal(`${record.name}: ${operand.kind} where \`${record.parameters}\` has type ${type}`);
  }
  if (type === 'f') return { kind: OPERAND_LITERAL, value: floatBits(operand) };
  const isInRange = type === 'p' ? operand >= 0 && operand < 2 ** 32 : operand >= -(2 ** 31) && operand < 2 ** 31;
  if (!Number.isInteger(operand) || !isInRange)
    internal(`${record.name}: ${operand} where \`${record.parameters}\` has type ${type}`);
  return { kind: OPERAND_LITERAL, value: operand | 0 };
}

/** Bytes of scratch that a fused group with `registers` needs on `parts` threads. */
export function fusedScratchBytes(registers: number, parts: number): number {
  return 4 * CHUNK_ELEMENTS * registers * parts;
}
