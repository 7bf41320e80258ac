/** @file What pooling ops share: the shape rule and the test cases. */

import type { Shape } from '../base/shape.ts';
import { requireFloat32 } from './checks.ts';
import type { TensorSpec } from './node.ts';
import { checkWindowed, tapsOf, type WindowAttrs, type WindowOptions, windowsOver } from './windows.ts';

/** Shape of [batch, …from, channels] when its spatial axes become `to`. */
export function pooledSpec(where: string, x: TensorSpec, from: Shape, to: Shape): TensorSpec {
  requireFloat32(where, x);
  checkWindowed(where, x, from);
  return { shape: [x.shape[0]!, ...to, x.shape[x.shape.length - 1]!], dtype: 'float32' };
}

/** One pooling of the tests. */
export interface PoolCase {
  readonly x: Shape;
  readonly y: Shape;
  readonly attrs: WindowAttrs;
  /** Whether every window lies inside the input, so that any tap may have won. */
  readonly isInside: boolean;
  readonly taps: number;
}

function poolCase(x: Shape, window: Shape, options: WindowOptions = {}): PoolCase {
  const attrs = windowsOver('poolCase', x.slice(1, -1), window, options);
  const y = [x[0]!, ...attrs.outputSize, x[x.length - 1]!];
  return { x, y, attrs, isInside: options.padding !== 'same', taps: tapsOf(attrs) };
}

/** What every pooling op is tested with: windows that touch, overlap, leave gaps, and reach over the edges. */
export const poolCases: readonly PoolCase[] = [
  poolCase([1, 2, 2, 1], [2, 2], { strides: 2 }),
  poolCase([2, 5, 7, 3], [2, 2], { strides: 2 }),
  poolCase([2, 5, 6, 8], [2, 2], { strides: 2 }),
  poolCase([2, 5, 7, 6], [3, 2], { strides: [2, 1] }),
  poolCase([2, 5, 6, 5], [3, 3], { strides: 2, padding: 'same' }),
  poolCase([1, 7, 8, 4], [2, 2], { strides: 3, padding: 'same' }),
  poolCase([3, 9, 17], [3], { strides: 2, padding: 'same' }),
  poolCase([2, 10, 2], [2]),
  poolCase([2, 4, 5, 3, 3], [2, 2, 2], { strides: 2, padding: 'same' }),
  poolCase([1, 4, 4, 4, 8], [2, 3, 2], { strides: [2, 1, 2] }),
];
