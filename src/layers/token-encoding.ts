/** @file Whole numbers as rows of 0s and 1s (or counts), as CategoryEncoding and Discretization give them. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { max, oneHot, reshape, sum } from '../graph/ops.ts';

/**
 * What becomes of the whole numbers of a sample: 'oneHot' gives a row with a 1 for each of them, 'multiHot' one row with a 1 for
 * every number that occurs in the last axis, 'count' one row that says how often each occurs.
 */
export type EncodingMode = 'oneHot' | 'multiHot' | 'count';

const modes: Readonly<Record<EncodingMode, EncodingMode>> = { oneHot: 'oneHot', multiHot: 'multiHot', count: 'count' };

/** The mode that `mode` names, in any spelling. */
export function resolveMode(where: string, mode: string): EncodingMode {
  if (typeof mode !== 'string') return fail(where, '`outputMode` to be a name', describe(mode));
  return lookup(where, 'output mode', mode, modes);
}

/** Whether the last axis of the input goes away: numbers without an axis of their own each get a row. */
function replacesLastAxis(shape: PartialShape, mode: EncodingMode): boolean {
  return shape.length > 1 && (mode !== 'oneHot' || shape[shape.length - 1] === 1);
}

/** Shape of {@link encodeTokens}. */
export function encodedShape(shape: PartialShape, depth: number, mode: EncodingMode): PartialShape {
  return [...(replacesLastAxis(shape, mode) ? shape.slice(0, -1) : shape), depth];
}

/** Numbers 0…depth−1 encoded; others leave no trace. Not differentiable. */
export function encodeTokens(tokens: Node, depth: number, mode: EncodingMode): Node {
  const rows = oneHot(tokens, depth);
  if (!replacesLastAxis(tokens.shape, mode)) return rows;
  if (mode === 'oneHot') return reshape(rows, [...tokens.shape.slice(0, -1), depth]);
  return mode === 'count' ? sum(rows, -2) : max(rows, -2);
}
