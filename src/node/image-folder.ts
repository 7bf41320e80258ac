/** @file Images in folders, one folder for each class: decoded while they are asked for. */

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, fail, MyelinError } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { Tensor } from '../base/tensor.ts';
import { Dataset } from '../data/dataset.ts';
import { checkImageOptions, decodeImage } from '../data/decode-image.ts';
import { newRoom } from '../data/room.ts';

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions {
  /** Height and width every image is brought to. */
  readonly size: readonly [height: number, width: number];
  /** 1 for grey, 3 for colour, 4 for colour with transparency. Default 3. */
  readonly channels?: 1 | 3 | 4;
  /** Subfolders that are classes, in the order of their numbers. Default: all of them, sorted by name. */
  readonly classNames?: readonly string[];
}

/** What {@link imageFolder} finds. */
export interface ImageFolder {
  /** Elements `[image, class]`: uint8 [height, width, channels] and int32 []. */
  readonly data: Dataset<[image: Tensor, label: Tensor]>;
  /** Names of the classes; their place is their number. */
  readonly classNames: readonly string[];
  /** Paths of the images, in the order of the data. */
  readonly paths: readonly string[];
}

const isImage = /\.(?:png|jpe?g|bmp|pgm|ppm|pnm)$/i;
const where = 'imageFolder';

/** Sorted by code units, so that all hosts agree. */
function entries(folder: string, isFolder: boolean): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => (isFolder ? entry.isDirectory() : !entry.isDirectory() && isImage.test(entry.name)))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    return fail(where, 'a folder it can read', error instanceof Error ? error.message : String(error));
  }
}

async function load(path: string, size: readonly [number, number], channels: 1 | 3 | 4): Promise<Tensor> {
  try {
    return await decodeImage(await readFile(path), { size, channels });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new MyelinError(`[${where}] expected an image in ${describe(path)}, got: ${text}`, { cause: error });
  }
}

/**
 * The images in the subfolders of a folder, each subfolder a class. Files are read and decoded when they are asked for; shuffling moves
 * their numbers alone, so a buffer as large as the dataset costs nothing.
 *
 * @throws MyelinError when there is no such folder, or no image in it
 */
export function imageFolder(folder: string, options: ImageFolderOptions): ImageFolder {
  checkOptionNames(where, options, { size: true, channels: true, classNames: true } satisfies Record<
    keyof ImageFolderOptions,
    true
  >);
  const { size, channels = 3 } = options ?? {};
  if (size === undefined) fail(where, '`size` as a pair [height, width]', 'nothing');
  checkImageOptions(where, { size, channels });
  const classNames = options.classNames ?? entries(folder, true);
  const files = classNames.flatMap((name, label) =>
    entries(join(folder, name), false).map((file) => ({ path: join(folder, name, file), label })),
  );
  if (files.length === 0)
    fail(
      where,
      'subfolders with images (png, jpg, bmp, pgm, ppm)',
      `none in ${describe(folder)}`,
      'each class has a folder of its own.',
    );
  const gather = async (numbers: Int32Array): Promise<[Tensor, Tensor]> => {
    const picked = Array.from(numbers, (number) => files[number]!);
    const images = newRoom('uint8', [...size, channels], picked.length);
    const width = images.size / picked.length;
    // One after the other: decoding many large photographs at once would need much memory.
    for (const [i, { path }] of picked.entries()) images.data.set((await load(path, size, channels)).data, i * width);
    return [
      images,
      new Tensor(
        Int32Array.from(picked, ({ label }) => label),
        [picked.length],
      ),
    ];
  };
  const data = Dataset.fromRows<[Tensor, Tensor]>({ count: files.length, open: () => ({ gather, close: () => {} }) });
  return { data, classNames, paths: files.map(({ path }) => path) };
}
