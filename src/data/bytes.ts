/** @file Bytes of files: taken from what users have, read without going past their end, unpacked within limits. */

import { describe, fail } from '../base/fail.ts';
import { hostModule } from '../base/files.ts';

/** Bytes as users have them. */
export type Bytes = Uint8Array | ArrayBuffer;

/** Where the bytes are, without a copy. */
export function bytesOf(where: string, value: Bytes): Uint8Array {
  // Node's Buffer is a Uint8Array whose slice does not copy.
  if (value instanceof Uint8Array) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return fail(where, 'bytes: a Uint8Array or an ArrayBuffer', describe(value));
}

/** A view for numbers of several bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes in `text`, of which every character is one. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The characters of bytes, one each. */
export function latin1Text(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/**
 * Number of elements of a shape that a file claims, whose elements must lie in `available` bytes.
 *
 * @throws MyelinError before anything of that size is made
 */
export function claimedSize(where: string, shape: readonly number[], elementBytes: number, available: number): number {
  if (shape.includes(0)) return 0;
  let size = 1;
  for (const dimension of shape) {
    size *= dimension;
    if (!(size * elementBytes <= available))
      fail(
        where,
        `${available} bytes of data to hold shape [${shape.join(', ')}]`,
        'too few of them',
        'the file is cut off or damaged.',
      );
  }
  return size;
}

/** Ways to pack. */
export type Packing = 'gzip' | 'deflate' | 'deflate-raw';

/** A byte of deflate stands for at most so many. */
const mostPerByte = 1032;

/** Refuses a claim that packed bytes cannot keep. */
export function checkClaim(where: string, packed: number, claimed: number): void {
  if (claimed > packed * mostPerByte + 64)
    fail(where, `at most ${packed * mostPerByte + 64} bytes out of ${packed} packed ones`, `${claimed}`, 'the file is damaged.');
}

/** Joins pieces. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
}

interface Zlib {
  gunzipSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  inflateSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  inflateRawSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  deflateRawSync(bytes: Uint8Array): Uint8Array;
}

async function collected(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(pieces);
    size += value.length;
    if (size > limit) {
      await reader.cancel().catch(() => {});
      return undefined;
    }
    pieces.push(value);
  }
}

/** Unpacks by the host's zlib, in hosts without streams that unpack. */
function unpackAtOnce(bytes: Uint8Array, packing: Packing, limit: number): Uint8Array {
  const zlib = hostModule<Zlib>('node:zlib');
  if (!zlib) return fail('unpack', 'a host with DecompressionStream', 'none');
  const options = { maxOutputLength: Math.max(1, limit) };
  if (packing === 'gzip') return zlib.gunzipSync(bytes, options);
  return packing === 'deflate' ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options);
}

/**
 * Unpacked bytes.
 *
 * @param limit most bytes that may come out; unpacking stops there
 * @throws MyelinError when the bytes are damaged, cut off, or more than `limit` come out of them
 */
export async function unpack(where: string, bytes: Uint8Array, packing: Packing, limit: number): Promise<Uint8Array> {
  let result: Uint8Array | undefined;
  try {
    if (typeof DecompressionStream === 'undefined') result = unpackAtOnce(bytes, packing, limit);
    else result = await collected(new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream(packing)), limit);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return fail(where, `${packing} data that can be unpacked`, text, 'the file is cut off or damaged.');
  }
  return result ?? fail(where, `at most ${limit} bytes out of ${bytes.length} packed ones`, 'more');
}

/** Bytes packed by deflate, without a header. */
export async function pack(bytes: Uint8Array): Promise<Uint8Array> {
  if (typeof CompressionStream === 'undefined') {
    const zlib = hostModule<Zlib>('node:zlib');
    return zlib ? zlib.deflateRawSync(bytes) : fail('pack', 'a host with CompressionStream', 'none');
  }
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return (await collected(stream, Number.POSITIVE_INFINITY))!;
}

/** Whether bytes are those of a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The bytes inside of a gzip file; bytes that are none as they are.
 *
 * @param limit most bytes that may come out. Default 2³¹ − 1, which is what arrays of all hosts hold
 */
export async function gunzip(bytes: Bytes, limit: number = 2 ** 31 - 1): Promise<Uint8Array> {
  const packed = bytesOf('gunzip', bytes);
  return isGzip(packed) ? unpack('gunzip', packed, 'gzip', limit) : packed;
}
