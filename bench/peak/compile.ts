/** @file Compiles `peak.ts` with AssemblyScript, from the library's own tools, and gives its kernels. */
import asc from 'assemblyscript/asc';

/** Operations of four lanes in one step of a peak kernel, times four. */
export const PEAK_OPERATIONS = 96;

/** The kernels of `peak.ts`, by name; each takes a number of steps, and 1. */
export async function compilePeak(): Promise<Record<string, (steps: number, one: number) => number>> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    [
      'peak.ts',
      '-O3',
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '--noAssert',
      '--outFile',
      'peak.wasm',
      '--baseDir',
      import.meta.dirname,
    ],
    {
      writeFile(_name, contents) {
        bytes = Uint8Array.from(contents as Uint8Array);
      },
    },
  );
  if (error || !bytes) throw new Error(`peak.ts does not compile: ${stderr}`);
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const kernels = Object.entries(instance.exports).filter(([, value]) => typeof value === 'function');
  return Object.fromEntries(kernels) as Record<string, (steps: number, one: number) => number>;
}
