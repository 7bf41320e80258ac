/**
 * @file Layers as JSON. A layer is `{ type, options }`: its class and what that is made of. What JSON lacks is an object with one key
 * that begins with `$`:
 *
 * - `{ "$number": "Infinity" }`, also "-Infinity", "NaN" and "-0";
 * - `{ "$tensor": { dtype, shape, data } }` and `{ "$array": { type, data } }`, data being little-endian bytes in base64;
 * - `{ "$layer": { type, options } }` for a layer inside of options;
 * - `{ "$function": type }` for a function with a `type` of its own, which whoever loads must give as a custom object.
 *
 * Initializers, regularizers and constraints are `{ type, options }`, activations names. A layer that occurs twice has an `id` where it
 * comes first, and is `{ "shared": id }` from then on.
 */

import { toBase64 } from '../base/base64.ts';
import { describe, fail } from '../base/fail.ts';
import type { PartialShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { activationFunctions } from './activations.ts';
import { Layer } from './layer.ts';

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A layer in a saved model. */
export interface LayerRecord {
  readonly type: string;
  /** What the constructor is given. */
  readonly options: { readonly [key: string]: Json };
  /** Set when the layer occurs again. */
  id?: number;
  /** Whether the layers that this one makes for itself are trained, from the outermost in; missing where all are as this one is. */
  readonly trainable?: readonly boolean[];
  /** Of a Sequential. */
  readonly layers?: readonly LayerEntry[];
  /** Of a model with `inputs` and `outputs`. */
  readonly network?: NetworkRecord;
}

/** A layer, or the number of one that came before. */
export type LayerEntry = LayerRecord | { readonly shared: number };

/** A tensor between layers: an input, or what the layer's call (default: its first) gave as output (default: its first). */
export type TensorRecord =
  | { readonly input: string }
  | { readonly layer: string; readonly call?: number; readonly output?: number };

/** How the layers of a functional model are connected. */
export interface NetworkRecord {
  readonly inputs: readonly { readonly name: string; readonly shape: PartialShape }[];
  /** Every layer once, in the order of their first calls. */
  readonly layers: readonly LayerEntry[];
  /** The calls, each after those that make its inputs; a list of inputs where the layer is called with a list. */
  readonly calls: readonly { readonly layer: string; readonly inputs: TensorRecord | readonly TensorRecord[] }[];
  readonly outputs: readonly { readonly name: string; readonly tensor: TensorRecord }[];
}

/** Keys that would change an object's prototype or pass for parts of it. */
export const forbiddenKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Types of number arrays that options may hold. */
export const arrayTypes = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
} as const;

/** Layers inside a layer, from the outermost in. */
export function nestedLayers(layer: Layer): Layer[] {
  return layer.sublayers.flatMap((inner) => [inner, ...nestedLayers(inner)]);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Whether a value is an initializer, a regularizer or a constraint: those have a type, options and one of these methods. */
function isRule(value: object): value is { type: string; options: object } {
  const record = value as Readonly<Record<string, unknown>>;
  if (typeof record.type !== 'string' || typeof record.options !== 'object' || record.options === null) return false;
  return ['initialize', 'penalty', 'apply'].some((name) => typeof record[name] === 'function');
}

/** Writes the layers of one model. */
export class RecordWriter {
  readonly #known = new Map<Layer, LayerRecord>();
  #ids = 0;

  /** The layer, or the number it has when it was written before. */
  layer(layer: Layer): LayerEntry {
    const known = this.#known.get(layer);
    if (known) {
      known.id ??= ++this.#ids;
      return { shared: known.id };
    }
    const record = layer.toRecord(this);
    this.#known.set(layer, record);
    return record;
  }

  /** The record of a layer with these options, without the layers it shows by itself. */
  record(layer: Layer, config: object): LayerRecord {
    const trainable = layer.trainable ? undefined : false;
    return { type: layer.type, options: this.options(layer.where, { ...config, name: layer.name, trainable }) };
  }

  /**
   * Options as JSON, those that are undefined left out.
   *
   * @throws MyelinError naming the option that JSON cannot hold
   */
  options(where: string, config: object): LayerRecord['options'] {
    const options: Record<string, Json> = {};
    for (const [key, value] of Object.entries(config)) {
      if (value !== undefined) options[key] = this.#value(where, `options.${key}`, key, value);
    }
    return options;
  }

  /** Whether the layers that `layer` makes for itself are trained, where one of them differs from it. */
  trainable(layer: Layer): Pick<LayerRecord, 'trainable'> {
    const flags = nestedLayers(layer).map((inner) => inner.trainable);
    return flags.some((flag) => flag !== layer.trainable) ? { trainable: flags } : {};
  }

  #value(where: string, path: string, key: string, value: unknown): Json {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number') {
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) };
    }
    if (typeof value === 'function') return functionJson(where, path, key, value);
    if (typeof value !== 'object') return refuse(where, path, value);
    if (value instanceof Layer) return { $layer: this.layer(value) as unknown as Json };
    if (value instanceof Tensor) {
      const { dtype, shape, data } = value;
      return { $tensor: { dtype, shape: [...shape], data: toBase64(bytesOf(data)) } };
    }
    if (ArrayBuffer.isView(value)) {
      const type = value.constructor.name;
      return Object.hasOwn(arrayTypes, type) ? { $array: { type, data: toBase64(bytesOf(value)) } } : refuse(where, path, value);
    }
    if (Array.isArray(value)) return Array.from(value, (one, i) => this.#value(where, `${path}[${i}]`, key, one));
    if (isRule(value)) return { type: value.type, options: this.#value(where, `${path}.options`, '', value.options) };
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return refuse(where, path, value);
    const result: Record<string, Json> = {};
    for (const [name, entry] of Object.entries(value)) {
      if (entry === undefined) continue;
      if (name.startsWith('$') || forbiddenKeys.includes(name)) {
        fail(where, `keys that a file can hold in \`${path}\``, describe(name));
      }
      result[name] = this.#value(where, `${path}.${name}`, name, entry);
    }
    return result;
  }
}

function refuse(where: string, path: string, value: unknown): never {
  const hint =
    typeof value === 'function'
      ? 'write a subclass of Layer, or give the function a `type` and name it among `customObjects` when loading.'
      : 'numbers, texts, lists, plain objects, tensors and layers can be saved.';
  return fail(where, `\`${path}\` to be something that can be saved`, describe(value), hint);
}

function functionJson(where: string, path: string, key: string, value: object): Json {
  // Only what takes an activation knows its name.
  if (/activation$/i.test(key)) {
    const known = Object.entries(activationFunctions).find(([, entry]) => entry === value);
    if (known) return known[0];
  }
  const type: unknown = Object.hasOwn(value, 'type') ? (value as { type?: unknown }).type : undefined;
  if (typeof type === 'string' && !((value as { prototype?: unknown }).prototype instanceof Layer)) return { $function: type };
  return refuse(where, path, value);
}
