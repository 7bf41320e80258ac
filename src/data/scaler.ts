/** @file What scalers share: every column x becomes (x − shift) / scale, with shift and scale learned from data. Sums are in float64. */

import { describe, fail, failShape } from '../base/fail.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import { checkFinite, samples } from './arrays.ts';

/** A scaler as JSON. */
export interface ScalerRecord {
  readonly type: string;
  readonly options: object;
  /** What each column is moved by. */
  readonly shift: readonly number[];
  /** What each column is divided by. */
  readonly scale: readonly number[];
}

/** Number of columns of samples: elements of a sample, or channels. */
export type ColumnsOf = (x: Tensor) => number;

/** Samples of float32, checked. */
export function finiteSamples(where: string, value: TensorLike): Tensor {
  const x = samples(where, 'x', value);
  checkFinite(where, 'x', x);
  return x;
}

/** Calls `use(column, value)` for every element, column by column of each row. */
export function forEachElement({ data }: Tensor, columns: number, use: (column: number, value: number) => void): void {
  for (let start = 0; start < data.length; start += columns)
    for (let column = 0; column < columns; column++) use(column, data[start + column]!);
}

/** Mean and variance (over n, not n − 1) of every column, in two passes. */
export function columnMoments(x: Tensor, columns: number): { mean: Float64Array; variance: Float64Array } {
  const count = x.size / columns;
  const [mean, variance] = [new Float64Array(columns), new Float64Array(columns)];
  forEachElement(x, columns, (column, value) => {
    mean[column]! += value;
  });
  for (let column = 0; column < columns; column++) mean[column]! /= count;
  forEachElement(x, columns, (column, value) => {
    const distance = value - mean[column]!;
    variance[column]! += distance * distance;
  });
  for (let column = 0; column < columns; column++) variance[column]! /= count;
  return { mean, variance };
}

/** Base of scalers: what they learn is a shift and a scale for every column. */
export abstract class Scaler<O extends object> {
  /** Name of the class in JSON. */
  static readonly type: string = 'Scaler';
  protected readonly options: O;
  #learned: { readonly shift: Float64Array; readonly scale: Float64Array } | undefined;

  protected constructor(options: O) {
    this.options = options;
  }

  protected get where(): string {
    return (this.constructor as typeof Scaler).type;
  }

  /** Number of columns of `x`: elements of a sample. */
  protected columnsOf(x: Tensor): number {
    return x.size / x.shape[0]!;
  }

  /** Shift and scale of every column; a scale of 0 is a column that does not vary. */
  protected abstract learn(x: Tensor, columns: number): { shift: Float64Array; scale: Float64Array };

  protected get learned(): { readonly shift: Float64Array; readonly scale: Float64Array } {
    return this.#learned ?? fail(this.where, 'a scaler that has seen data', 'one that has not', 'call fit first.');
  }

  /** Learns from samples [n, …]. Columns that do not vary get scale 1. Gives the scaler itself. */
  fit(x: TensorLike): this {
    const data = finiteSamples(`${this.where}.fit`, x);
    const { shift, scale } = this.learn(data, this.columnsOf(data));
    // Float32 values that are all alike have a deviation of exactly 0: their sums are exact in float64.
    const safe = scale.map((value) => (value === 0 ? 1 : value));
    this.#learned = { shift, scale: safe };
    return this;
  }

  #changed(where: string, x: TensorLike, change: (value: number, shift: number, scale: number) => number): Tensor {
    const { shift, scale } = this.learned;
    const data = samples(where, 'x', x);
    const columns = this.columnsOf(data);
    if (columns !== shift.length)
      failShape(where, `samples of ${shift.length} columns, as in fit`, `${columns}, shape ${formatShape(data.shape)}`);
    const result = new Float32Array(data.size);
    let at = 0;
    forEachElement(data, columns, (column, value) => {
      result[at++] = change(value, shift[column]!, scale[column]!);
    });
    return new Tensor(result, data.shape);
  }

  /** The samples scaled, float32. Shape: [n, …] → same. Throws before `fit`, and a ShapeError when columns differ in number. */
  transform(x: TensorLike): Tensor {
    return this.#changed(`${this.where}.transform`, x, (value, shift, scale) => (value - shift) / scale);
  }

  /** What {@link transform} was given. Shape: [n, …] → same. */
  inverseTransform(x: TensorLike): Tensor {
    return this.#changed(`${this.where}.inverseTransform`, x, (value, shift, scale) => value * scale + shift);
  }

  /** `fit(x).transform(x)`. */
  fitTransform(x: TensorLike): Tensor {
    return this.fit(x).transform(x);
  }

  /** What was learned, as plain data. */
  toJSON(): ScalerRecord {
    const { shift, scale } = this.learned;
    return { type: this.where, options: { ...this.options }, shift: [...shift], scale: [...scale] };
  }

  /** Takes over what a record says was learned. */
  protected restore(record: ScalerRecord): this {
    const where = `${this.where}.fromJSON`;
    const numbers = (name: 'shift' | 'scale'): Float64Array => {
      const list = record[name];
      const isList = Array.isArray(list) && list.length > 0 && list.every((value) => Number.isFinite(value));
      return isList ? Float64Array.from(list) : fail(where, `\`${name}\` as a list of numbers`, describe(list));
    };
    const [shift, scale] = [numbers('shift'), numbers('scale')];
    if (shift.length !== scale.length || scale.includes(0))
      fail(where, 'a scale other than 0 for every shift', describe([...scale]));
    this.#learned = { shift, scale };
    return this;
  }
}

/** A record of this type; refuses others. */
export function recordOf(type: string, record: unknown): ScalerRecord {
  const given = record as ScalerRecord | null;
  if (typeof given !== 'object' || given === null || given.type !== type)
    fail(`${type}.fromJSON`, `a record of type "${type}"`, describe((given as { type?: unknown } | null)?.type ?? given));
  return given;
}
