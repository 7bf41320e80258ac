import { sizeOf } from '../../base/shape.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { poolCases, pooledSpec } from '../pools.ts';
import { forEachTap, geometryWords, tapsOf, type WindowAttrs, type WindowOptions, windowsOver } from '../windows.ts';
import { maxPoolGrad } from './max-pool-grad.ts';

const op = defineOp<WindowAttrs, 1>({
  name: 'maxPool',
  infer: ([x], { inputSize, outputSize }) => {
    const y = pooledSpec('maxPool', x, inputSize, outputSize);
    return [y, { shape: y.shape, dtype: 'int32' }];
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, table }) => {
    const { shape } = inputSpecs[0]!;
    const channels = shape[shape.length - 1]!;
    k.maxPool(inputs[0]!, outputs[0]!, outputs[1]!, table(geometryWords(attrs, shape[0]!, channels, channels)));
  },
  // dL/dx: what an output gets goes to the element it was taken from
  gradient: ({ outputs, dy, attrs }) => [maxPoolGrad(outputs[1]!, dy, attrs)],
  reference: ([x], attrs) => {
    const channels = x.shape[x.shape.length - 1]!;
    const shape = [x.shape[0]!, ...attrs.outputSize, channels];
    const data = new Float64Array(sizeOf(shape)).fill(-Infinity);
    const indices = new Float64Array(data.length).fill(-1);
    forEachTap(attrs, x.shape[0]!, (output, input, tap) => {
      for (let c = 0; c < channels; c++) {
        const [at, value] = [output * channels + c, x.data[input * channels + c]!];
        const wins = value > data[at]! || Number.isNaN(value) || indices[at] === -1;
        if (!wins || Number.isNaN(data[at]!)) continue;
        data[at] = value;
        indices[at] = tap;
      }
    });
    return [
      { shape, data },
      { shape, data: indices },
    ];
  },
  test: { cases: poolCases.map(({ x, attrs }) => ({ shapes: [x], attrs })), ties: true, tolerance: 0 },
  work: ([x], attrs) => (sizeOf(x!.shape) / sizeOf(attrs.inputSize)) * sizeOf(attrs.outputSize) * tapsOf(attrs),
});

/** How windows of a pooling are placed. */
export interface PoolOptions extends WindowOptions {
  /** Default: the window, so that windows touch. */
  readonly strides?: number | readonly number[];
  readonly padding?: 'valid' | 'same';
}

/**
 * The largest element of each window, channels last. What padding adds does not count, NaN does; the gradient goes to the first of
 * equal maxima. Shape: [batch, …spatial, channels] → [batch, …spatial, channels].
 *
 * @param window size along each spatial dimension
 * @throws ShapeError when the input is smaller than the window or ranks do not fit
 */
export function maxPool<X extends Operand>(x: X, window: readonly number[], options: PoolOptions = {}): Result<X> {
  const { shape } = asNode('maxPool', x);
  return op<X>([x], windowsOver('maxPool', shape.slice(1, -1), window, { strides: window, ...options }));
}
