/** @file NPZ, NumPy's format of several arrays: a ZIP archive of .npy files. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';
import { type Bytes, bytesOf } from './bytes.ts';
import { parseNPYAs, writeNPY } from './npy.ts';
import { isRecord } from './structure.ts';
import { readZip, writeZip } from './zip.ts';

/**
 * The tensors of an .npz file by name. Members that are not arrays are left out.
 *
 * @throws MyelinError when the archive or a member is damaged, or a member holds what is no number
 */
export async function parseNPZ(bytes: Bytes): Promise<Record<string, Tensor>> {
  const where = 'parseNPZ';
  const members = await readZip(where, bytesOf(where, bytes), (name) => name.endsWith('.npy'));
  return Object.fromEntries(
    [...members].map(([name, data]) => [name.slice(0, -4), parseNPYAs(`${where} ${describe(name)}`, data)]),
  );
}

/** Options of {@link writeNPZ}. */
export interface WriteNPZOptions {
  /** Whether members are packed, as `savez_compressed` does. Default false. */
  readonly compress?: boolean;
}

/** The bytes of an .npz file of tensors by name, which NumPy's `load` reads. */
export async function writeNPZ(
  tensors: Readonly<Record<string, TensorLike>>,
  options: WriteNPZOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const where = 'writeNPZ';
  checkOptionNames(where, options, { compress: true } satisfies Record<keyof WriteNPZOptions, true>);
  if (!isRecord(tensors)) fail(where, 'tensors by name', describe(tensors));
  const members = new Map(Object.entries(tensors).map(([name, value]) => [`${name}.npy`, writeNPY(value)]));
  return writeZip(where, members, options.compress ?? false);
}
