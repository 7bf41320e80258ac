/**
 * @file Hands out ranges of an address space that somebody else owns: a two-level segregated fit (TLSF) over 64-byte units.
 *
 * Free blocks hang in lists by size class, eight classes per power of two, so that allocating and freeing take constant
 * time and waste stays below an eighth. Neighbouring free blocks are always merged.
 */

import { internal } from '../base/fail.ts';

/** Alignment and granularity of every block, in bytes: a cache line. */
export const UNIT = 64;

interface Block {
  address: number;
  bytes: number;
  isFree: boolean;
  label: string;
  /** Neighbours in the order of addresses. */
  before: Block | undefined;
  after: Block | undefined;
  /** Neighbours in the list of a size class. */
  previous: Block | undefined;
  next: Block | undefined;
}

const EXACT_CLASSES = 16;
const CLASS_COUNT = EXACT_CLASSES + 8 * 24;

/** The size class a block of `bytes` belongs to. */
function classOf(bytes: number): number {
  const units = bytes / UNIT;
  if (units < EXACT_CLASSES) return units;
  const power = 31 - Math.clz32(units);
  return EXACT_CLASSES + (power - 4) * 8 + ((units >>> (power - 3)) & 7);
}

/** The first class whose blocks all hold `bytes`. */
function classHolding(bytes: number): number {
  const units = bytes / UNIT;
  if (units < EXACT_CLASSES) return units;
  const step = 1 << (31 - Math.clz32(units) - 3);
  return classOf(Math.ceil(units / step) * step * UNIT);
}

/** An allocator over the addresses from `base` to a growing end. */
export class Allocator {
  readonly base: number;
  #end: number;
  #used = 0;
  #peak = 0;
  #last: Block | undefined;
  readonly #live = new Map<number, Block>();
  readonly #free: (Block | undefined)[] = new Array(CLASS_COUNT).fill(undefined);
  readonly #occupied = new Int32Array(Math.ceil(CLASS_COUNT / 32));

  constructor(base: number, end: number) {
    this.base = Math.ceil(base / UNIT) * UNIT;
    this.#end = this.base;
    this.extend(end);
  }

  /** Bytes in live blocks. */
  get used(): number {
    return this.#used;
  }

  /** The most bytes there ever were in live blocks. */
  get peak(): number {
    return this.#peak;
  }

  /** The first address beyond the allocator's range. */
  get end(): number {
    return this.#end;
  }

  /** Free bytes at the end of the range: what growing need not add. */
  get trailing(): number {
    return this.#last?.isFree ? this.#last.bytes : 0;
  }

