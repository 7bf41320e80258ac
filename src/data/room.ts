/** @file Room for the rows of a batch. */

import { type DType, type Shape, sizeOf } from '../base/shape.ts';
import { newArray, Tensor } from '../base/tensor.ts';

/** A zeroed tensor for `count` rows of a shape. */
export function newRoom(dtype: DType, rowShape: Shape, count: number): Tensor {
  return new Tensor(newArray(dtype, count * sizeOf(rowShape)), [count, ...rowShape]);
}
