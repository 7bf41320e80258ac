/** @file Checks that many ops share, so that they refuse the same thing in the same words. */

import { failShape } from '../base/fail.ts';
import type { TensorSpec } from './node.ts';

/** Refuses inputs that are not float32. */
export function requireFloat32(where: string, ...inputs: readonly TensorSpec[]): void {
  if (inputs.some((input) => input.dtype !== 'float32')) {
    const got = inputs.map((input) => input.dtype).join(' and ');
    failShape(where, `float32 ${inputs.length === 1 ? 'input' : 'inputs'}`, got, 'convert with ops.cast.');
  }
}

/** Refuses uint8, for ops that move four bytes at a time. */
export function refuseUint8(where: string, ...inputs: readonly TensorSpec[]): void {
  if (inputs.some((input) => input.dtype === 'uint8')) failShape(where, 'float32 or int32', 'uint8', 'convert with ops.cast.');
}
