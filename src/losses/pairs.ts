/** @file Pairs of samples of a batch: what losses on embeddings with class numbers compare. */

import { failShape } from '../base/fail.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import {
  add,
  cast,
  equal,
  lessEqual,
  matmul,
  mul,
  relu,
  reshape,
  scale,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
} from '../graph/ops.ts';
import { checkLabels, type TargetSpec } from './targets.ts';

/** Refuses what is not one label and one embedding for each sample. */
export function checkEmbeddings(where: string, yTrue: TargetSpec, yPred: TargetSpec): void {
  if (yPred.shape.length !== 2) failShape(where, 'embeddings of shape [n, size]', formatShape(yPred.shape));
  checkLabels(where, yTrue, yPred);
}

/** Zeros on the diagonal of a square of ones. */
export function offDiagonal(size: number): Tensor {
  return new Tensor(
    new Float32Array(size * size).map((_, i) => (i % (size + 1) === 0 ? 0 : 1)),
    [size, size],
  );
}

/** 1 where two samples have the same label, else 0. Labels are told apart up to 2^24. */
export function samePairs(labels: Node): Node {
  const [n] = labels.shape as readonly [number];
  const values = cast(labels, 'float32');
  return equal(reshape(values, [n, 1]), reshape(values, [1, n]));
}

/** Euclidean distance of every two embeddings, exactly 0 (without a gradient) of those that do not differ. */
export function pairDistances(embeddings: Node): Node {
  const [n] = embeddings.shape as readonly [number];
  const lengths = sum(square(embeddings), -1);
  const products = matmul(embeddings, embeddings, { transposeB: true });
  const squares = sub(add(reshape(lengths, [n, 1]), reshape(lengths, [1, n])), scale(products, 2));
  const apart = mul(relu(squares), offDiagonal(n));
  // The root of 0 has no gradient, so something small stands in for 0 and is taken out again.
  const isZero = stopGradient(lessEqual(apart, 0));
  return mul(sqrt(add(apart, scale(isZero, 1e-16))), scale(isZero, -1, 1));
}
