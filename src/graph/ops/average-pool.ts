import { sizeOf } from '../../base/shape.ts';
import { zerosOf } from '../convolutions.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { poolCases, pooledSpec } from '../pools.ts';
import { forEachTap, geometryWords, tapsOf, type WindowAttrs, windowsOver } from '../windows.ts';
import { averagePoolGrad } from './average-pool-grad.ts';
import type { PoolOptions } from './max-pool.ts';

const op = defineOp<WindowAttrs, 1>({
  name: 'averagePool',
  infer: ([x], { inputSize, outputSize }) => pooledSpec('averagePool', x, inputSize, outputSize),
  lower: (k, { inputs, outputs, inputSpecs, attrs, table }) => {
    const { shape } = inputSpecs[0]!;
    const channels = shape[shape.length - 1]!;
    k.averagePool(inputs[0]!, outputs[0]!, table(geometryWords(attrs, shape[0]!, channels, channels)));
  },
  // dL/dx: an equal part of dy to each tap inside the input
  gradient: ({ dy, attrs }) => [averagePoolGrad(dy, attrs)],
  reference: ([x], attrs) => {
    const channels = x.shape[x.shape.length - 1]!;
    const y = zerosOf([x.shape[0]!, ...attrs.outputSize, channels]);
    const counts = new Float64Array(y.data.length);
    forEachTap(attrs, x.shape[0]!, (output, input) => {
      for (let c = 0; c < channels; c++) {
        y.data[output * channels + c]! += x.data[input * channels + c]!;
        counts[output * channels + c]!++;
      }
    });
    return { shape: y.shape, data: y.data.map((total, i) => total / counts[i]!) };
  },
  test: { cases: poolCases.map(({ x, attrs }) => ({ shapes: [x], attrs })) },
  work: ([x], attrs) => (sizeOf(x!.shape) / sizeOf(attrs.inputSize)) * sizeOf(attrs.outputSize) * tapsOf(attrs),
});

/**
 * The mean of each window, channels last; what padding adds does not count. Shape: [batch, …spatial, channels] → the same rank.
 *
 * @param window size along each spatial dimension
 * @throws ShapeError when the input is smaller than the window or ranks do not fit
 */
export function averagePool<X extends Operand>(x: X, window: readonly number[], options: PoolOptions = {}): Result<X> {
  const { shape } = asNode('averagePool', x);
  return op<X>([x], windowsOver('averagePool', shape.slice(1, -1), window, { strides: window, ...options }));
}

/** As {@link averagePool}, with the windows given. */
export function averagePoolOver<X extends Operand>(x: X, attrs: WindowAttrs): Result<X> {
  return op<X>([x], attrs);
}
