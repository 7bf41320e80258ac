/** @file What a user hands over as data, turned into tensors and checked before anything runs. */

import { describe, fail, failShape } from '../base/fail.ts';
import { type DType, fitsShape, formatShape, type PartialShape } from '../base/shape.ts';
import { newArray, Tensor, type TensorLike, tensor } from '../base/tensor.ts';

/** A tensor of at least one sample. `name` is what error messages call it: `x`, `y`. */
export function samples(where: string, name: string, value: TensorLike | undefined): Tensor {
  if (value === undefined || value === null) fail(where, `\`${name}\``, 'nothing');
  const result = value instanceof Tensor ? value : tensorNamed(where, name, value);
  if (result.rank === 0) failShape(where, `\`${name}\` with a batch axis`, 'a single number', 'wrap it in an array.');
  if (result.shape[0] === 0) failShape(where, `\`${name}\` with at least one sample`, `shape ${formatShape(result.shape)}`);
  if (result.size === 0) failShape(where, `\`${name}\` without empty axes`, `shape ${formatShape(result.shape)}`);
  return result;
}

/** `tensor(value)`, with errors that name the argument: `where` and `name`. */
export function tensorNamed(where: string, name: string, value: TensorLike, dtype?: DType): Tensor {
  try {
    return tensor(value, undefined, dtype);
  } catch (error) {
    // The message of `tensor` says what is wrong; the caller wants to know with which argument.
    if (error instanceof Error) error.message = `[${where}] \`${name}\`: ${error.message}`;
    throw error;
  }
}

/** Refuses two sets of samples of different length. */
export function checkSameCount(where: string, x: Tensor, y: Tensor): void {
  if (x.shape[0] !== y.shape[0]) {
    failShape(
      where,
      'as many targets as inputs',
      `${x.shape[0]} inputs and ${y.shape[0]} targets`,
      'x and y must have the same first axis.',
    );
  }
}

/** Refuses samples whose shape a model was not built for. */
export function checkSampleShape(where: string, x: Tensor, expected: PartialShape): void {
  if (fitsShape(x.shape, expected)) return;
  const isSingle = x.rank === expected.length - 1;
  const hint = isSingle ? 'the first axis is the batch: wrap a single sample in an array.' : undefined;
  failShape(where, `inputs of shape ${formatShape(expected)}`, formatShape(x.shape), hint);
}

/** Refuses NaN and Infinity, naming the first one. */
export function checkFinite(where: string, name: string, value: Tensor): void {
  if (value.dtype !== 'float32') return;
  const at = value.data.findIndex((element) => !Number.isFinite(element));
  if (at < 0) return;
  const index: number[] = [];
  let rest = at;
  for (let axis = value.rank - 1; axis >= 0; axis--) {
    index.unshift(rest % value.shape[axis]!);
    rest = Math.floor(rest / value.shape[axis]!);
  }
  fail(
    where,
    `finite numbers in \`${name}\``,
    `${value.data[at]} at [${index.join(', ')}]`,
    'remove or fill missing values first.',
  );
}

/** Rows of `source` picked by `indices`, written to `target` from its start. */
export function copyRows(source: Tensor, indices: ArrayLike<number>, target: Tensor['data']): void {
  const width = source.size / source.shape[0]!;
  if (width === 1) {
    // Labels and the like: a call per element would take longer than the copying.
    const { data } = source;
    for (let row = 0; row < indices.length; row++) target[row] = data[indices[row]!]!;
    return;
  }
  for (let row = 0; row < indices.length; row++) {
    const start = indices[row]! * width;
    target.set(source.data.subarray(start, start + width), row * width);
  }
}

/** A whole number of at least `minimum`, for arguments such as `epochs` and `batchSize`. */
export function countArgument(where: string, name: string, value: number, minimum = 1): number {
  if (!Number.isInteger(value) || value < minimum) fail(where, `\`${name}\` to be an integer >= ${minimum}`, describe(value));
  return value;
}

/** Tensors one below the other. */
export function concatenateRows(parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0]!;
  const rows = parts.reduce((total, part) => total + part.shape[0]!, 0);
  const width = parts[0]!.size / parts[0]!.shape[0]!;
  const data = newArray(parts[0]!.dtype, rows * width);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.size;
  }
  return new Tensor(data, [rows, ...parts[0]!.shape.slice(1)]);
}
