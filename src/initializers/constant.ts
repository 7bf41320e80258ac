import { failShape } from '../base/fail.ts';
import { finite } from '../base/numbers.ts';
import { broadcastShapes, formatShape, sameShape, stridesOf } from '../base/shape.ts';
import { type TensorLike, tensor } from '../base/tensor.ts';
import type { Variable } from '../graph/variable.ts';
import { defineInitializer } from './initializer.ts';

/** Options of {@link constant}. */
export interface ConstantOptions {
  /** A number, or an array that stretches to the weight's shape. Default 0. */
  readonly value?: TensorLike;
}

/** All zeros. Source: Keras `initializers.Zeros`. */
export const zeros = defineInitializer<object>('Zeros', () => (variable) => void variable.view().fill(0));

/** All ones. Source: Keras `initializers.Ones`. */
export const ones = defineInitializer<object>('Ones', () => (variable) => void variable.view().fill(1));

/**
 * The same number everywhere, or given values. Options: `value` 0. Source: Keras `initializers.Constant`.
 *
 * @throws MyelinError when `value` is a number that is not finite; ShapeError on use when its shape does not stretch to the weight's
 */
export const constant = defineInitializer<ConstantOptions>('Constant', ({ value = 0 }, where) => {
  if (typeof value === 'number') {
    finite(where, 'value', value);
    return (variable) => void variable.view().fill(value);
  }
  const given = tensor(value);
  return (variable) => stretchInto(where, variable, given.data, given.shape);
});

/** Writes `data` of `shape` to a variable, repeated along axes of 1 and missing leading axes. */
function stretchInto(where: string, variable: Variable, data: ArrayLike<number>, shape: readonly number[]): void {
  if (!sameShape(broadcastShapes(where, shape, variable.shape), variable.shape)) {
    failShape(where, `a \`value\` that stretches to ${formatShape(variable.shape)} of "${variable.name}"`, formatShape(shape));
  }
  const aligned = [...new Array<number>(variable.shape.length - shape.length).fill(1), ...shape];
  const steps = stridesOf(aligned).map((stride, axis) => (aligned[axis] === 1 ? 0 : stride));
  const strides = stridesOf(variable.shape);
  const view = variable.view();
  for (let i = 0; i < view.length; i++) {
    let from = 0;
    for (let axis = 0; axis < steps.length; axis++)
      from += (Math.floor(i / strides[axis]!) % variable.shape[axis]!) * steps[axis]!;
    view[i] = data[from]!;
  }
}