  /** Size of the largest free block. */
  get largest(): number {
    let largest = 0;
    for (let block = this.#last; block; block = block.before) if (block.isFree) largest = Math.max(largest, block.bytes);
    return largest;
  }

  /** Makes the addresses up to `end` available. */
  extend(end: number): void {
    const rounded = Math.floor(end / UNIT) * UNIT;
    const bytes = rounded - this.#end;
    if (bytes <= 0) return;
    const last = this.#last;
    if (last?.isFree) {
      this.#unlink(last);
      last.bytes += bytes;
      this.#link(last);
    } else {
      this.#last = newBlock(this.#end, bytes, last);
      if (last) last.after = this.#last;
      this.#link(this.#last);
    }
    this.#end = rounded;
  }

  /** Address of a new block of at least `bytes`, or undefined when no free block is large enough. */
  allocate(bytes: number, label: string): number | undefined {
    const size = Math.max(1, Math.ceil(bytes / UNIT)) * UNIT;
    const block = this.#find(size);
    if (!block) return undefined;
    this.#unlink(block);
    if (block.bytes > size) this.#split(block, size);
    block.isFree = false;
    block.label = label;
    this.#live.set(block.address, block);
    this.#used += size;
    this.#peak = Math.max(this.#peak, this.#used);
    return block.address;
  }

  /** Gives a block back. The address must come from {@link allocate} and not have been freed since. */
  free(address: number): void {
    const block = this.#live.get(address);
    if (!block) internal(`free of ${address}, which is not allocated`);
    this.#live.delete(address);
    this.#used -= block.bytes;
    block.isFree = true;
    const { before, after } = block;
    if (after?.isFree) this.#absorb(block, after);
    if (before?.isFree) {
      this.#unlink(before);
      this.#absorb(before, block);
      this.#link(before);
    } else this.#link(block);
  }

  /** Bytes of a live block, or undefined for an address that is none. */
  sizeOf(address: number): number | undefined {
    return this.#live.get(address)?.bytes;
  }

  /** Live blocks, in no particular order. */
  *blocks(): Generator<{ address: number; bytes: number; label: string }> {
    yield* this.#live.values();
  }

  /** Throws unless the blocks cover the range without gap or overlap, no two free ones touch, and the lists agree. */
  verify(): void {
    let expected = this.#end;
    let used = 0;
    const free = new Set<Block>();
    for (let block = this.#last; block; block = block.before) {
      if (block.address + block.bytes !== expected)
        internal(`block at ${block.address} does not meet its neighbour at ${expected}`);
      if (block.isFree && block.after?.isFree) internal(`free neighbours at ${block.address}`);
      if (block.isFree) free.add(block);
      else used += block.bytes;
      expected = block.address;
    }
    if (expected !== this.base && this.#last) internal('the first block does not start at the base');
    if (used !== this.#used) internal(`${used} bytes in use, counted ${this.#used}`);
    for (const [index, first] of this.#free.entries()) {
      const isOccupied = ((this.#occupied[index >>> 5]! >>> (index & 31)) & 1) === 1;
      if (isOccupied !== (first !== undefined)) internal(`class ${index} is marked wrongly`);
      for (let block = first; block; block = block.next) {
        if (!free.delete(block) || classOf(block.bytes) !== index) internal(`wrong block in class ${index}`);
      }
    }
    if (free.size) internal('a free block is in no list');
  }

  #find(bytes: number): Block | undefined {
    const start = classHolding(bytes);
    for (let word = start >>> 5; word < this.#occupied.length; word++) {
      let bits = this.#occupied[word]!;
      if (word === start >>> 5) bits &= -1 << (start & 31);
      if (bits) return this.#free[word * 32 + 31 - Math.clz32(bits & -bits)];
    }
    // The class just below holds blocks of this size and smaller ones: better than growing.
    for (let block = this.#free[classOf(bytes)]; block; block = block.next) if (block.bytes >= bytes) return block;
    return undefined;
  }

  #split(block: Block, bytes: number): void {
    const rest = newBlock(block.address + bytes, block.bytes - bytes, block);
    rest.after = block.after;
    if (rest.after) rest.after.before = rest;
    else this.#last = rest;
    block.after = rest;
    block.bytes = bytes;
    this.#link(rest);
  }

  /** Joins `after` to `block`, its neighbour in front, which is in no list at this moment. */
  #absorb(block: Block, after: Block): void {
    if (after.previous || after.next || this.#free[classOf(after.bytes)] === after) this.#unlink(after);
    block.bytes += after.bytes;
    block.after = after.after;
    if (block.after) block.after.before = block;
    else this.#last = block;
  }

  #link(block: Block): void {
    const index = classOf(block.bytes);
    const first = this.#free[index];
    block.previous = undefined;
    block.next = first;
    if (first) first.previous = block;
    this.#free[index] = block;
    this.#occupied[index >>> 5]! |= 1 << (index & 31);
  }

  #unlink(block: Block): void {
    const { previous, next } = block;
    if (next) next.previous = previous;
    if (previous) previous.next = next;
    else {
      const index = classOf(block.bytes);
      this.#free[index] = next;
      if (!next) this.#occupied[index >>> 5]! &= ~(1 << (index & 31));
    }
    block.previous = undefined;
    block.next = undefined;
  }
}

function newBlock(address: number, bytes: number, before: Block | undefined): Block {
  return { address, bytes, isFree: true, label: '', before, after: undefined, previous: undefined, next: undefined };
}
