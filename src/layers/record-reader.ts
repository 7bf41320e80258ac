/**
 * @file Layers from JSON, see `record.ts` for what it looks like. A file may come from a stranger: nothing in it is run, everything is
 * checked, and whatever a constructor does not like is an error that names the layer.
 */

import { fromBase64 } from '../base/base64.ts';
import { describe, fail, MyelinError } from '../base/fail.ts';
import { nearestName } from '../base/names.ts';
import { newArray, Tensor } from '../base/tensor.ts';
import { Layer } from './layer.ts';
import { arrayTypes, forbiddenKeys, nestedLayers } from './record.ts';
import { isLayerClass, type LayerClass } from './registry.ts';

/** Something a saved model may name that is not built in: a class of layers, or a function (an activation, an initializer's maker). */
export interface CustomObject {
  readonly type: string;
}

/** An object of a file, whose keys have been looked at. */
export type Fields = Readonly<Record<string, unknown>>;

/** Levels a file may be deep. A model takes four per model it lies in. */
const deepest = 200;

/** Reads the layers of one model. What models are is up to those who know them. */
export abstract class RecordReader {
  /** What error messages name. */
  readonly where: string;
  readonly #classes: ReadonlyMap<string, LayerClass>;
  readonly #customs = new Map<string, (options?: unknown) => unknown>();
  readonly #known = new Map<number, Layer>();
  readonly #later: (() => void)[] = [];
  #depth = 0;

  constructor(where: string, builtIn: ReadonlyMap<string, LayerClass>, customObjects: readonly CustomObject[] = []) {
    this.where = where;
    const classes = new Map(builtIn);
    if (!Array.isArray(customObjects)) fail(where, '`customObjects` to be a list of classes', describe(customObjects));
    for (const one of customObjects) {
      if (typeof (one as unknown) !== 'function' || typeof one.type !== 'string' || !Object.hasOwn(one, 'type'))
        fail(where, '`customObjects` to be classes with a `static type`', describe(one));
      if (isLayerClass(one)) classes.set(one.type, one);
      else this.#customs.set(one.type, one as CustomObject & ((options?: unknown) => unknown));
    }
    this.#classes = classes;
  }

  /** Refuses the file. */
  fail(path: string, expected: string, got: unknown, hint?: string): never {
    return fail(this.where, `\`${path}\` to be ${expected}`, describe(got), hint);
  }

  /** An object with keys among `known`. */
  fields(path: string, json: unknown, known: readonly string[]): Fields {
    const object = this.#object(path, json);
    for (const key of Object.keys(object)) {
      if (known.includes(key)) continue;
      const near = nearestName(key, known);
      this.fail(path, `an object of ${known.join(', ')}`, key, near && `did you mean "${near}"?`);
    }
    return object;
  }

