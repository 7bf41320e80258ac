/** @file Datasets of rows of one length in a file, of any size: memory stays flat. */

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { describe, fail, failShape } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import { bytesOf as bytesOfElement, type DType, formatShape, type Shape, sizeOf } from '../base/shape.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';
import { copyRows, samples } from '../data/arrays.ts';
import { isGzip } from '../data/bytes.ts';
import { Dataset } from '../data/dataset.ts';
import { longestIDXHeader, parseIDXHeader } from '../data/idx.ts';
import { whenReady } from '../data/pass.ts';
import { newRoom } from '../data/room.ts';
import { BlockReader } from './block-reader.ts';

/** Options of {@link fileRows}. */
export interface FileRowsOptions {
  /** Shape of a row. Default: `[rowBytes]`, or elements of `dtype` that fill it. */
  readonly shape?: Shape;
  /** Bytes of a row; instead of `shape`. */
  readonly rowBytes?: number;
  /** Type of the elements, low byte first. Default 'uint8'. */
  readonly dtype?: DType;
  /** Bytes before the first row. Default 0. */
  readonly offset?: number;
  /** Number of rows. Default: as many as the file holds; it must not end within a row. */
  readonly count?: number;
  /** Targets of the rows, in memory: as many as rows. Default none. */
  readonly labels?: TensorLike;
}

function fileSize(where: string, path: string): number {
  try {
    const found = statSync(path);
    return found.isFile() ? found.size : fail(where, 'a file', `${describe(path)}, which is none`);
  } catch (error) {
    return fail(where, 'a file it can read', error instanceof Error ? error.message : String(error));
  }
}

/** Shape of a row as the options say. */
function rowShape(where: string, { shape, rowBytes, dtype = 'uint8' }: FileRowsOptions): Shape {
  if (!['float32', 'int32', 'uint8'].includes(dtype)) fail(where, "`dtype` to be 'float32', 'int32' or 'uint8'", describe(dtype));
  if ((shape === undefined) === (rowBytes === undefined)) fail(where, 'either `shape` or `rowBytes`', shape ? 'both' : 'neither');
  if (shape) {
    if (!Array.isArray(shape)) fail(where, '`shape` as an array of sizes', describe(shape));
    for (const size of shape) wholeNumber(where, 'shape', size, 1);
    return shape;
  }
  const size = wholeNumber(where, 'rowBytes', rowBytes!, 1) / bytesOfElement(dtype);
  return Number.isInteger(size) ? [size] : fail(where, `\`rowBytes\` that hold whole elements of ${dtype}`, `${rowBytes}`);
}

/**
 * A dataset of the rows of a file: elements `[row]`, or `[row, label]` with `labels`. The file may be larger than memory: it is read in
 * large blocks from start to end, and `shuffle(bufferSize)` keeps no more rows than its buffer holds, up to 256 MB of them; a larger
 * buffer fetches every row from its place in the file.
 *
 * @throws MyelinError when there is no such file, or it does not hold so many rows
 * @example
 * const data = fileRows('images.bin', { shape: [64, 64, 3], labels }).shuffle(20_000).batch(128).prefetch(2);
 */
export function fileRows(
  path: string,
  options: FileRowsOptions & { readonly labels: TensorLike },
): Dataset<[x: Tensor, y: Tensor]>;
export function fileRows(path: string, options: FileRowsOptions): Dataset<[x: Tensor]>;
export function fileRows(path: string, options: FileRowsOptions): Dataset<[x: Tensor, y: Tensor]> | Dataset<[x: Tensor]> {
  const where = 'fileRows';
  checkOptionNames(where, options, {
    shape: true,
    rowBytes: true,
    dtype: true,
    offset: true,
    count: true,
    labels: true,
  } satisfies Record<keyof FileRowsOptions, true>);
  const shape = rowShape(where, options ?? {});
  const { dtype = 'uint8', offset = 0 } = options;
  wholeNumber(where, 'offset', offset, 0);
  const rowBytes = sizeOf(shape) * bytesOfElement(dtype);
  const available = fileSize(where, path) - offset;
  const count = options.count === undefined ? available / rowBytes : wholeNumber(where, 'count', options.count, 1);
  if (!Number.isInteger(count) || count < 1)
    fail(
      where,
      `whole rows of ${rowBytes} bytes from byte ${offset} on`,
      `${available} bytes`,
      'give `count` if something else follows.',
    );
  if (count * rowBytes > available)
    fail(where, `${count} rows of ${rowBytes} bytes`, `${available} bytes from byte ${offset} on`);
  if (count > 2 ** 31 - 1) fail(where, 'at most 2^31 - 1 rows', `${count}`);
  const labels = options.labels === undefined ? undefined : samples(where, 'labels', options.labels);
  if (labels && labels.shape[0] !== count) failShape(where, `${count} labels, one for each row`, formatShape(labels.shape));

  const places = { path, rowBytes, offset, count };
  const batchOf = (numbers: Int32Array, rows: Tensor): Tensor[] => {
    if (!labels) return [rows];
    const targets = newRoom(labels.dtype, labels.shape.slice(1), numbers.length);
    copyRows(labels, numbers, targets.data);
    return [rows, targets];
  };
  return Dataset.fromRows<Tensor[]>({
    count,
    open: (window, start) => {
      const reader = new BlockReader(where, places, window, start);
      return {
        gather: (numbers) => {
          const rows = newRoom(dtype, shape, numbers.length);
          const { buffer, byteOffset, byteLength } = rows.data;
          // The numbers belong to the caller, who may change them while the file is read.
          const own = numbers.slice();
          return whenReady(reader.gather(own, new Uint8Array(buffer, byteOffset, byteLength)), () => batchOf(own, rows));
        },
        close: () => reader.close(),
      };
    },
  }) as Dataset<[Tensor]>;
}

/** Options of {@link openIDXRows}. */
export interface IDXRowsOptions {
  /** Targets of the rows: in memory, or the path of an IDX file, which is read whole. Default none. */
  readonly labels?: TensorLike | string;
}

/** Reads the first bytes of a file. */
export function firstBytes(where: string, path: string, count: number): Uint8Array {
  const size = fileSize(where, path);
  const bytes = new Uint8Array(Math.min(count, size));
  const file = openSync(path, 'r');
  try {
    const got = readSync(file, bytes, 0, bytes.length, 0);
    return bytes.subarray(0, got);
  } finally {
    closeSync(file);
  }
}

/** Where the rows of an IDX file lie, for {@link fileRows}. */
export function idxRowOptions(where: string, path: string): FileRowsOptions {
  const head = firstBytes(where, path, longestIDXHeader);
  if (isGzip(head))
    fail(where, 'an IDX file that is not packed', 'a gzip file', 'unpack it on the disk first, or read it whole by readIDX.');
  const { shape, dtype, elementBytes, offset, code } = parseIDXHeader(where, head, fileSize(where, path));
  const [count = 0, ...row] = shape;
  if (elementBytes !== 1 || code !== 8)
    fail(
      where,
      'an IDX file of unsigned bytes',
      `one of ${dtype}`,
      'numbers of several bytes are turned round in IDX: read it whole by readIDX.',
    );
  if (count === 0) fail(where, 'at least one row', 'none');
  return { shape: row, dtype, offset, count };
}
