/** @file The builds: no static data, the same manifest, and a scan that refuses what cannot be a kernel. */

import { describe, expect, test } from 'vitest';
import { type Build, defaultBuild, relaxedBuild } from '../../src/engine/builds.ts';
import { manifestHash } from '../../src/engine/generated/kernels.ts';
import { type BuildName, buildBytes, loadKernels } from '../support/engine.ts';

interface Scanned {
  readonly kernels: readonly { name: string; opcode: number; parallel: boolean; parameters: { name: string; type: string }[] }[];
  readonly constants: readonly { name: string }[];
}

const scripts = (name: string): string => new URL(`../../scripts/lib/${name}`, import.meta.url).href;
const { hasStaticData } = (await import(scripts('wasm-sections.mjs'))) as { hasStaticData(bytes: Uint8Array): boolean };
const { scanKernels } = (await import(scripts('scan-kernels.mjs'))) as {
  scanKernels(kernels: Map<string, string>, runner: Map<string, string>): Scanned;
};

function scan(...files: string[]): Scanned {
  return scanKernels(new Map(files.map((text, i) => [`assembly/kernels/file-${i}.ts`, text])), new Map());
}

describe('release builds', () => {
  test.each<BuildName>(['simd', 'simd-shared', 'relaxed', 'relaxed-shared'])('%s has no static data', (build) => {
    expect(hasStaticData(buildBytes(build))).toBe(false);
    // The texts of asserts are static data, so the check does find some where there is some.
    expect(hasStaticData(buildBytes('debug'))).toBe(true);
  });

  test.each<BuildName>(['simd', 'simd-shared'])('%s leaves memory as it is when it is instantiated', (build) => {
    const shared = build.endsWith('-shared');
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared });
    const bytes = new Uint8Array(memory.buffer).fill(0xa5);
    const module = new WebAssembly.Module(buildBytes(build));
    const expected = [
      { module: 'env', name: 'memory', kind: 'memory' },
      { module: 'env', name: 'wait', kind: 'function' },
    ];
    expect(new Set(WebAssembly.Module.imports(module))).toEqual(new Set(expected));
    const { exports } = new WebAssembly.Instance(module, { env: { memory, wait() {} } });
    expect(bytes.every((byte) => byte === 0xa5)).toBe(true);
    expect((exports as { manifestHash(): number }).manifestHash()).toBe(manifestHash);
  });

  test.each([
    ['simd', 'simd-shared'],
    ['relaxed', 'relaxed-shared'],
  ] as const)('%s differs from %s in one byte, the flag of the memory', (plain, shared) => {
    const [one, other] = [buildBytes(plain), buildBytes(shared)];
    const differences = [...one.keys()].filter((at) => one[at] !== other[at]);
    expect([one.length, differences.map((at) => [one[at], other[at]])]).toEqual([other.length, [[1, 3]]]);
  });

  test('come out of the package as they were built, for shared and for plain memory', async () => {
    const inlined = [defaultBuild(true), defaultBuild(false), await relaxedBuild(true), await relaxedBuild(false)];
    const same = ({ name, source }: Build): boolean => Buffer.from(source as Uint8Array).equals(buildBytes(name as BuildName));
    expect(inlined.map(({ name }) => name)).toEqual(['simd-shared', 'simd', 'relaxed-shared', 'relaxed']);
    expect(inlined.map(same)).toEqual([true, true, true, true]);
  });

  test('agree with the debug build about the kernels', () => {
    const names = (build: BuildName): string[] =>
      WebAssembly.Module.exports(new WebAssembly.Module(buildBytes(build))).map(({ name }) => name);
    expect(names('debug').sort()).toEqual(names('simd').sort());
    expect(loadKernels('debug').base % 64).toBe(0);
  });
});

describe('scan', () => {
  test('finds exported functions and constants, in the order of the paths', () => {
    const found = scan(
      `export const B: i32 = 2; function helper(): void {} export function b(x: usize, n: i32, s: f32, part: i32, parts: i32): void {}`,
      `export function a(): void {}`,
    );
    expect(found.kernels).toMatchObject([
      {
        name: 'b',
        opcode: 8,
        parallel: true,
        parameters: [
          { name: 'x', type: 'p' },
          { name: 'n', type: 'i' },
          { name: 's', type: 'f' },
        ],
      },
      { name: 'a', opcode: 9, parallel: false, parameters: [] },
    ]);
    expect(found.constants.map(({ name }) => name)).toEqual(['B']);
  });

  test.each([
    [
      'export function f(x: f64): void {}',
      /\[assembly\/kernels\/file-0\.ts:1\] kernel `f`: parameter `x` has type f64; kernels take usize, i32 and f32/,
    ],
    ['\nexport function f(x: usize): i32 { return 0; }', /file-0\.ts:2\] kernel `f` must return void, not i32/],
    ['export function f<T>(x: usize): void {}', /kernel `f` is generic/],
    ['export function f(parts: i32, part: i32): void {}', /`part, parts` must be the last two parameters/],
    ['export function f(n: i32 = 1): void {}', /parameter `n` has a default/],
    ['export function run(): void {}', /`run` is already exported by the engine/],
    ['export const X: f32 = 1;', /constant `X` has type f32/],
    ['export function f( {', /ERROR/],
  ])('refuses %j', (text, message) => {
    expect(() => scan(text)).toThrow(message);
  });

  test('refuses two kernels of one name', () => {
    const text = 'export function f(): void {}';
    expect(() => scan(text, text)).toThrow(/file-1\.ts:1\] `f` is already exported by assembly\/kernels\/file-0\.ts:1/);
  });
});
