/** @file Matrices made orthogonal by matrix products alone. */

import type { Node } from '../graph/node.ts';
import { add, div, matmul, norm, scale, transpose } from '../graph/ops.ts';

/** Coefficients a, b, c of the polynomial a·x + b·x³ + c·x⁵ that singular values go through. */
export type Quintic = readonly [a: number, b: number, c: number];

/**
 * A matrix with the singular vectors of `x` and singular values near 1: `steps` times X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ, from
 * X = x / (‖x‖ + 1e-7). The values end between about 0.7 and 1.2, as the coefficients are chosen to lift small ones fast. Shape: [m, n] → same.
 *
 * Source: Jordan et al. 2024, "Muon".
 */
export function orthogonalized(x: Node, steps: number, [a, b, c]: Quintic): Node {
  const isTall = x.shape[0]! > x.shape[1]!;
  // A has the smaller of both sizes.
  let X = isTall ? transpose(x) : x;
  X = div(X, add(norm(X), 1e-7));
  for (let i = 0; i < steps; i++) {
    const A = matmul(X, X, { transposeB: true });
    X = add(scale(X, a), matmul(add(scale(A, b), scale(matmul(A, A), c)), X));
  }
  return isTall ? transpose(X) : X;
}
