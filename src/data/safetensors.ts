/**
 * @file The safetensors format: a header of JSON that says what each tensor is and where it lies, then the elements, row by row and
 * little-endian. A file may come from a stranger: nothing of it is believed before it was checked, and no more memory is taken than the
 * file is long. Source: huggingface/safetensors, `README.md`.
 */

import { describe, fail } from '../base/fail.ts';
import { scanJSON } from '../base/json-scan.ts';
import { bytesOf } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { type FileDType, fileDTypes, fileNames } from './safetensors-dtypes.ts';

/** What a safetensors file holds. */
export interface SafetensorsContent {
  readonly tensors: Map<string, Tensor>;
  /** Texts that go with them; none in many files. */
  readonly metadata: Record<string, string>;
}

/** Bytes a header may have, as in the reference reader. */
const longestHeader = 100_000_000;

const metadataKey = '__metadata__';

/**
 * The bytes of a safetensors file with these tensors. float32, int32 and uint8 are written as F32, I32 and U8. The data begins at a multiple
 * of 8 bytes, wider elements first, so that every tensor is aligned.
 *
 * @param tensors the tensors by name; the header keeps their order
 * @param metadata texts to go with them
 * @throws MyelinError for a value that is no tensor, metadata that is no text, the name `__metadata__`, and a header of more than 100 MB
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const where = 'encodeSafetensors';
  const list: (readonly [string, Tensor])[] = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  for (const [name, tensor] of list) {
    if (typeof name !== 'string' || name === metadataKey)
      fail(where, `names of tensors other than "${metadataKey}"`, describe(name));
    if (!(tensor instanceof Tensor)) fail(where, `a tensor as ${describe(name)}`, describe(tensor));
  }
  for (const [name, text] of Object.entries(metadata ?? {})) {
    if (typeof text === 'string') continue;
    fail(where, `a text as metadata ${describe(name)}`, describe(text), 'JSON.stringify makes one of other values.');
  }
  const starts = new Array<number>(list.length);
  let size = 0;
  for (const width of [4, 1]) {
    list.forEach(([, { dtype, data }], i) => {
      if (bytesOf(dtype) !== width) return;
      starts[i] = size;
      size += data.byteLength;
    });
  }
  const entries: (readonly [string, unknown])[] = metadata ? [[metadataKey, metadata]] : [];
  list.forEach(([name, { dtype, shape, data }], i) => {
    entries.push([name, { dtype: fileNames[dtype], shape, data_offsets: [starts[i], starts[i]! + data.byteLength] }]);
  });
  // As an object they would lose their order where names are numbers.
  const text = entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join();
  const header = new TextEncoder().encode(`{${text}}`);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  if (start - 8 > longestHeader) fail(where, `a header of at most ${longestHeader} bytes`, `${start - 8}`);
  const bytes = new Uint8Array(start + size);
  // The upper half of the length stays 0.
  new DataView(bytes.buffer).setUint32(0, start - 8, true);
  bytes.set(header, 8);
  bytes.fill(0x20, 8 + header.length, start);
  list.forEach(([, { data }], i) => {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + starts[i]!);
  });
  return bytes;
}

/** A tensor as the header tells of it, checked by itself. */
interface Entry {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** Reads one file. */
class Decoder {
  readonly #where: string;
  readonly #bytes: Uint8Array;

  constructor(where: string, bytes: Uint8Array) {
    this.#where = where;
    this.#bytes = bytes;
  }