  #object(path: string, json: unknown): Fields {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return this.fail(path, 'an object', json);
    const prototype = Object.getPrototypeOf(json);
    if (prototype !== Object.prototype && prototype !== null) return this.fail(path, 'a plain object', json);
    const bad = Object.keys(json).find((key) => forbiddenKeys.includes(key));
    return bad === undefined ? (json as Fields) : fail(this.where, `no key "${bad}" in \`${path}\``, 'one');
  }

  list(path: string, json: unknown): readonly unknown[] {
    return Array.isArray(json) ? json : this.fail(path, 'a list', json);
  }

  text(path: string, json: unknown): string {
    return typeof json === 'string' && json !== '' ? json : this.fail(path, 'a non-empty text', json);
  }

  index(path: string, json: unknown): number {
    return Number.isSafeInteger(json) && (json as number) >= 0 ? (json as number) : this.fail(path, 'a whole number >= 0', json);
  }

  /** Calls code that checks its arguments for itself; what it throws by mistake becomes a refusal too. */
  guarded<T>(path: string, what: string, make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (error instanceof MyelinError) throw error;
      return fail(this.where, `\`${path}\` that ${what} accepts`, `one it fails with (${describe(String(error))})`);
    }
  }

  /** Runs what `read` returns, one level deeper in the file. */
  #deeper<T>(path: string, read: () => T): T {
    if (this.#depth >= deepest) fail(this.where, `at most ${deepest} levels`, 'more', `at \`${path.slice(0, 60)}…\`.`);
    this.#depth++;
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }

  /** A layer that was written by a RecordWriter. */
  layer(path: string, json: unknown): Layer {
    return this.#deeper(path, () => {
      const record = this.fields(path, json, ['type', 'options', 'id', 'shared', 'trainable', 'layers', 'network']);
      if (record.shared !== undefined) {
        const id = this.index(`${path}.shared`, record.shared);
        return this.#known.get(id) ?? this.fail(`${path}.shared`, 'the id of a layer that comes before', id);
      }
      const type = this.text(`${path}.type`, record.type);
      const Class = this.#classes.get(type) ?? this.#failUnknown(`${path}.type`, type);
      const options = { ...this.options(`${path}.options`, record.options), ...this.parts(path, record, Class) };
      const layer = this.guarded(`${path}.options`, type, () => new Class(options as never) as unknown);
      if (!(layer instanceof Layer)) return this.fail(path, 'a layer', layer);
      if (record.id !== undefined) this.#remember(path, record.id, layer);
      this.#setTrainable(path, layer, record.trainable);
      return layer;
    });
  }

  /** What a layer is made of besides its options: the layers of a model. */
  protected abstract parts(path: string, record: Fields, type: LayerClass): object;

  /** Does what had to wait until all layers are built. */
  finish(): void {
    for (const step of this.#later) step();
  }

  #failUnknown(path: string, type: string): never {
    const near = nearestName(type, this.#classes.keys());
    const hint = near ? `did you mean '${near}'? A class of your own goes into \`customObjects\`.` : undefined;
    return this.fail(path, 'a layer that is known', type, hint ?? 'give its class in `customObjects`.');
  }

  #remember(path: string, json: unknown, layer: Layer): void {
    const id = this.index(`${path}.id`, json);
    if (this.#known.has(id)) this.fail(`${path}.id`, 'a number that no other layer has', id);
    this.#known.set(id, layer);
  }

  #setTrainable(path: string, layer: Layer, json: unknown): void {
    if (json === undefined) return;
    const flags = this.list(`${path}.trainable`, json);
    for (const flag of flags) if (typeof flag !== 'boolean') this.fail(`${path}.trainable`, 'a list of true and false', flag);
    // Some layers make others only when they are built.
    this.#later.push(() => {
      const inner = nestedLayers(layer);
      // Those of a layer that is still to be built cannot be told.
      if (inner.length !== flags.length && layer.isBuilt)
        fail(this.where, `\`${path}.trainable\` for ${inner.length} layers`, `a list of ${flags.length}`);
      inner.forEach((one, i) => {
        one.trainable = flags[i] as boolean;
      });
    });
  }

  /** Options that a RecordWriter wrote. */
  options(path: string, json: unknown): Record<string, unknown> {
    const options: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(this.#object(path, json))) options[key] = this.#value(`${path}.${key}`, value);
    return options;
  }

  #value(path: string, json: unknown): unknown {
    if (typeof json === 'function' || typeof json === 'symbol' || typeof json === 'bigint' || json === undefined)
      return this.fail(path, 'what JSON can hold', json);
    if (typeof json !== 'object' || json === null) return json;
    return this.#deeper(path, () => {
      if (Array.isArray(json)) return json.map((one, i) => this.#value(`${path}[${i}]`, one));
      const object = this.#object(path, json);
      const tag = Object.keys(object).find((key) => key.startsWith('$'));
      if (tag !== undefined) return this.#tagged(path, tag, object);
      const values = this.options(path, object);
      const { type, options, ...others } = values;
      const make = typeof type === 'string' && Object.keys(others).length === 0 ? this.#customs.get(type) : undefined;
      return make ? this.guarded(path, String(type), () => make(options)) : values;
    });
  }

  #tagged(path: string, tag: string, object: Fields): unknown {
    this.fields(path, object, [tag]);
    const value = object[tag];
    const at = `${path}.${tag}`;
    switch (tag) {
      case '$number':
        if (!['NaN', 'Infinity', '-Infinity', '-0'].includes(value as string))
          this.fail(at, 'NaN, Infinity, -Infinity or -0', value);
        return Number(value);
      case '$layer':
        return this.layer(at, value);
      case '$function':
        return this.#customs.get(this.text(at, value)) ?? this.fail(at, 'a function given in `customObjects`', value);
      case '$tensor': {
        const { dtype, shape, data } = this.fields(at, value, ['dtype', 'shape', 'data']);
        if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'uint8')
          return this.fail(`${at}.dtype`, 'float32, int32 or uint8', dtype);
        const sizes = this.list(`${at}.shape`, shape).map((size) => this.index(`${at}.shape`, size));
        const type = newArray(dtype, 0).constructor.name as keyof typeof arrayTypes;
        return new Tensor(this.#array(`${at}.data`, type, data) as Tensor['data'], sizes);
      }
      case '$array': {
        const { type, data } = this.fields(at, value, ['type', 'data']);
        if (typeof type !== 'string' || !Object.hasOwn(arrayTypes, type))
          return this.fail(`${at}.type`, `one of ${Object.keys(arrayTypes).join(', ')}`, type);
        return this.#array(`${at}.data`, type as keyof typeof arrayTypes, data);
      }
      default:
        return this.fail(path, 'a $number, $tensor, $array, $layer or $function', tag);
    }
  }

  #array(path: string, type: keyof typeof arrayTypes, data: unknown): ArrayBufferView {
    const bytes = typeof data === 'string' ? fromBase64(data) : undefined;
    if (!bytes) return this.fail(path, 'bytes in base64', data);
    const ArrayType = arrayTypes[type];
    if (bytes.length % ArrayType.BYTES_PER_ELEMENT !== 0)
      return fail(this.where, `\`${path}\` of whole ${type} elements`, `${bytes.length} bytes`);
    return new ArrayType(bytes.buffer);
  }
}
