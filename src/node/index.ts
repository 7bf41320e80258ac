/**
 * @file The side door `myelin/node`: data from files of Node, Deno and Bun. What reads bytes, wherever they come from, is in the main
 * entrance.
 */

import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { files } from '../base/files.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';
import { gunzip } from '../data/bytes.ts';
import { type CSVOptions, type CSVRecord, readCSV as readCSVPieces } from '../data/csv.ts';
import type { Dataset } from '../data/dataset.ts';
import { type DecodeImageOptions, decodeImage } from '../data/decode-image.ts';
import { parseIDX } from '../data/idx.ts';
import { writeNPY as npyBytes, parseNPY } from '../data/npy.ts';
import { writeNPZ as npzBytes, parseNPZ, type WriteNPZOptions } from '../data/npz.ts';
import { fileRows, type IDXRowsOptions, idxRowOptions } from './file-rows.ts';

export { type FileRowsOptions, fileRows, type IDXRowsOptions } from './file-rows.ts';
export { type ImageFolder, type ImageFolderOptions, imageFolder } from './image-folder.ts';

/** The bytes of a file, unpacked when it is a gzip file. */
async function unpacked(where: string, path: string): Promise<Uint8Array> {
  return gunzip(await files(where).read(path));
}

/**
 * The tensor in an IDX file, packed by gzip or not: see `parseIDX`.
 *
 * @throws MyelinError when there is no such file or it is no whole IDX file
 */
export async function readIDX(path: string): Promise<Tensor> {
  return parseIDX(await unpacked('readIDX', path));
}

/**
 * The rows of an IDX file of unsigned bytes as a dataset that reads while it is asked: elements `[row]`, or `[row, label]` with `labels`.
 * Memory stays flat, see {@link fileRows}.
 */
export async function openIDXRows(
  path: string,
  options: IDXRowsOptions & { readonly labels: TensorLike | string },
): Promise<Dataset<[x: Tensor, y: Tensor]>>;
export async function openIDXRows(path: string, options?: IDXRowsOptions): Promise<Dataset<[x: Tensor]>>;
export async function openIDXRows(
  path: string,
  options: IDXRowsOptions = {},
): Promise<Dataset<[Tensor, Tensor]> | Dataset<[Tensor]>> {
  const where = 'openIDXRows';
  checkOptionNames(where, options, { labels: true } satisfies Record<keyof IDXRowsOptions, true>);
  const rows = idxRowOptions(where, path);
  const { labels } = options;
  if (labels === undefined) return fileRows(path, rows);
  return fileRows(path, { ...rows, labels: typeof labels === 'string' ? await readIDX(labels) : labels });
}

/** The pieces of a file; those of a gzip file (.gz) unpacked. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const stream = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // An error of the file would otherwise never reach those who wait for what is unpacked.
  file.on('error', (error) => stream.destroy(error));
  try {
    yield* stream;
  } finally {
    file.destroy();
    stream.destroy();
  }
}

/** The rows of a CSV file (.csv or .csv.gz) as a dataset of records, read while they are asked for: see `readCSV` of the main entrance. */
export function readCSV(path: string, options: CSVOptions = {}): Dataset<CSVRecord> {
  return readCSVPieces(() => piecesOf(path), options);
}

/** The tensor in an .npy file: see `parseNPY`. */
export async function readNPY(path: string): Promise<Tensor> {
  return parseNPY(await files('readNPY').read(path));
}

/** The tensors in an .npz file by name: see `parseNPZ`. */
export async function readNPZ(path: string): Promise<Record<string, Tensor>> {
  return parseNPZ(await files('readNPZ').read(path));
}

/** Writes a tensor as an .npy file, in one go: whoever reads it finds the old file or the new one. */
export async function writeNPY(path: string, value: TensorLike): Promise<void> {
  await files('writeNPY').write(path, npyBytes(value));
}

/** Writes tensors by name as an .npz file, in one go. */
export async function writeNPZ(
  path: string,
  tensors: Readonly<Record<string, TensorLike>>,
  options?: WriteNPZOptions,
): Promise<void> {
  await files('writeNPZ').write(path, await npzBytes(tensors, options));
}

/** The image in a file: see `decodeImage`. Shape: uint8 [height, width, channels]. */
export async function readImage(path: string, options?: DecodeImageOptions): Promise<Tensor> {
  return decodeImage(await files('readImage').read(path), options);
}
