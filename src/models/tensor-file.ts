/**
 * @file What model files and checkpoints have in common: a safetensors file whose metadata says what its tensors are for. `format` is
 * 'myelin', `version` its number, and lists such as `weights` name tensors in order: `"dense/kernel"`, or `[name, key]` where the tensor lies
 * under another key of the file. Other texts of the metadata are the user's.
 */

import { describe, fail } from '../base/fail.ts';
import { scanJSON } from '../base/json-scan.ts';
import type { Tensor } from '../base/tensor.ts';
import { decodeSafetensors, encodeSafetensors } from '../data/safetensors.ts';
import { freeName, type NamedTensor } from './weight-paths.ts';

/** What the metadata of a file must say. */
export const fileFormat = 'myelin';

/** Changes when older versions could not read the file any more. */
export const fileVersion = '1';

/** Levels of JSON a file may have. */
const deepest = 1000;

/** A tensor in a list: its name, which is its key, or both. */
export type Entry = string | readonly [name: string, key: string];

/** Puts a file together. */
export class TensorFileWriter {
  readonly #tensors = new Map<string, Tensor>();

  /** Adds a tensor under a key that no other has, `wanted` if it can be. */
  add(wanted: string, tensor: Tensor): string {
    const key = freeName(this.#tensors, wanted);
    this.#tensors.set(key, tensor);
    return key;
  }

  /** Adds a list of tensors whose keys begin with `prefix`. */
  list(prefix: string, named: readonly NamedTensor[]): Entry[] {
    return named.map(({ name, tensor }) => {
      const key = this.add(prefix + name, tensor);
      return key === name ? name : [name, key];
    });
  }

  /** The file. */
  bytes(metadata: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
    return encodeSafetensors(this.#tensors, { format: fileFormat, version: fileVersion, ...metadata });
  }
}

/** Reads a file. */
export class TensorFileReader {
  readonly where: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly #metadata: ReadonlyMap<string, string>;

  /** @throws MyelinError when the bytes are no safetensors file */
  constructor(where: string, bytes: Uint8Array) {
    const { tensors, metadata } = decodeSafetensors(bytes, where);
    this.where = where;
    this.tensors = tensors;
    this.#metadata = new Map(Object.entries(metadata));
  }

  /** Whether Myelin wrote the file. */
  get isOurs(): boolean {
    return this.#metadata.get('format') === fileFormat;
  }

  /** Refuses files of other programs and of later versions. */
  needFormat(what: string, hint: string): void {
    const format = this.#metadata.get('format');
    if (!this.isOurs) fail(this.where, `${what}, with \`format\` "${fileFormat}"`, describe(format), hint);
    this.needVersion();
  }

  /** Refuses files of later versions. */
  needVersion(): void {
    const version = this.#metadata.get('version');
    if (version === fileVersion) return;
    const isNewer = Number(version) > Number(fileVersion);
    fail(
      this.where,
      `version ${fileVersion}`,
      describe(version),
      isNewer ? 'the file needs a newer version of Myelin.' : undefined,
    );
  }

  /** A text of the metadata. */
  text(name: string): string | undefined {
    return this.#metadata.get(name);
  }

  /** A text of the metadata that is JSON; undefined when there is none. */
  json(name: string): unknown {
    const text = this.#metadata.get(name);
    if (text === undefined) return undefined;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      fail(this.where, `\`${name}\` of JSON`, describe(String(error)));
    }
    const { depth } = scanJSON(text);
    if (depth > deepest) fail(this.where, `\`${name}\` of at most ${deepest} levels`, `${depth}`);
    return json;
  }

  /** A tensor by its key. */
  tensor(path: string, key: unknown): Tensor {
    if (typeof key !== 'string') return fail(this.where, `\`${path}\` to be the name of a tensor`, describe(key));
    return this.tensors.get(key) ?? fail(this.where, `a tensor ${describe(key)}, which \`${path}\` names`, 'none');
  }

  /** The tensors that a list of the metadata names. */
  list(path: string, json: unknown): NamedTensor[] {
    if (!Array.isArray(json)) return fail(this.where, `\`${path}\` to be a list`, typeof json);
    return json.map((entry: unknown, i) => {
      const [name, key] = Array.isArray(entry) ? (entry as unknown[]) : [entry, entry];
      if (typeof name !== 'string') return fail(this.where, `\`${path}[${i}]\` to be a name`, typeof name);
      return { name, tensor: this.tensor(`${path}[${i}]`, key) };
    });
  }
}
