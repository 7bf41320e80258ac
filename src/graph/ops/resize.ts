import { fail } from '../../base/fail.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { checkImages, gatherParts, type Interpolation } from '../image-sampling.ts';
import { type ResizeAttrs, resizeCases, resizeParts, tableWords } from '../resizing.ts';
import { resizeGrad } from './resize-grad.ts';

const op = defineOp<ResizeAttrs, 1>({
  name: 'resize',
  infer: ([x], { height, width, outHeight, outWidth }) => {
    const { batch, channels } = checkImages('resize', x, height, width);
    return { shape: [batch, outHeight, outWidth, channels], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, table }) => {
    const { height, width, outHeight, outWidth, interpolation } = attrs;
    const [batch, , , channels] = inputSpecs[0]!.shape as readonly [number, number, number, number];
    const rows = table(tableWords(height, outHeight, interpolation));
    const cols = table(tableWords(width, outWidth, interpolation));
    k.resize(inputs[0]!, outputs[0]!, rows, cols, batch, height, width, outHeight, outWidth, channels);
  },
  // dL/dx: every output gives dy to the pixels it was mixed of
  gradient: ({ dy, attrs }) => [resizeGrad(dy, attrs)],
  reference: ([x], attrs) => {
    const [batch, , , channels] = x.shape as readonly [number, number, number, number];
    return gatherParts(x, [batch, attrs.outHeight, attrs.outWidth, channels], 0, resizeParts(batch, attrs));
  },
  test: { cases: resizeCases(false) },
  work: ([x], { outHeight, outWidth }) => 8 * (x!.shape[0] ?? 0) * outHeight * outWidth * (x!.shape[3] ?? 0),
});

/**
 * Images brought to another size: pixels are squares, and the value at the centre of a new one is interpolated between the centres of
 * the old ones, or taken from the nearest. There is no smoothing when images get smaller. Shape: [batch, height, width, channels] →
 * [batch, new height, new width, channels].
 *
 * @param size new height and width
 */
export function resize<X extends Operand>(
  x: X,
  size: readonly [height: number, width: number],
  interpolation: Interpolation = 'bilinear',
): Result<X> {
  const [, height = 0, width = 0] = asNode('resize', x).shape;
  for (const one of [height, width, ...size])
    if (!Number.isInteger(one) || one < 1) fail('resize', 'heights and widths to be positive integers', String(one));
  return op<X>([x], { height, width, outHeight: size[0], outWidth: size[1], interpolation });
}
