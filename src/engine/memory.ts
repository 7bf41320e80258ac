/**
 * @file The linear memory that kernels compute in. TypeScript owns every address: builds have no allocator and no static data.
 *
 * Blocks start at multiples of 64 bytes and hold whatever was there before. Views see the memory as it is now; when the
 * memory grows, `epoch` changes and views taken earlier must be taken again (those of unshared memory become empty).
 */

import { describe, fail, failMemory, internal } from '../base/fail.ts';
import { Allocator, UNIT } from './allocator.ts';

/** Bytes of one page of WebAssembly memory. */
export const PAGE = 65536;

/** The most a memory can hold: 4 GiB. A host that cannot reserve so many addresses is asked for less. */
const RESERVATIONS = [65536, 49152, 32768, 16384, 8192, 4096, 2048, 1024];

/** Bytes that 32-bit addresses reach. */
const LARGEST = 2 ** 32;

const GUARD_WORD = 0x7fc0dead;
const GUARD_WORDS = UNIT / 4;

/** How a memory is made. */
export interface MemoryOptions {
  readonly shared: boolean;
  /** Pages at the start. Default 16. */
  readonly initialPages?: number;
  /** Pages it may grow to. Default: as many as the host reserves. */
  readonly maximumPages?: number;
  /** Puts guard words around every block and fills new blocks with NaN, for tests. */
  readonly guard?: boolean;
}

/** Bytes in use, reserved from the host, and the most ever in use. */
export interface MemoryUsage {
  readonly used: number;
  readonly reserved: number;
  readonly peak: number;
}

