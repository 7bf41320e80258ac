/** @file Files: rows that stream, readers by path, folders of images. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { BlockReader } from '../../src/node/block-reader.ts';
import {
  fileRows,
  imageFolder,
  openIDXRows,
  readCSV,
  readIDX,
  readImage,
  readNPY,
  readNPZ,
  writeNPY,
  writeNPZ,
} from '../../src/node/index.ts';
import { bytesOf, fixture } from '../data/fixtures.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'myelin-data-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const place = (name: string): string => join(folder, name);

/** A file of `count` rows of 1000 bytes, each of which holds its number. */
function numberedRows(name: string, count: number, offset = 0): string {
  const bytes = new Uint8Array(offset + count * 1000);
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < count; row++) {
    view.setInt32(offset + row * 1000, row, true);
    view.setInt32(offset + row * 1000 + 996, -row, true);
  }
  writeFileSync(place(name), bytes);
  return place(name);
}

/** The numbers of the rows of a pass, by the first elements of batches or of single rows. */
async function rowNumbers(data: Dataset<unknown>, pass = 0): Promise<number[]> {
  const opened = data.open(pass);
  const result: number[] = [];
  for (let step = await opened.next(); !step.done; step = await opened.next()) {
    const { data: ints } = (step.value as Tensor[])[0]!;
    for (let at = 0; at < ints.length; at += 250) {
      if (ints[at + 249] !== -ints[at]!) throw new Error(`row ${ints[at]} is torn`);
      result.push(ints[at]!);
    }
  }
  return result;
}

/** Number of open files, where the system tells. */
const openFiles = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);

