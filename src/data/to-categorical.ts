import { describe, fail } from '../base/fail.ts';
import { wholeNumber } from '../base/numbers.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import { tensorNamed } from './arrays.ts';

/**
 * Class numbers as rows that hold 1 at the class and 0 elsewhere, float32.
 *
 * Shape: any → [..., classes]; a last axis of size 1 is replaced, as in Keras.
 *
 * @param classes number of classes; default: the greatest label + 1
 * @throws MyelinError when a label is no whole number in [0, classes)
 */
export function toCategorical(labels: TensorLike, classes?: number): Tensor {
  const where = 'toCategorical';
  const source = tensorNamed(where, 'labels', labels);
  let greatest = 0;
  for (const label of source.data) if (label > greatest) greatest = label;
  const count = classes === undefined ? greatest + 1 : wholeNumber(where, 'classes', classes, 1);
  const at = source.data.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= count);
  if (at >= 0)
    fail(
      where,
      `labels to be whole numbers from 0 to ${Math.ceil(count) - 1}`,
      `${describe(source.data[at])} at element ${at} of shape ${formatShape(source.shape)}`,
    );
  const rows = source.shape.length > 1 && source.shape.at(-1) === 1 ? source.shape.slice(0, -1) : source.shape;
  const data = new Float32Array(source.size * count);
  source.data.forEach((label, i) => {
    data[i * count + label] = 1;
  });
  return new Tensor(data, [...rows, count]);
}