/** `12.3 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${['B', 'KB', 'MB', 'GB'][power]}`;
}

function reserve({ shared, initialPages: initial = 16, maximumPages }: MemoryOptions): WebAssembly.Memory {
  if (maximumPages !== undefined) return new WebAssembly.Memory({ initial, maximum: maximumPages, shared });
  let refusal: unknown;
  for (const maximum of RESERVATIONS) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared });
    } catch (error) {
      refusal = error;
    }
  }
  const hint = 'the host refused even the smallest reservation; raise its limit on virtual memory.';
  return failMemory('engine', `at least ${RESERVATIONS.at(-1)} pages of memory`, describe(refusal), hint);
}

/** A WebAssembly memory with an allocator and views. */
export class LinearMemory {
  /** What WebAssembly instances import. */
  readonly wasm: WebAssembly.Memory;
  readonly shared: boolean;
  readonly #guard: boolean;
  readonly #maximum: number | undefined;
  /** Changes whenever the memory grew. */
  epoch = 0;
  #buffer: ArrayBuffer;
  #words: Int32Array<ArrayBuffer>;
  #floats: Float32Array<ArrayBuffer>;
  #allocator: Allocator;
  readonly #owned = new WeakMap<object, number[]>();
  readonly #collected = new FinalizationRegistry<number[]>((addresses) => {
    for (const address of addresses.splice(0)) this.free(address);
  });

  constructor(options: MemoryOptions) {
    this.shared = options.shared;
    this.#guard = options.guard ?? false;
    this.#maximum = options.maximumPages;
    this.wasm = reserve(options);
    this.#buffer = this.wasm.buffer;
    this.#words = new Int32Array(this.#buffer);
    this.#floats = new Float32Array(this.#buffer);
    this.#allocator = new Allocator(this.#buffer.byteLength, this.#buffer.byteLength);
  }

  /** Declares that addresses from `base` on are free to be used; what lies below belongs to the build. */
  start(base: number): void {
    this.#allocator = new Allocator(base, this.#buffer.byteLength);
  }

  /** The whole memory as it is now, as 32-bit words. */
  get words(): Int32Array<ArrayBuffer> {
    return this.#words;
  }

  /** The whole memory as it is now, as floats. */
  get floats(): Float32Array<ArrayBuffer> {
    return this.#floats;
  }

  /**
   * Address of a new block of `bytes`, a multiple of 64. Its content is undefined.
   *
   * @param label names the block in error messages
   * @throws OutOfMemoryError when the host gives no more; what was allocated before stays usable
   */
  allocate(bytes: number, label = 'buffer'): number {
    if (!Number.isInteger(bytes) || bytes < 0) fail('engine', `a number of bytes for ${label}`, describe(bytes));
    const size = this.#guard ? roundUp(bytes) + 2 * UNIT : bytes;
    const address = this.#allocator.allocate(size, label) ?? this.#allocateGrown(size, label);
    if (!this.#guard) return address;
    // The words between the end of the data and the guard count as guard, too.
    const words = this.#words.subarray(address / 4, (address + size) / 4);
    words.fill(GUARD_WORD);
    words[0] = bytes;
    return address + UNIT;
  }

  /** Gives a block back. */
  free(address: number): void {
    if (this.#guard) this.#checkGuard(address - UNIT);
    this.#allocator.free(this.#guard ? address - UNIT : address);
  }

  /** Frees the block at `address` when `owner` is collected, or earlier by {@link release}. */
  ownedBy(owner: object, address: number): void {
    const addresses = this.#owned.get(owner);
    if (addresses) addresses.push(address);
    else {
      const list = [address];
      this.#owned.set(owner, list);
      this.#collected.register(owner, list, owner);
    }
  }

  /** Frees now what {@link ownedBy} gave to `owner`. Owners that have nothing are left alone. */
  release(owner: object): void {
    const addresses = this.#owned.get(owner);
    if (!addresses) return;
    this.#collected.unregister(owner);
    this.#owned.delete(owner);
    for (const address of addresses.splice(0)) this.free(address);
  }

  /** `length` floats from `address` on. */
  f32(address: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#buffer, address, length);
  }

  /** `length` 32-bit integers from `address` on. */
  i32(address: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, address, length);
  }

  /** `length` bytes from `address` on. */
  u8(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, address, length);
  }

  /** Labels of all blocks there are. */
  labels(): string[] {
    return Array.from(this.#allocator.blocks(), ({ label }) => label);
  }

  /** Bytes in use, reserved, and the most ever in use. */
  usage(): MemoryUsage {
    return { used: this.#allocator.used, reserved: this.#buffer.byteLength, peak: this.#allocator.peak };
  }

  /** Whether blocks are surrounded by guard words. */
  get isGuarded(): boolean {
    return this.#guard;
  }

  /** Throws when a word before or after a live block was overwritten (guard mode), or the allocator's books do not add up. */
  checkGuards(): void {
    this.#allocator.verify();
    if (this.#guard) for (const { address } of this.#allocator.blocks()) this.#checkGuard(address);
  }

  #checkGuard(address: number): void {
    const size = this.#allocator.sizeOf(address);
    if (size === undefined) internal(`free of ${address + UNIT}, which is not allocated`);
    const bytes = this.#words[address / 4]!;
    const label = () => [...this.#allocator.blocks()].find((block) => block.address === address)?.label;
    for (let word = 1; word < GUARD_WORDS; word++) {
      if (this.#words[address / 4 + word] !== GUARD_WORD)
        internal(`a write ${UNIT - 4 * word} bytes before ${label()} (${bytes} bytes)`);
    }
    for (let word = GUARD_WORDS + Math.ceil(bytes / 4); word < size / 4; word++) {
      if (this.#words[address / 4 + word] !== GUARD_WORD) {
        internal(`a write at byte ${4 * (word - GUARD_WORDS)} of ${label()}, which has ${bytes} bytes`);
      }
    }
  }

  #allocateGrown(bytes: number, label: string): number {
    const missing = Math.ceil((roundUp(bytes) + UNIT - this.#allocator.trailing) / PAGE);
    const current = this.#buffer.byteLength / PAGE;
    // Growing in steps keeps the number of times low that everybody has to take new views.
    const generous = Math.max(missing, Math.min(1024, Math.ceil(current / 4)));
    if (!this.#grow(generous) && !this.#grow(missing)) {
      const { used, reserved } = this.usage();
      const got = `a memory of ${formatBytes(reserved)} with ${formatBytes(used)} in use that cannot grow by ${formatBytes(missing * PAGE)}`;
      const isAtCeiling = reserved + missing * PAGE > LARGEST || this.#maximum !== undefined;
      const hint = `use a smaller batch or model${isAtCeiling ? '' : ', or raise the memory limit of the process'}.`;
      failMemory('engine', `room for ${formatBytes(bytes)} (${label})`, got, hint);
    }
    return this.#allocator.allocate(bytes, label) ?? internal(`no room for ${bytes} bytes after growing`);
  }

  #grow(pages: number): boolean {
    try {
      this.wasm.grow(pages);
    } catch {
      return false;
    }
    this.#buffer = this.wasm.buffer;
    this.#words = new Int32Array(this.#buffer);
    this.#floats = new Float32Array(this.#buffer);
    this.epoch++;
    this.#allocator.extend(this.#buffer.byteLength);
    return true;
  }
}

function roundUp(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / UNIT)) * UNIT;
}
