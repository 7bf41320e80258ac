import { fail } from '../../base/fail.ts';
import { type AffineAttrs, affineCases, affineParts, checkMatrices } from '../affine.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { checkImages, type FillMode, fillCodes, gatherParts, type Interpolation } from '../image-sampling.ts';
import { affineSampleGrad } from './affine-sample-grad.ts';

const op = defineOp<AffineAttrs, 2>({
  name: 'affineSample',
  infer: ([x, matrices], { height, width, outHeight, outWidth }) => {
    const { batch, channels } = checkImages('affineSample', x, height, width);
    checkMatrices('affineSample', matrices, batch);
    return { shape: [batch, outHeight, outWidth, channels], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs }) => {
    const { height, width, outHeight, outWidth, fillMode, interpolation, fillValue } = attrs;
    const [batch, , , channels] = inputSpecs[0]!.shape as readonly [number, number, number, number];
    const isBilinear = interpolation === 'bilinear' ? 1 : 0;
    const [x, matrices, y, fill] = [inputs[0]!, inputs[1]!, outputs[0]!, fillCodes[fillMode]];
    k.affineSample(x, matrices, y, batch, height, width, outHeight, outWidth, channels, fill, isBilinear, fillValue);
  },
  // dL/dx: every output gives dy to the pixels it was mixed of. The matrices count as constants.
  gradient: ({ inputs: [, matrices], dy, attrs }) => [affineSampleGrad(dy, matrices, attrs), null],
  reference: ([x, matrices], attrs) => {
    const [batch, , , channels] = x.shape as readonly [number, number, number, number];
    const shape = [batch, attrs.outHeight, attrs.outWidth, channels];
    return gatherParts(x, shape, attrs.fillValue, affineParts(matrices, batch, attrs));
  },
  test: { cases: affineCases(false), nonDifferentiable: [1] },
  work: ([x], { outHeight, outWidth }) => {
    const [batch = 0, , , channels = 0] = x!.shape;
    return batch * outHeight * outWidth * (20 + 10 * channels);
  },
});

/** How {@link affineSample} samples. */
export interface AffineSampleOptions {
  /** Height of the output. Default: that of the input. */
  readonly height?: number;
  /** Width of the output. Default: that of the input. */
  readonly width?: number;
  /** Default 'bilinear'. */
  readonly interpolation?: Interpolation;
  /** How images go on beyond their edges. Default 'constant'. */
  readonly fillMode?: FillMode;
  /** What surrounds images when `fillMode` is 'constant'. Default 0. */
  readonly fillValue?: number;
}

/**
 * Images seen through affine maps: output pixel (x, y) of an image is what the image holds at (a·x + b·y + c, d·x + e·y + f), with
 * pixel centres at whole numbers. `matrices` holds a…f for every image. Differentiable with respect to the images; the matrices count
 * as constants.
 *
 * Shape: [batch, height, width, channels], [batch, 6] → [batch, new height, new width, channels].
 */
export function affineSample<X extends Operand, M extends Operand>(
  x: X,
  matrices: M,
  options: AffineSampleOptions = {},
): Result<X | M> {
  const { shape } = asNode('affineSample', x);
  const [, height = 0, width = 0] = shape;
  const { interpolation = 'bilinear', fillMode = 'constant', fillValue = 0 } = options;
  const [outHeight, outWidth] = [options.height ?? height, options.width ?? width];
  for (const size of [height, width, outHeight, outWidth])
    if (!Number.isInteger(size) || size < 1) fail('affineSample', 'heights and widths to be positive integers', String(size));
  if (!Object.hasOwn(fillCodes, fillMode))
    fail('affineSample', `\`fillMode\` to be one of ${Object.keys(fillCodes)}`, String(fillMode));
  const attrs = { height, width, outHeight, outWidth, interpolation, fillMode, fillValue };
  return op<Operand>([x, matrices], attrs) as Result<X | M>;
}
