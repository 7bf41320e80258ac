import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MyelinError } from '../../src/base/fail.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/data/safetensors.ts';
import { untyped } from '../support/refusals.ts';

/** A file of this header and `size` bytes of data. */
function fileOf(header: string, size = 0, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + size);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (dtype: string, shape: string, start: number, end: number): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${start},${end}]}`;

/** The one tensor of a file whose elements have these bytes. */
function decodeOne(dtype: string, shape: readonly number[], bytes: ArrayLike<number>): Tensor {
  const file = fileOf(`{"x":${entry(dtype, JSON.stringify(shape), 0, bytes.length)}}`, bytes.length);
  file.set(bytes, file.length - bytes.length);
  return decodeSafetensors(file).tensors.get('x')!;
}

function outcome<T>(act: () => T): T | Error {
  try {
    return act();
  } catch (error) {
    return error as Error;
  }
}

const mixed = (): Map<string, Tensor> =>
  new Map([
    ['bytes', new Tensor(Uint8Array.of(1, 2, 3), [3])],
    [
      'dense/kernel',
      tensor([
        [1, -0, Number.NaN],
        [Number.POSITIVE_INFINITY, 1e-45, 3.4e38],
      ]),
    ],
    ['7', tensor([], [0, 4])],
    ['counts', new Tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1), [1, 2])],
    ['größe "…"', tensor(5)],
  ]);

describe('writing', () => {
  test('the bytes of a small file are those of the reference', () => {
    const bytes = encodeSafetensors({ b: tensor([1, 2]), a: tensor([[3]], undefined, 'int32') }, { k: 'v' });
    const header =
      '{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"I32","shape":[1,1],"data_offsets":[8,12]}} ';
    expect(bytes.slice(0, 8)).toEqual(Uint8Array.of(136, 0, 0, 0, 0, 0, 0, 0));
    expect(new TextDecoder().decode(bytes.slice(8, 8 + 136))).toBe(header);
    expect([...bytes.slice(8 + 136)]).toEqual([0, 0, 128, 63, 0, 0, 0, 64, 3, 0, 0, 0]);
  });

  test('what is written is read: every type, no elements, scalars, any name, views into larger arrays', () => {
    const tensors = mixed();
    tensors.set('view', new Tensor(new Float32Array(10).fill(4).subarray(3, 5), [2]));
    const metadata = { text: '{"json": ["1"]}', ['__proto__']: 'harmless', empty: '' };
    const bytes = encodeSafetensors(tensors, metadata);
    const back = decodeSafetensors(bytes);
    expect(Object.fromEntries(back.tensors)).toEqual(Object.fromEntries(tensors));
    expect(Object.is(back.tensors.get('dense/kernel')!.data[1], -0)).toBe(true);
    expect(Object.entries(back.metadata)).toEqual(Object.entries(metadata));
    expect(decodeSafetensors(encodeSafetensors({}))).toEqual({ tensors: new Map(), metadata: {} });
  });

  test('a file may lie anywhere in a larger buffer, also of Node', () => {
    const bytes = encodeSafetensors(mixed());
    const around = Buffer.alloc(bytes.length + 8, 255);
    around.set(bytes, 3);
    const back = decodeSafetensors(around.subarray(3, 3 + bytes.length));
    expect(Object.fromEntries(back.tensors)).toEqual(Object.fromEntries(mixed()));
    around.fill(0);
    expect(back.tensors.get('bytes')!.data).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('data begins at a multiple of 8 and elements of four bytes at multiples of 4', () => {
    for (let length = 1; length < 20; length++) {
      const bytes = encodeSafetensors({ ['n'.repeat(length)]: new Tensor(new Uint8Array(length), [length]), x: tensor([1]) });
      const start = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      const header = JSON.parse(new TextDecoder().decode(bytes.slice(8, 8 + start))) as { x: { data_offsets: number[] } };
      expect([start % 8, header.x.data_offsets[0]! % 4, bytes.length - 8 - start]).toEqual([0, 0, length + 4]);
    }
  });

  test('refuses what no file can hold', () => {
    expect(() => encodeSafetensors({ __metadata__: tensor(1) })).toThrow(/other than "__metadata__"/);
    expect(() => encodeSafetensors({ w: untyped(new Float32Array(1)) })).toThrow(/a tensor as "w", got Float32Array\(1\)/);
    expect(() => encodeSafetensors({}, { n: untyped(3) })).toThrow(/a text as metadata "n", got 3/);
  });
});

describe('reading other types', () => {
  const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer);

  test('floats: halves and bfloats exactly, doubles to the nearest float32', () => {
    const half = decodeOne('F16', [8], bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 1, 0x0400, 0x8000, 0x7c00, 0xfc00)));
    expect([...half.data]).toEqual([1, -2, 65504, 2 ** -24, 2 ** -14, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect([...decodeOne('F16', [1], [1, 0x7e]).data]).toEqual([Number.NaN]);
    expect([...decodeOne('BF16', [3], bytesOf(Uint16Array.of(0x3f80, 0xc040, 0xff80))).data]).toEqual([
      1,
      -3,
      Number.NEGATIVE_INFINITY,
    ]);
    const double = decodeOne('F64', [3], bytesOf(Float64Array.of(0.1, 1e300, -0)));
    expect(double).toEqual(tensor([Math.fround(0.1), Number.POSITIVE_INFINITY, -0]));
  });

  test('integers become int32, and are refused where they do not fit', () => {
    expect(decodeOne('I64', [2], bytesOf(BigInt64Array.of(-(2n ** 31n), 2n ** 31n - 1n)))).toEqual(
      new Tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1), [2]),
    );
    expect([...decodeOne('I8', [2], [255, 127]).data]).toEqual([-1, 127]);
    expect([...decodeOne('I16', [1], [0, 128]).data]).toEqual([-32768]);
    expect([...decodeOne('U16', [1], [0, 128]).data]).toEqual([32768]);
    expect(() => decodeOne('I64', [2], bytesOf(BigInt64Array.of(0n, 2n ** 31n)))).toThrow(
      /tensor "x" of elements in range, got 2147483648 as element 1/,
    );
    expect(() => decodeOne('I64', [1], bytesOf(BigInt64Array.of(-(2n ** 31n) - 1n)))).toThrow(/-2147483649 as element 0/);
    expect(() => decodeOne('U32', [1], bytesOf(Uint32Array.of(2 ** 31)))).toThrow(/2147483648 as element 0/);
    expect(() => decodeOne('U64', [1], bytesOf(BigUint64Array.of(2n ** 64n - 1n)))).toThrow(/18446744073709551615/);
    expect(decodeOne('BOOL', [2], [1, 0])).toEqual(new Tensor(Uint8Array.of(1, 0), [2]));
    expect(() => decodeOne('BOOL', [2], [1, 2])).toThrow(/got 2 as element 1/);
  });
});

describe('files that are damaged, or meant to do damage', () => {
  const two = (second: string): string => `{"a":${entry('F32', '[2]', 0, 8)},"b":${second}}`;
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['no bytes', new Uint8Array(), /at least 8 bytes, got 0/],
    ['a header of 2⁶³ bytes', fileOf('{}', 0, 2n ** 63n), /header of at most 100000000 bytes, got 9223372036854775808/],
    ['a header beyond the end', fileOf('{}', 0, 3n), /header within the file of 10 bytes, got 3 bytes\. Hint/],
    ['no JSON', fileOf('{"a":'), /a header of JSON, got/],
    ['bytes that are no UTF-8', fileOf('{"a":"x"}').fill(0xff, 14, 15), /a header of JSON, got/],
    ['a list', fileOf('[]'), /a header that is a JSON object/],
    ['a space before the header', fileOf(' {}'), /a header that is a JSON object/],
    [
      'a name twice',
      fileOf(`{"a":${entry('F32', '[0]', 0, 0)},"\\u0061":${entry('F32', '[0]', 0, 0)}}`),
      /occurs twice, got "a"/,
    ],
    [
      'a field twice',
      fileOf('{"a":{"dtype":"F32","dtype":"I32","shape":[0],"data_offsets":[0,0]}}'),
      /occurs twice, got "dtype"/,
    ],
    ['lists in lists', fileOf(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`), /a header of (three levels|JSON)/],
    ['metadata that is no text', fileOf('{"__metadata__":{"k":1}}'), /a text as metadata "k", got 1/],
    ['metadata that is a list', fileOf('{"__metadata__":["k"]}'), /metadata that is an object of texts/],
    ['a tensor that is no object', fileOf('{"a":3}'), /tensor "a" to be an object, got 3/],
    [
      'a field nobody knows',
      fileOf('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1}}'),
      /tensor "a" of dtype, .*got "x"/,
    ],
    [
      'a type nobody knows',
      fileOf(`{"a":${entry('F8_E5M2', '[0]', 0, 0)}}`),
      /tensor "a" of one of the types F32, .*got "F8_E5M2"/,
    ],
    ['a type of a prototype', fileOf(`{"a":${entry('constructor', '[0]', 0, 0)}}`), /tensor "a" of one of the types/],
    ['a negative size', fileOf(`{"a":${entry('F32', '[-1,-1]', 0, 4)}}`, 4), /tensor "a" with a `shape` of whole numbers/],
    ['a fraction', fileOf(`{"a":${entry('F32', '[0.5,2]', 0, 4)}}`, 4), /tensor "a" with a `shape` of whole numbers/],
    [
      'a shape that overflows',
      fileOf(`{"a":${entry('F32', '[4294967296,4294967296,4294967296]', 0, 0)}}`),
      /tensor "a" of a size that can be counted/,
    ],
    [
      'a shape that overflows to 0',
      fileOf(`{"a":${entry('F32', '[9007199254740991,9007199254740991,0]', 0, 0)}}`),
      /can be counted/,
    ],
    ['one offset', fileOf('{"a":{"dtype":"F32","shape":[],"data_offsets":[0]}}', 4), /tensor "a" with two `data_offsets`/],
    ['offsets the wrong way round', fileOf(`{"a":${entry('F32', '[1]', 4, 0)}}`, 4), /tensor "a" of 4 bytes, got -4/],
    ['a shape of other size', fileOf(`{"a":${entry('F32', '[3]', 0, 8)}}`, 8), /tensor "a" of 12 bytes, got 8/],
    ['a shape of a smaller size', fileOf(`{"a":${entry('F32', '[1]', 0, 8)}}`, 8), /tensor "a" of 4 bytes, got 8/],
    ['a hole', fileOf(two(entry('F32', '[1]', 12, 16)), 16), /tensor "b" to begin at byte 8 of the data, .*got 12/],
    ['an overlap', fileOf(two(entry('F32', '[1]', 4, 8)), 8), /tensor "b" to begin at byte 8 of the data, .*got 4/],
    ['the same bytes twice', fileOf(two(entry('F32', '[2]', 0, 8)), 8), /tensor "b" to begin at byte 8 of the data, .*got 0/],
    ['data that is missing', fileOf(two(entry('F32', '[1]', 8, 12)), 11), /data of 12 bytes, .*got 11\. Hint/],
    ['data too much', fileOf(two(entry('F32', '[1]', 8, 12)), 13), /data of 12 bytes, .*got 13/],
    [
      'a size beyond any memory',
      fileOf(`{"a":${entry('F32', '[1125899906842624]', 0, 2 ** 52)}}`),
      /data of 4503599627370496 bytes/,
    ],
  ];
  test.each(cases)('%s', (_name, bytes, text) => {
    const error = outcome(() => decodeSafetensors(bytes, 'reader'));
    expect(error).toBeInstanceOf(MyelinError);
    expect((error as Error).message).toMatch(text);
    expect((error as Error).message).toMatch(/^\[reader\] expected .+, got .+[.?]$/s);
  });

  test('what is no array of bytes', () => {
    expect(() => decodeSafetensors(untyped('text'))).toThrow(/Uint8Array, got "text"/);
  });

  /** Decodes bytes that may be anything: a tensor of what is there, or a refusal. */
  function expectSafe(bytes: Uint8Array): void {
    const result = outcome(() => decodeSafetensors(bytes));
    if (result instanceof Error) {
      expect(result, result.stack).toBeInstanceOf(MyelinError);
      return;
    }
    // The widest growth is that of bytes that become int32.
    const total = [...result.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(total).toBeLessThanOrEqual(4 * bytes.length);
  }
  const real = encodeSafetensors(mixed(), { format: 'myelin', model: '{"layers":[]}' });

  test('cut anywhere, a file is refused', () => {
    for (let length = 0; length < real.length; length++) {
      expect(
        outcome(() => decodeSafetensors(real.slice(0, length))),
        `${length} bytes`,
      ).toBeInstanceOf(MyelinError);
    }
  });

  test('with any bit turned, a file is read or refused', () => {
    const start = 8 + Number(new DataView(real.buffer).getBigUint64(0, true));
    for (let at = 0; at < start; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const bytes = real.slice();
        bytes[at]! ^= 1 << bit;
        expectSafe(bytes);
      }
    }
  });

  test('with bytes changed, put in, taken out, a file is read or refused', () => {
    const edit = fc.tuple(fc.nat(real.length), fc.nat(8), fc.uint8Array({ maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        let bytes = [...real];
        for (const [at, removed, added] of edits) bytes = [...bytes.slice(0, at), ...added, ...bytes.slice(at + removed)];
        expectSafe(Uint8Array.from(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('with any JSON for a header, a file is read or refused', () => {
    const field = fc.oneof(
      fc.constantFrom('F32', 'I64', 'BOOL', 'U8', 'F16'),
      fc.array(fc.oneof(fc.nat(4), fc.integer(), fc.double()), { maxLength: 4 }),
      fc.jsonValue(),
    );
    const record = fc.record({ dtype: field, shape: field, data_offsets: field }, { requiredKeys: [] });
    const header = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('__metadata__', '__proto__', 'a')),
      fc.oneof(record, fc.jsonValue()),
    );
    fc.assert(
      fc.property(header, fc.nat(32), (json, size) => expectSafe(fileOf(JSON.stringify(json), size))),
      { numRuns: 500 },
    );
  });
});

describe('with the reference library, where Python has it', () => {
  const python = process.env.MYELIN_PYTHON ?? 'python3';
  const script = fileURLToPath(new URL('../support/safetensors_check.py', import.meta.url));
  const file = join(mkdtempSync(join(tmpdir(), 'myelin-')), 'x.safetensors');
  const run = (action: string) => spawnSync(python, [script, action, file], { encoding: 'utf8' });
  const hasLibrary = run('write').status === 0;

  test.skipIf(!hasLibrary)('what it writes is read', () => {
    expect(run('write').status).toBe(0);
    const { tensors, metadata } = decodeSafetensors(readFileSync(file));
    expect(metadata).toEqual({ 'made by': 'safetensors' });
    for (const [name, dtype] of Object.entries({ float16: 'float32', float32: 'float32', float64: 'float32', uint8: 'uint8' })) {
      const { data, shape, dtype: own } = tensors.get(name)!;
      expect([[...data], shape, own]).toEqual([[0, 1, 2, 100], [2, 2], dtype]);
    }
    for (const name of ['int8', 'int16', 'int32', 'int64', 'uint16', 'uint32', 'uint64']) {
      expect(tensors.get(name)).toEqual(new Tensor(Int32Array.of(0, 1, 2, 100), [2, 2]));
    }
    expect(tensors.get('bool')).toEqual(new Tensor(Uint8Array.of(0, 1, 1, 1), [2, 2]));
    expect(tensors.get('scalar')).toEqual(tensor(-2.5));
    expect(tensors.get('none')!.shape).toEqual([0, 3]);
    const halves = [
      1365 / 4096,
      -0,
      65504,
      2 ** -24,
      Math.round(6.1e-5 * 2 ** 24) / 2 ** 24,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    expect([...tensors.get('halves')!.data]).toEqual(halves);
  });

  test.skipIf(!hasLibrary)('it reads what is written', () => {
    const tensors = mixed();
    tensors.set(
      'dense/kernel',
      tensor([
        [1, -0.5],
        [1e-45, 3.4e38],
      ]),
    );
    writeFileSync(file, encodeSafetensors(tensors, { k: 'v', more: '{"a": "ä"}' }));
    const read = run('read');
    expect(read.status, read.stderr).toBe(0);
    const back = JSON.parse(read.stdout) as {
      metadata: object;
      tensors: Record<string, { dtype: string; shape: number[]; data: number[] }>;
    };
    expect(back.metadata).toEqual({ k: 'v', more: '{"a": "ä"}' });
    expect(back.tensors).toEqual(
      Object.fromEntries([...tensors].map(([name, { dtype, shape, data }]) => [name, { dtype, shape, data: [...data] }])),
    );
  });
});
