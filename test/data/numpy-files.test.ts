/** @file NPY and NPZ against files that NumPy wrote, and against damaged ones. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import { crc32 } from '../../src/data/crc32.ts';
import { parseNPY, writeNPY } from '../../src/data/npy.ts';
import { parseNPZ, writeNPZ } from '../../src/data/npz.ts';
import { bytesOf, fixture, outcome } from './fixtures.ts';

const numpy = fixture<{
  npy: Record<string, { bytes: string; shape: number[]; data: number[] }>;
  refused: Record<string, string>;
  npz: string;
  npzPacked: string;
  npz64: string;
}>('numpy');

const dtypes: Record<string, string> = {
  float32: 'float32',
  float64: 'float32',
  float16: 'float32',
  bigendian: 'float32',
  scalar: 'float32',
  fortran: 'float32',
  empty: 'float32',
  bool: 'uint8',
  uint8: 'uint8',
};

test.each(Object.entries(numpy.npy))('reads what NumPy wrote: %s', (name, { bytes, shape, data }) => {
  const result = parseNPY(bytesOf(bytes));
  expect(result.shape).toEqual(shape);
  expect(result.dtype).toBe(dtypes[name] ?? 'int32');
  expect([...result.data]).toEqual(result.dtype === 'float32' ? data.map(Math.fround) : data);
});

test.each(Object.entries(numpy.refused))('refuses what is no array of numbers: %s', (name, bytes) => {
  const text =
    name === 'toolarge' ? /integers that fit into 32 bits, got 1099511627776 at element 0/ : /expected elements of type .*astype/;
  expect(() => parseNPY(bytesOf(bytes))).toThrow(text);
});

test('writes the bytes that NumPy writes', () => {
  for (const name of ['float32', 'uint8', 'empty']) {
    const { bytes, shape, data } = numpy.npy[name]!;
    const typed = name === 'uint8' ? Uint8Array.from(data) : Float32Array.from(data);
    expect(writeNPY(new Tensor(typed, shape))).toEqual(bytesOf(bytes));
  }
  expect(writeNPY(tensor(Int32Array.of(1))).length).toBe(132);
});

test('what is written is read, whatever its shape and type', async () => {
  const tensors = fc
    .record({ shape: fc.array(fc.nat(4), { maxLength: 4 }), kind: fc.constantFrom(Float32Array, Int32Array, Uint8Array) })
    .map(({ shape, kind }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = new kind(size);
      for (let i = 0; i < size; i++) data[i] = i * 3;
      return new Tensor(data, shape);
    });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), tensors), fc.boolean(), async (record, compress) => {
      for (const one of Object.values(record)) expect(parseNPY(writeNPY(one))).toEqual(one);
      expect(await parseNPZ(await writeNPZ(record, { compress }))).toEqual({ ...record });
    }),
    { numRuns: 40 },
  );
});

describe('NPZ', () => {
  test('reads what NumPy wrote: stored, packed, ZIP64', async () => {
    const { a, b } = await parseNPZ(bytesOf(numpy.npz));
    expect([a!.toArray(), b!.toArray(), b!.dtype]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [5],
      'int32',
    ]);
    const packed = await parseNPZ(bytesOf(numpy.npzPacked));
    expect([`${packed.a}`, packed.b!.data[99]]).toEqual(['Tensor uint8 [40, 50]', 99]);
    expect((await parseNPZ(bytesOf(numpy.npz64))).c!.toArray()).toEqual([1, 2, 3]);
  });

  test('writes the same bytes each time, and knows a Buffer', async () => {
    const record = { w: tensor([[1.5, 2]]) };
    const bytes = await writeNPZ(record, { compress: true });
    expect(await writeNPZ(record, { compress: true })).toEqual(bytes);
    expect((await parseNPZ(Buffer.from(bytes))).w!.toArray()).toEqual([[1.5, 2]]);
    expect(parseNPY(Buffer.from(writeNPY(record.w))).toArray()).toEqual([[1.5, 2]]);
  });

  test('refuses members that share bytes', async () => {
    const bytes = await writeNPZ({ a: tensor([1]), b: tensor([2]) });
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    // The second entry is pointed at the first member.
    view.setUint32(directory + 46 + 5 + 42, 0, true);
    await expect(parseNPZ(bytes)).rejects.toThrow(/members that do not overlap/);
  });

  test('refuses a claim of more than packed bytes can hold, and unpacks no more than is claimed', async () => {
    const bytes = await writeNPZ({ a: tensor(new Float32Array(5000)) }, { compress: true });
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    view.setUint32(directory + 24, 2 ** 31, true);
    await expect(parseNPZ(bytes)).rejects.toThrow(/expected at most \d+ bytes out of \d+ packed ones, got 2147483648/);
    view.setUint32(directory + 24, 100, true);
    await expect(parseNPZ(bytes)).rejects.toThrow(/expected at most 100 bytes out of \d+ packed ones, got more/);
  });

  test('refuses a wrong checksum', async () => {
    const bytes = await writeNPZ({ a: tensor([1, 2]) });
    bytes[170]! ^= 1;
    await expect(parseNPZ(bytes)).rejects.toThrow(/expected checksum \d+ of "a.npy", got \d+/);
  });
});

test('CRC-32 has its known value', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test('headers that claim too much are refused before anything is made', () => {
  const header = (shape: string): Uint8Array => {
    const bytes = writeNPY(tensor([[1, 2]]));
    const text = new TextEncoder().encode(`{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117));
    bytes.set(text, 10);
    return bytes;
  };
  for (const shape of ['(1000000000, 1000000000)', '(99999, 99999, 99999, 99999)', '(4,)'])
    expect(() => parseNPY(header(shape))).toThrow(/\[parseNPY\] expected 8 bytes of data to hold shape/);
  for (const shape of ['(-1,)', '2', '(1.5,)', '((((((((((1,),),),),),),),),)', '(1,', '{1: 2}'])
    expect(() => parseNPY(header(shape))).toThrow(/\[parseNPY\] expected/);
});

test('cut off anywhere or with any byte changed, files are read or refused', async () => {
  const npz = bytesOf(numpy.npzPacked);
  const npy = bytesOf(numpy.npy.int64!.bytes);
  for (let length = 0; length < npy.length; length++)
    expect(await outcome(() => parseNPY(npy.slice(0, length)))).toHaveProperty('message');
  await fc.assert(
    fc.asyncProperty(fc.nat(npz.length - 1), fc.nat(254), async (at, change) => {
      expect(await outcome(() => parseNPZ(npz.slice(0, at)))).toHaveProperty('message');
      for (const [bytes, parse] of [
        [npz, parseNPZ],
        [npy, parseNPY],
      ] as const) {
        const damaged = bytes.slice();
        damaged[at % bytes.length]! += change + 1;
        await outcome<unknown>(() => parse(damaged));
      }
    }),
    { numRuns: 150 },
  );
});
