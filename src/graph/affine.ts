/** @file What affineSample and its gradient share: attributes, checks, reference, test cases. */

import { failShape } from '../base/fail.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { requireFloat32 } from './checks.ts';
import type { OpTestCase, RefArray } from './define-op.ts';
import { type FillMode, forEachPart, type ImageSizes, type Interpolation, tapsAt } from './image-sampling.ts';
import type { TensorSpec } from './node.ts';

/** Attributes of affineSample and its gradient. */
export interface AffineAttrs extends ImageSizes {
  readonly fillMode: FillMode;
  readonly interpolation: Interpolation;
  readonly fillValue: number;
}

/** Refuses what is not one matrix [a, b, c, d, e, f] for each image. */
export function checkMatrices(where: string, matrices: TensorSpec, batch: number): void {
  requireFloat32(where, matrices);
  const { shape } = matrices;
  if (shape.length !== 2 || shape[0] !== batch || shape[1] !== 6)
    failShape(where, `\`matrices\` of shape [${batch}, 6]`, formatShape(shape));
}

/** Walks over the parts of each output pixel of an affine sampling. */
export function affineParts(
  matrices: RefArray,
  batch: number,
  attrs: AffineAttrs,
): (give: (output: number, input: number, weight: number) => void) => void {
  const { height, width, fillMode, interpolation } = attrs;
  const taps = (image: number, row: number, col: number) => {
    const [a, b, c, d, e, f] = matrices.data.subarray(image * 6, image * 6 + 6) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return {
      cols: tapsAt(a * col + (b * row + c), width, fillMode, interpolation),
      rows: tapsAt(d * col + (e * row + f), height, fillMode, interpolation),
    };
  };
  return (give) => forEachPart(batch, attrs, taps, give);
}

/** Images [batch, height, width, channels] and the size they are sampled at. */
const cases: readonly { readonly images: Shape; readonly to: readonly [number, number] }[] = [
  { images: [1, 1, 1, 1], to: [1, 1] },
  { images: [2, 4, 5, 3], to: [4, 5] },
  { images: [3, 5, 3, 1], to: [2, 6] },
  { images: [1, 3, 6, 9], to: [7, 3] },
  { images: [2, 1, 4, 4], to: [3, 3] },
];

/** What affineSample (`ofOutput` false) and its gradient are tested with: `shapes` are those of the images or of dy, and of the matrices. */
export function affineCases(ofOutput: boolean): OpTestCase<AffineAttrs>[] {
  return cases.flatMap(({ images: [batch, height, width, channels], to: [outHeight, outWidth] }) =>
    (['reflect', 'wrap', 'nearest', 'constant'] as const).flatMap((fillMode) =>
      (['bilinear', 'nearest'] as const).map((interpolation) => ({
        shapes: [ofOutput ? [batch!, outHeight, outWidth, channels!] : [batch!, height!, width!, channels!], [batch!, 6]],
        attrs: { height: height!, width: width!, outHeight, outWidth, fillMode, interpolation, fillValue: 0.75 },
      })),
    ),
  );
}
