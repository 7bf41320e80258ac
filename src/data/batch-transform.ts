/** @file What transforms of batches share: functions for `Dataset.map` whose random numbers follow from the seed, the pass and the place. */

import { describe, fail } from '../base/fail.ts';
import { Tensor } from '../base/tensor.ts';
import { isRecord, mapParts, type Path } from './structure.ts';

/** A function for `Dataset.map` that keeps the form of batches: `[x, y]` stays `[x, y]`. */
export type BatchTransform = <B>(batch: B, index: number, pass: number) => B;

/** The parts of a batch `[x, y]` or `[x, y, sampleWeight]`. */
export function partsOf(where: string, batch: unknown): readonly [x: unknown, y: unknown, ...rest: unknown[]] {
  if (!Array.isArray(batch) || batch.length < 2) fail(where, 'batches [x, y]', describe(batch), 'use it in map, after batch.');
  return batch as [unknown, unknown];
}

/** Every tensor in a part of a batch as `change` makes it. */
export function mapTensors(where: string, part: unknown, path: Path, change: (tensor: Tensor, path: Path) => Tensor): unknown {
  if (part instanceof Tensor) return change(part, path);
  if (Array.isArray(part) || isRecord(part))
    return mapParts(part, path, (inner, place) => mapTensors(where, inner, place, change));
  return fail(where, `\`${path}\` as tensors`, describe(part), 'use it in map, after batch.');
}