describe('fileRows', () => {
  const count = 5000;
  // Three blocks of 2 MiB.
  const rows = (): Dataset<[Tensor]> => fileRows(numberedRows('rows', count, 12), { rowBytes: 1000, dtype: 'int32', offset: 12 });
  const all = Array.from({ length: count }, (_, i) => i);

  test('gives every row in order, in batches and one by one', async () => {
    const data = rows();
    expect(data.size).toBe(count);
    expect(await rowNumbers(data.batch(128))).toEqual(all);
    expect(await rowNumbers(data.skip(4990))).toEqual(all.slice(4990));
    expect(await rowNumbers(data.skip(2500).take(300).batch(64).prefetch(2))).toEqual(all.slice(2500, 2800));
  });

  test('shuffles through a buffer of any size as arrays are shuffled', async () => {
    const data = rows();
    const { Dataset: Arrays } = await import('../../src/data/dataset.ts');
    const array = Int32Array.from({ length: count * 250 }, (_, i) =>
      i % 250 === 249 ? -Math.floor(i / 250) : i % 250 === 0 ? i / 250 : 0,
    );
    const memory = Arrays.fromArrays(new Tensor(array, [count, 250]));
    for (const buffer of [1, 300, 2200, count]) {
      for (const skipped of [0, 2500]) {
        const order = await rowNumbers(data.skip(skipped).shuffle(buffer, { seed: 1 }).batch(100), 2);
        expect(order).toEqual(await rowNumbers(memory.skip(skipped).shuffle(buffer, { seed: 1 }).batch(100), 2));
        expect([...order].sort((a, b) => a - b)).toEqual(all.slice(skipped));
      }
    }
    expect(await rowNumbers(data.shuffle(900, { seed: 1 }).skip(1200).take(700).repeat(2).batch(50))).toHaveLength(1400);
  });

  test('brings labels along', async () => {
    const path = numberedRows('labelled', 100);
    const labels = Uint8Array.from(all.slice(0, 100));
    const data = fileRows(path, { shape: [250, 1], dtype: 'int32', labels })
      .shuffle(30, { seed: 1 })
      .batch(40);
    for (const [x, y] of await data.toArray()) expect([...y.data]).toEqual([...y.data].map((_, i) => x.data[i * 250]));
  });

  test('fetches rows from their places when a buffer would be too large to keep', async () => {
    // A sparse file: 600 rows of 1 MiB, of which the first bytes are written.
    const path = place('sparse');
    writeFileSync(path, '');
    truncateSync(path, 600 * 2 ** 20);
    const before = process.memoryUsage().arrayBuffers;
    const data = fileRows(path, { rowBytes: 2 ** 20 })
      .shuffle(600, { seed: 1 })
      .batch(2)
      .take(5);
    expect((await data.toArray()).length).toBe(5);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 * 2 ** 20);
    rmSync(path);
  });

  test.runIf(existsSync('/proc/self/fd'))('closes its file at the end, when left, and after an error', async () => {
    const data = rows().batch(10);
    const before = openFiles();
    await rowNumbers(data.take(30));
    for await (const _ of data) break;
    await data
      .map(() => Promise.reject(new Error('no')))
      .toArray()
      .catch(() => {});
    expect(openFiles()).toBe(before);
  });

  test('keeps what was passed over until it is asked for, and no longer', async () => {
    const path = place('large');
    writeFileSync(path, '');
    truncateSync(path, 8 * 2 ** 20);
    // Two rows to a block.
    const reader = new BlockReader('test', { path, rowBytes: 2 ** 20, offset: 0, count: 8 }, 3, 0);
    const kept: number[] = [];
    for (const row of [2, 0, 1, 3, 4, 7, 5, 6]) {
      await reader.gather(Int32Array.of(row), new Uint8Array(2 ** 20));
      kept.push(reader.kept);
    }
    await reader.close();
    expect(kept).toEqual([2, 1, 0, 0, 0, 1, 0, 0]);
  });

  test('tells that a file has become shorter', async () => {
    const path = numberedRows('shorter', 3000);
    const data = fileRows(path, { rowBytes: 1000 }).batch(10);
    truncateSync(path, 2_500_000);
    await expect(data.toArray()).rejects.toThrow(/\[fileRows\] expected 3000000 bytes in .*shorter, got fewer/);
  });

  const refusals: [string, (path: string) => unknown, RegExp][] = [
    ['no such file', () => fileRows(place('nothing'), { rowBytes: 4 }), /\[fileRows\] expected a file it can read, got ENOENT/],
    ['a folder', () => fileRows(folder, { rowBytes: 4 }), /expected a file, got .* which is none/],
    [
      'a torn last row',
      (path) => fileRows(path, { rowBytes: 3 }),
      /whole rows of 3 bytes from byte 0 on, got 2000 bytes. Hint: give `count`/,
    ],
    ['too many rows', (path) => fileRows(path, { rowBytes: 1000, count: 3 }), /expected 3 rows of 1000 bytes, got 2000 bytes/],
    [
      'torn elements',
      (path) => fileRows(path, { rowBytes: 10, dtype: 'float32' }),
      /`rowBytes` that hold whole elements of float32, got 10/,
    ],
    ['no row length', (path) => fileRows(path, {}), /either `shape` or `rowBytes`, got neither/],
    [
      'labels of other number',
      (path) => fileRows(path, { rowBytes: 1000, labels: [1] }),
      /2 labels, one for each row, got \[1\]/,
    ],
    ['misspelt options', (path) => fileRows(path, { rowByte: 3 } as never), /did you mean `rowBytes`/],
  ];
  test.each(refusals)('refuses %s', (_, act, text) => {
    const path = numberedRows('two', 2);
    expect(() => act(path)).toThrow(text);
  });
});

describe('IDX', () => {
  const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6);
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9);

  test('is read whole, packed or not, and by rows', async () => {
    writeFileSync(place('images'), images);
    writeFileSync(place('images.gz'), gzipSync(images));
    writeFileSync(place('labels.gz'), gzipSync(labels));
    const whole = await readIDX(place('images'));
    expect(await readIDX(place('images.gz'))).toEqual(whole);
    const data = await openIDXRows(place('images'), { labels: place('labels.gz') });
    const [batch] = await data.batch(3).toArray();
    expect(batch).toEqual([whole, tensor(Uint8Array.of(7, 8, 9))]);
    expect((await (await openIDXRows(place('images'))).toArray())[1]![0].toArray()).toEqual([[3, 4]]);
    await expect(openIDXRows(place('images.gz'))).rejects.toThrow(/\[openIDXRows\] expected an IDX file that is not packed/);
    await expect(readIDX(place('none'))).rejects.toThrow(/\[readIDX\] expected a file it can read/);
  });
});

