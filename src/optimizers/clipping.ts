/**
 * @file Gradients kept from growing too large, before the update reads them. As in Keras: a norm below its bound leaves the gradient as it
 * is, and a global norm that is not finite makes every gradient NaN, so that the failure shows.
 */

import { fail } from '../base/fail.ts';
import type { Node } from '../graph/node.ts';
import { add, clip, div, maximum, mul, norm, sqrt, square, sub, sum } from '../graph/ops.ts';
import { positive } from './checks.ts';

/** Bounds of gradients; at most one of them. */
export interface GradientClipping {
  /** Bound of every element: g ← clip(g, −v, v). */
  readonly clipValue?: number;
  /** Bound of each gradient's Euclidean norm: g ← g·c / max(‖g‖, c). */
  readonly clipNorm?: number;
  /** Bound of the norm of all gradients taken together: g ← g·c / max(‖G‖, c). */
  readonly globalClipNorm?: number;
}

const bounds = ['clipValue', 'clipNorm', 'globalClipNorm'] as const;

/** Refuses bounds that are not positive, and more than one of them. */
export function checkClipping(where: string, options: GradientClipping): void {
  const given = bounds.filter((name) => options[name] !== undefined);
  for (const name of given) positive(where, name, options[name]!);
  if (given.length > 1) {
    const names = given.map((name) => `\`${name}\``).join(' and ');
    fail(where, `at most one of ${bounds.map((name) => `\`${name}\``).join(', ')}`, names);
  }
}

/** The gradients within the bounds of `options`. */
export function clipGradients(options: GradientClipping, gradients: readonly Node[]): readonly Node[] {
  const { clipValue, clipNorm, globalClipNorm } = options;
  if (clipValue !== undefined) return gradients.map((gradient) => clip(gradient, -clipValue, clipValue));
  if (clipNorm !== undefined) return gradients.map((gradient) => mul(gradient, div(clipNorm, maximum(norm(gradient), clipNorm))));
  if (globalClipNorm === undefined) return gradients;
  const length = sqrt(gradients.map((gradient) => sum(square(gradient))).reduce((a, b) => add(a, b)));
  // length − length is 0, or NaN where the norm is not finite.
  const factor = add(div(globalClipNorm, maximum(length, globalClipNorm)), sub(length, length));
  return gradients.map((gradient) => mul(gradient, factor));
}
