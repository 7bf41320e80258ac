/** @file Initializers whose rows or columns are orthogonal to each other. */

import { failShape } from '../base/fail.ts';
import { finite } from '../base/numbers.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { randomNormal } from '../graph/ops.ts';
import { drawInto, type SeedOptions } from './draw.ts';
import { defineInitializer } from './initializer.ts';

/** Options of {@link identity}. */
export interface GainOptions {
  /** Factor of the result. Default 1. */
  readonly gain?: number;
}

/** Options of {@link orthogonal}. */
export interface OrthogonalOptions extends SeedOptions, GainOptions {}

/**
 * Replaces a matrix of `rows` >= `cols` by the Q of its QR decomposition, its columns multiplied by the signs of R's diagonal, which
 * makes Q of a normal matrix uniform among all orthogonal ones (Mezzadri 2007). Householder reflections, with nothing but
 * + − × ÷ and √, so that every machine gets the same bits.
 */
export function orthonormalize(a: Float64Array, rows: number, cols: number): void {
  const reflectors = new Float64Array(rows * cols);
  const signs = new Float64Array(cols);
  const products = new Float64Array(cols);
  /** m ← m − 2·v·(vᵀ·m) for columns from `first` on, v being the unit vector of reflector k. */
  const reflect = (m: Float64Array, k: number, first: number): void => {
    products.fill(0, first);
    for (let r = k; r < rows; r++) {
      const v = reflectors[r * cols + k]!;
      for (let c = first; c < cols; c++) products[c]! += v * m[r * cols + c]!;
    }
    for (let r = k; r < rows; r++) {
      const v = 2 * reflectors[r * cols + k]!;
      for (let c = first; c < cols; c++) m[r * cols + c]! -= v * products[c]!;
    }
  };
  for (let k = 0; k < cols; k++) {
    let squares = 0;
    for (let r = k; r < rows; r++) squares += a[r * cols + k]! * a[r * cols + k]!;
    const head = a[k * cols + k]!;
    const length = Math.sqrt(squares);
    // The column becomes ∓length·e_k, with the sign that loses no digits; that sign is the one of R's diagonal.
    signs[k] = head > 0 ? -1 : 1;
    const first = head + (head > 0 ? length : -length);
    const norm = Math.sqrt(squares - head * head + first * first);
    // A column of zeros needs no reflection.
    if (norm > 0) {
      reflectors[k * cols + k] = first / norm;
      for (let r = k + 1; r < rows; r++) reflectors[r * cols + k] = a[r * cols + k]! / norm;
    }
    reflect(a, k, k);
  }
  a.fill(0);
  for (let k = 0; k < cols; k++) a[k * cols + k] = 1;
  for (let k = cols - 1; k >= 0; k--) reflect(a, k, k);
  for (let i = 0; i < a.length; i++) a[i]! *= signs[i % cols]!;
}

/**
 * A random matrix whose columns (or rows, whichever are fewer) are orthogonal to each other and of length `gain`. Weights of higher rank
 * are seen as [all other axes, last axis]. Options: `gain` 1, `seed`. Saxe, McClelland & Ganguli 2014; source: Keras
 * `initializers.Orthogonal`.
 *
 * @throws MyelinError when `gain` is not finite; ShapeError on use for a weight of rank below 2
 */
export const orthogonal = defineInitializer<OrthogonalOptions>('Orthogonal', (options, where) => {
  const gain = finite(where, 'gain', options.gain ?? 1);
  return (variable) => {
    const { shape } = variable;
    if (shape.length < 2) failShape(where, `a weight of rank >= 2`, `"${variable.name}" of shape ${formatShape(shape)}`);
    const [rows, cols] = [sizeOf(shape.slice(0, -1)), shape[shape.length - 1]!];
    const [long, short] = [Math.max(rows, cols), Math.min(rows, cols)];
    drawInto(where, variable, options, (state) => randomNormal([long, short], { state }));
    const view = variable.view();
    const matrix = Float64Array.from(view);
    orthonormalize(matrix, long, short);
    if (rows >= cols) view.set(matrix.map((value) => gain * value));
    else for (let i = 0; i < view.length; i++) view[i] = gain * matrix[(i % cols) * short + Math.floor(i / cols)]!;
  };
});

/**
 * `gain` on the diagonal, 0 elsewhere. Options: `gain` 1. Source: Keras `initializers.Identity`.
 *
 * @throws MyelinError when `gain` is not finite; ShapeError on use for a weight that is no matrix
 */
export const identity = defineInitializer<GainOptions>('Identity', (options, where) => {
  const gain = finite(where, 'gain', options.gain ?? 1);
  return (variable) => {
    const { shape } = variable;
    if (shape.length !== 2) failShape(where, `a weight of rank 2`, `"${variable.name}" of shape ${formatShape(shape)}`);
    const cols = shape[1]!;
    const view = variable.view().fill(0);
    for (let i = 0; i < Math.min(shape[0]!, cols); i++) view[i * cols + i] = gain;
  };
});