test('CSV is read as a stream, packed or not, again and again', async () => {
  const text = `a,b\n${Array.from({ length: 30_000 }, (_, i) => `${i},t${i}`).join('\n')}`;
  writeFileSync(place('t.csv'), text);
  writeFileSync(place('t.csv.gz'), gzipSync(text));
  for (const path of [place('t.csv'), place('t.csv.gz')]) {
    const data = readCSV(path);
    const before = openFiles();
    for await (const row of data) {
      expect(row).toEqual({ a: 0, b: 't0' });
      break;
    }
    const rows = await data.toArray();
    expect([rows.length, rows.at(-1)]).toEqual([30_000, { a: 29_999, b: 't29999' }]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(openFiles()).toBe(before);
  }
  await expect(readCSV(place('none.csv')).toArray()).rejects.toThrow(/ENOENT/);
  await expect(readCSV(place('none.csv.gz')).toArray()).rejects.toThrow(/ENOENT/);
});

test('NPY and NPZ go to files and back', async () => {
  const [a, b] = [tensor([[1, 2]]), tensor(Int32Array.of(3))];
  await writeNPY(place('deep/a.npy'), a);
  await writeNPZ(place('deep/ab.npz'), { a, b }, { compress: true });
  expect(await readNPY(place('deep/a.npy'))).toEqual(a);
  expect(await readNPZ(place('deep/ab.npz'))).toEqual({ a, b });
  expect(readdirSync(place('deep'))).toEqual(['a.npy', 'ab.npz']);
});

test('folders of images make a dataset with their names as classes', async () => {
  const png = bytesOf(fixture<Record<string, { bytes: string }>>('png')['colour 2 depth 8']!.bytes);
  for (const name of ['cats', 'dogs', 'empty']) mkdirSync(place(`pets/${name}`), { recursive: true });
  writeFileSync(place('pets/cats/b.ppm'), 'P6 1 1 255\n\x01\x02\x03');
  writeFileSync(place('pets/cats/a.png'), png);
  writeFileSync(place('pets/cats/notes.txt'), 'no image');
  writeFileSync(place('pets/dogs/c.pgm'), 'P5 1 1 255\n\x09');
  const { data, classNames, paths } = imageFolder(place('pets'), { size: [2, 2] });
  expect([classNames, paths.map((path) => path.slice(-5)), data.size]).toEqual([
    ['cats', 'dogs', 'empty'],
    ['a.png', 'b.ppm', 'c.pgm'],
    3,
  ]);
  const [[images, labels]] = (await data.batch(3).toArray()) as [[Tensor, Tensor]];
  expect([`${images}`, `${labels}`, [...labels.data]]).toEqual(['Tensor uint8 [3, 2, 2, 3]', 'Tensor int32 [3]', [0, 0, 1]]);
  expect([...images.data.slice(12, 24)]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  expect(images.slice(0, 1).data).toEqual((await readImage(place('pets/cats/a.png'), { size: [2, 2] })).data);
  expect(imageFolder(place('pets'), { size: [2, 2], classNames: ['dogs'] }).data.size).toBe(1);
  const shuffled = (await data.shuffle(3, { seed: 2 }).batch(3).toArray())[0]!;
  expect([...shuffled[1].data].sort()).toEqual([0, 0, 1]);

  writeFileSync(place('pets/dogs/d.png'), readFileSync(place('pets/cats/a.png')).subarray(0, 60));
  await expect(
    imageFolder(place('pets'), { size: [2, 2] })
      .data.batch(4)
      .toArray(),
  ).rejects.toThrow(/\[imageFolder\] expected an image in ".*d.png", got: \[decodeImage\]/);
  expect(() => imageFolder(place('pets/empty'), { size: [2, 2] })).toThrow(/subfolders with images .* got none/);
  expect(() => imageFolder(place('pets'), {} as never)).toThrow(/`size` as a pair \[height, width\], got nothing/);
});
