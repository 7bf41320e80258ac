import { defineOp } from '../define-op.ts';
import { checkImages, scatterParts } from '../image-sampling.ts';
import type { Node } from '../node.ts';
import { type ResizeAttrs, resizeCases, resizeParts, tableWords } from '../resizing.ts';
import { resize } from './resize.ts';

const op = defineOp<ResizeAttrs, 1>({
  name: 'resizeGrad',
  infer: ([dy], { height, width, outHeight, outWidth }) => {
    const { batch, channels } = checkImages('resizeGrad', dy, outHeight, outWidth);
    return { shape: [batch, height, width, channels], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, table }) => {
    const { height, width, outHeight, outWidth, interpolation } = attrs;
    const [batch, , , channels] = inputSpecs[0]!.shape as readonly [number, number, number, number];
    const rows = table(tableWords(height, outHeight, interpolation));
    const cols = table(tableWords(width, outWidth, interpolation));
    k.resizeGrad(inputs[0]!, outputs[0]!, rows, cols, batch, height, width, outHeight, outWidth, channels);
  },
  // Linear in dy: each output takes from the pixels it gave to.
  gradient: ({ dy: g, attrs: { outHeight, outWidth, interpolation } }) => [resize(g, [outHeight, outWidth], interpolation)],
  reference: ([dy], attrs) => {
    const [batch, , , channels] = dy.shape as readonly [number, number, number, number];
    return scatterParts(dy, [batch, attrs.height, attrs.width, channels], resizeParts(batch, attrs));
  },
  test: { cases: resizeCases(true) },
  work: ([dy]) => 8 * dy!.shape.reduce((a, b) => a * b, 1),
});

/** dL/dx of resize: dy goes to the pixels each output was mixed of, by their weights. */
export function resizeGrad(dy: Node, attrs: ResizeAttrs): Node {
  return op([dy], attrs);
}
