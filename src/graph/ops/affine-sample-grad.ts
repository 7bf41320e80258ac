import { type AffineAttrs, affineCases, affineParts, checkMatrices } from '../affine.ts';
import { defineOp } from '../define-op.ts';
import { checkImages, fillCodes, scatterParts } from '../image-sampling.ts';
import type { Node } from '../node.ts';
import { affineSample } from './affine-sample.ts';

const op = defineOp<AffineAttrs, 2>({
  name: 'affineSampleGrad',
  infer: ([dy, matrices], { height, width, outHeight, outWidth }) => {
    const { batch, channels } = checkImages('affineSampleGrad', dy, outHeight, outWidth);
    checkMatrices('affineSampleGrad', matrices, batch);
    return { shape: [batch, height, width, channels], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs }) => {
    const { height, width, outHeight, outWidth, fillMode, interpolation } = attrs;
    const [batch, , , channels] = inputSpecs[0]!.shape as readonly [number, number, number, number];
    const isBilinear = interpolation === 'bilinear' ? 1 : 0;
    const [dy, matrices, dx, fill] = [inputs[0]!, inputs[1]!, outputs[0]!, fillCodes[fillMode]];
    k.affineSampleGrad(dy, matrices, dx, batch, height, width, outHeight, outWidth, channels, fill, isBilinear);
  },
  // Linear in dy: each output takes from the pixels it gave to, and nothing from outside.
  gradient: ({ inputs: [, matrices], dy: g, attrs: { outHeight, outWidth, fillMode, interpolation } }) => [
    affineSample(g, matrices, { height: outHeight, width: outWidth, fillMode, interpolation }),
    null,
  ],
  reference: ([dy, matrices], attrs) => {
    const [batch, , , channels] = dy.shape as readonly [number, number, number, number];
    return scatterParts(dy, [batch, attrs.height, attrs.width, channels], affineParts(matrices, batch, attrs));
  },
  test: { cases: affineCases(true), nonDifferentiable: [1] },
  work: ([dy], { height, width }) => {
    const [batch = 0, outHeight = 0, outWidth = 0, channels = 0] = dy!.shape;
    return batch * (height * width * channels + outHeight * outWidth * (20 + 10 * channels));
  },
});

/** dL/dx of affineSample: dy goes to the pixels each output was mixed of, by their weights. */
export function affineSampleGrad(dy: Node, matrices: Node, attrs: AffineAttrs): Node {
  return op([dy, matrices], attrs);
}
