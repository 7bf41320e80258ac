/** @file What resize and its gradient share: the table of an axis, attributes, references, test cases. */

import type { OpTestCase } from './define-op.ts';
import { forEachPart, type ImageSizes, type Interpolation, type Tap } from './image-sampling.ts';

/** Attributes of resize and its gradient. */
export interface ResizeAttrs extends ImageSizes {
  readonly interpolation: Interpolation;
}

/** The two places of an axis an output place is mixed of, and the weight of the second. */
type Entry = readonly [first: number, second: number, weight: number];

/**
 * Where the places of an axis come from when `from` of them become `to`. Centres of pixels lie at ½, 1½, …, so output i lies at
 * (i + ½)·from/to − ½; beyond the first and last centre values stay as they are there. Computed in float64 of whole numbers, so that
 * a place that lies exactly between two does so in every runtime.
 */
function entries(from: number, to: number, interpolation: Interpolation): Entry[] {
  return Array.from({ length: to }, (_, i) => {
    if (interpolation === 'nearest') {
      const at = Math.min(Math.floor(((2 * i + 1) * from) / (2 * to)), from - 1);
      return [at, at, 0];
    }
    const place = Math.min(Math.max(((2 * i + 1) * from) / (2 * to) - 0.5, 0), from - 1);
    const first = Math.floor(place);
    return [first, Math.min(first + 1, from - 1), place - first];
  });
}

/** The table of an axis as the kernels read it. */
export function tableWords(from: number, to: number, interpolation: Interpolation): number[] {
  return entries(from, to, interpolation).flatMap(([first, second, weight]) => [
    first,
    second,
    new Int32Array(Float32Array.of(weight).buffer)[0]!,
  ]);
}

/** Walks over the parts of each output pixel. */
export function resizeParts(
  batch: number,
  attrs: ResizeAttrs,
): (give: (output: number, input: number, weight: number) => void) => void {
  const { height, width, outHeight, outWidth, interpolation } = attrs;
  const taps = (from: number, to: number): Tap[][] =>
    entries(from, to, interpolation).map(([first, second, weight]) => [
      { at: first, weight: 1 - weight },
      { at: second, weight },
    ]);
  const [rows, cols] = [taps(height, outHeight), taps(width, outWidth)];
  return (give) => forEachPart(batch, attrs, (_, row, col) => ({ rows: rows[row]!, cols: cols[col]! }), give);
}

/** What resize (`ofOutput` false) and its gradient are tested with. */
export function resizeCases(ofOutput: boolean): OpTestCase<ResizeAttrs>[] {
  const cases = [
    { batch: 1, height: 1, width: 1, channels: 1, outHeight: 3, outWidth: 2 },
    { batch: 2, height: 4, width: 5, channels: 3, outHeight: 8, outWidth: 3 },
    { batch: 3, height: 6, width: 3, channels: 1, outHeight: 4, outWidth: 3 },
    { batch: 1, height: 7, width: 4, channels: 9, outHeight: 2, outWidth: 9 },
  ];
  return cases.flatMap(({ batch, channels, ...sizes }) =>
    (['bilinear', 'nearest'] as const).map((interpolation) => ({
      shapes: [ofOutput ? [batch, sizes.outHeight, sizes.outWidth, channels] : [batch, sizes.height, sizes.width, channels]],
      attrs: { ...sizes, interpolation },
    })),
  );
}
