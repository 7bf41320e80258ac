/**
 * @file Buffers in a kernel's memory with guard bytes around each, at any 4-byte alignment. `check` finds a write that missed.
 */

import type { LoadedKernels } from './engine.ts';

const GUARD = 0xa5;
const GUARD_BYTES = 64;

/** A buffer: its address, its values, and its float32 values as bits. */
export interface Block<View> {
  readonly pointer: number;
  readonly view: View;
  readonly bits: Uint32Array;
}

/** Hands out buffers one after the other until `reset`. */
export class GuardedMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #base: number;
  #end: number;
  #blocks: { start: number; stop: number }[] = [];

  constructor({ memory, base }: Pick<LoadedKernels, 'memory' | 'base'>) {
    this.#memory = memory;
    this.#base = base;
    this.#end = base;
  }

  /** Takes every buffer back. */
  reset(): void {
    this.#end = this.#base;
    this.#blocks = [];
  }

  /** `values`, or that many untouched floats, `shift` × 4 bytes past a 16-byte boundary. */
  f32(values: number | ArrayLike<number>, shift = 0): Block<Float32Array> {
    const n = typeof values === 'number' ? values : values.length;
    const pointer = this.#take(4 * n, 4 * shift);
    const view = new Float32Array(this.#memory.buffer, pointer, n);
    if (typeof values !== 'number') view.set(values);
    return { pointer, view, bits: new Uint32Array(this.#memory.buffer, pointer, n) };
  }

  /** The same for int32. */
  i32(values: number | ArrayLike<number>, shift = 0): Block<Int32Array> {
    const n = typeof values === 'number' ? values : values.length;
    const pointer = this.#take(4 * n, 4 * shift);
    const view = new Int32Array(this.#memory.buffer, pointer, n);
    if (typeof values !== 'number') view.set(values);
    return { pointer, view, bits: new Uint32Array(this.#memory.buffer, pointer, n) };
  }

  /** The same for bytes; `shift` counts bytes, and `bits` stays empty. */
  u8(values: number | ArrayLike<number>, shift = 0): Block<Uint8Array> {
    const n = typeof values === 'number' ? values : values.length;
    const pointer = this.#take(n, shift);
    const view = new Uint8Array(this.#memory.buffer, pointer, n);
    if (typeof values !== 'number') view.set(values);
    return { pointer, view, bits: new Uint32Array() };
  }

  /** Throws if a byte outside of the buffers changed. */
  check(): void {
    const bytes = new Uint8Array(this.#memory.buffer);
    let at = this.#base;
    for (const { start, stop } of [...this.#blocks, { start: this.#end, stop: this.#end }]) {
      for (; at < start; at++) {
        if (bytes[at] !== GUARD) throw new Error(`guard byte ${at - stop} of a buffer was overwritten with ${bytes[at]}`);
      }
      at = stop;
    }
  }

  #take(size: number, shift: number): number {
    const start = this.#end + GUARD_BYTES + shift;
    const stop = start + size;
    const end = (stop + GUARD_BYTES + 15) & ~15;
    const bytes = new Uint8Array(this.#memory.buffer);
    if (end > bytes.length) throw new Error(`the test needs more memory than ${bytes.length} bytes`);
    bytes.fill(GUARD, this.#end, end);
    this.#end = end;
    this.#blocks.push({ start, stop });
    return start;
  }
}
