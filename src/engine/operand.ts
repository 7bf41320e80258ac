/** @file What a kernel's arguments can be in a program: plain numbers, or places that only a fused group knows. */

/** In a fused group: the part of the buffer at `address` that belongs to the current chunk. */
export interface StreamOperand {
  readonly kind: 'stream';
  readonly address: number;
}

/** In a fused group: an intermediate result of one chunk, kept by each thread for itself. */
export interface RegisterOperand {
  readonly kind: 'register';
  readonly index: number;
}

/** In a fused group: the number of elements of the current chunk. */
export interface ChunkLengthOperand {
  readonly kind: 'chunkLength';
}

/** A buffer whose address is not known yet: `program.bind(name, address)` sets it, as often as needed, before a run. */
export interface ExternalOperand {
  readonly kind: 'external';
  readonly name: string;
}

/** A pointer argument: an address in the engine's memory, a buffer bound later, or a place in a fused group. */
export type Pointer = number | ExternalOperand | StreamOperand | RegisterOperand;

/** An integer argument. */
export type Int = number | ChunkLengthOperand;

/** Any argument. */
export type Operand = Pointer | Int;

/** Stands for the length of the current chunk in a fused group. */
export const CHUNK_LENGTH: ChunkLengthOperand = { kind: 'chunkLength' };

/** The chunk of the buffer at `address` that a fused group is at. */
export function stream(address: number): StreamOperand {
  return { kind: 'stream', address };
}

/** Register `index` of a fused group. */
export function register(index: number): RegisterOperand {
  return { kind: 'register', index };
}