  content(): SafetensorsContent {
    const length = this.#headerLength();
    const header = this.#header(length);
    const metadata = this.#metadata(header[metadataKey]);
    const entries = Object.entries(header).flatMap(([name, json]) => (name === metadataKey ? [] : [this.#entry(name, json)]));
    this.#checkCover(entries, this.#bytes.length - 8 - length);
    const tensors = new Map(entries.map((entry) => [entry.name, this.#tensor(entry, 8 + length)]));
    return { tensors, metadata };
  }

  #headerLength(): number {
    const bytes = this.#bytes;
    if (bytes.length < 8) this.#fail('a file of at least 8 bytes', `${bytes.length}`);
    const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    const hint = 'is this a safetensors file, and was it read to its end?';
    if (length > longestHeader) this.#fail(`a header of at most ${longestHeader} bytes`, `${length}`, hint);
    if (Number(length) > bytes.length - 8)
      this.#fail(`a header within the file of ${bytes.length} bytes`, `${length} bytes`, hint);
    return Number(length);
  }

  #header(length: number): Readonly<Record<string, unknown>> {
    const part = this.#bytes.subarray(8, 8 + length);
    let text: string;
    let json: unknown;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part);
      json = JSON.parse(text);
    } catch (error) {
      return this.#fail('a header of JSON', describe(String(error)));
    }
    if (!isObject(json) || part[0] !== 0x7b) return this.#fail('a header that is a JSON object', typeof json);
    const { duplicate, depth } = scanJSON(text);
    if (duplicate !== undefined) this.#fail('a header without a key that occurs twice', describe(duplicate));
    // The header, a tensor, its shape.
    if (depth > 3) this.#fail('a header of three levels', `${depth}`);
    return json;
  }

  #metadata(json: unknown): Record<string, string> {
    if (json === undefined) return {};
    if (!isObject(json)) return this.#fail('metadata that is an object of texts', describe(json));
    for (const [name, text] of Object.entries(json)) {
      if (typeof text !== 'string') this.#fail(`a text as metadata ${describe(name)}`, describe(text));
    }
    return json as Record<string, string>;
  }

  #entry(name: string, json: unknown): Entry {
    const refuse = (expected: string, got: unknown): never => this.#fail(`tensor ${describe(name)} ${expected}`, describe(got));
    if (!isObject(json)) return refuse('to be an object', json);
    const known = ['dtype', 'shape', 'data_offsets'];
    const other = Object.keys(json).find((key) => !known.includes(key));
    if (other !== undefined) refuse(`of ${known.join(', ')}`, other);
    const dtype = typeof json.dtype === 'string' ? fileDTypes.get(json.dtype) : undefined;
    if (!dtype) return refuse(`of one of the types ${[...fileDTypes.keys()].join(', ')}`, json.dtype);
    const shape = wholeNumbers(json.shape) ?? refuse('with a `shape` of whole numbers >= 0', json.shape);
    const offsets = wholeNumbers(json.data_offsets);
    if (offsets?.length !== 2) return refuse('with two `data_offsets`', json.data_offsets);
    const [start, end] = offsets as [number, number];
    let size = dtype.bytes;
    for (const dimension of shape) {
      size *= dimension;
      if (!Number.isSafeInteger(size)) refuse('of a size that can be counted', shape);
    }
    if (end - start !== size) refuse(`of ${size} bytes`, end - start);
    return { name, dtype, shape, start, end };
  }

  /** Refuses holes between tensors and tensors that overlap. */
  #checkCover(entries: readonly Entry[], size: number): void {
    let next = 0;
    for (const { name, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
      if (start !== next)
        this.#fail(`tensor ${describe(name)} to begin at byte ${next} of the data, where the one before ends`, `${start}`);
      next = end;
    }
    if (next !== size)
      this.#fail(`data of ${next} bytes, which is where the last tensor ends`, `${size}`, 'was the file read to its end?');
  }

  #tensor({ name, dtype, shape, start, end }: Entry, base: number): Tensor {
    // A copy, because data may begin anywhere; its first byte is aligned.
    const data = new Uint8Array(this.#bytes.subarray(base + start, base + end)).buffer;
    const elements = dtype.read(data, (index, value) =>
      this.#fail(`tensor ${describe(name)} of elements in range`, `${value} as element ${index}`),
    );
    return new Tensor(elements, shape);
  }

  #fail(expected: string, got: string, hint?: string): never {
    return fail(this.#where, expected, got, hint);
  }
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function wholeNumbers(json: unknown): readonly number[] | undefined {
  const isList = Array.isArray(json) && json.every((one) => Number.isSafeInteger(one) && one >= 0 && !Object.is(one, -0));
  return isList ? (json as number[]) : undefined;
}

/**
 * The tensors and metadata of a safetensors file. F32, F64, F16 and BF16 become float32 (F64 rounded to the nearest), integers int32, U8 and
 * BOOL uint8.
 *
 * @param where what errors name
 * @throws MyelinError telling what is wrong with the file, with the tensor's name: a length, JSON that is none, a key twice, a type that is not
 *   known, sizes that do not go with the shape, tensors that overlap or leave holes, and integers that int32 cannot hold
 */
export function decodeSafetensors(bytes: Uint8Array, where = 'decodeSafetensors'): SafetensorsContent {
  if (!(bytes instanceof Uint8Array)) fail(where, 'the bytes of a file as a Uint8Array', describe(bytes));
  return new Decoder(where, bytes).content();
}
