/**
 * @file Gradients kept from growing too large, before the update reads them. As in Keras: a norm below its bound leaves the gradient as it
 * is, and a global norm that is not finite makes every gradient NaN, so that the failure shows.
 */

import { fail } from '../base/fail.ts';
import type { Node } from '../graph/node.ts';
import { add, clip, div, maximum, mul, norm, sqrt, square, sub, sum } from '../graph/ops.ts';
import type { NormKind } from '../graph/update-weights.ts';
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

/** How gradients are measured by their norms before an update, and the bound, or what is added to the norm before it divides. */
export interface NormRule {
  readonly kind: Exclude<NormKind, 'trust'>;
  readonly bound: number;
}

/** The norm that `options` bound, if they do. */
export function normRuleOf({ clipNorm, globalClipNorm }: GradientClipping): NormRule | undefined {
  if (clipNorm !== undefined) return { kind: 'clipEach', bound: clipNorm };
  return globalClipNorm === undefined ? undefined : { kind: 'clipAll', bound: globalClipNorm };
}

/**
 * The gradients as the update wants them, as nodes: for updates that are computed on the graph, and where a norm is that of weights which
 * several kernels update. Elsewhere the update's own kernel does the same.
 */
export function clipGradients(
  gradients: readonly Node[],
  rule: NormRule | undefined,
  clipValue: number | undefined,
): readonly Node[] {
  if (clipValue !== undefined) return gradients.map((gradient) => clip(gradient, -clipValue, clipValue));
  if (!rule) return gradients;
  const { kind, bound } = rule;
  if (kind === 'clipEach') return gradients.map((gradient) => mul(gradient, div(bound, maximum(norm(gradient), bound))));
  if (kind === 'divideEach') return gradients.map((gradient) => div(gradient, add(norm(gradient), bound)));
  const length = sqrt(gradients.map((gradient) => sum(square(gradient))).reduce((a, b) => add(a, b)));
  if (kind === 'divideAll') return gradients.map((gradient) => div(gradient, add(length, bound)));
  // length − length is 0, or NaN where the norm is not finite.
  const factor = add(div(bound, maximum(length, bound)), sub(length, length));
  return gradients.map((gradient) => mul(gradient, factor));
}
