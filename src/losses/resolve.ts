/** @file From what a user writes as a loss — an object, a name in any spelling, a function — to a loss. */

import { describe, fail } from '../base/fail.ts';
import { foldName, lookup } from '../base/names.ts';
import * as all from './all.ts';
import { FunctionLoss, type LossFunction } from './function-loss.ts';
import { Loss, type LossOptions } from './loss.ts';
import type { TargetSpec } from './targets.ts';

/** What may stand where a loss is wanted. */
export type LossSpec = string | LossFunction | Loss;

/** A class of losses. */
export interface LossClass {
  new (options?: LossOptions): Loss;
  readonly type: string;
}

/** Every loss by its type, then by its short names. */
export const lossClasses: Readonly<Record<string, LossClass>> = {
  ...Object.fromEntries(
    Object.values(all).flatMap((entry): [string, LossClass][] => ('type' in entry ? [[entry.type, entry]] : [])),
  ),
  bce: all.BinaryCrossentropy,
  kld: all.KLDivergence,
  mae: all.MeanAbsoluteError,
  mape: all.MeanAbsolutePercentageError,
  mse: all.MeanSquaredError,
  msle: all.MeanSquaredLogarithmicError,
  // Names of Keras 2 and TensorFlow.js.
  cosineProximity: all.CosineSimilarity,
  huberLoss: all.Huber,
  kullbackLeiblerDivergence: all.KLDivergence,
};

/** Whether a name asks for the cross-entropy that fits the shapes. */
function isCrossentropy(name: string): boolean {
  return ['crossentropy', 'ce'].includes(foldName(name));
}

/** The cross-entropy for targets and predictions of these shapes. */
function crossentropyFor(yTrue: TargetSpec, yPred: TargetSpec): LossClass {
  if (yPred.shape.at(-1) === 1) return all.BinaryCrossentropy;
  const isSparse = yTrue.shape.length < yPred.shape.length || yTrue.shape.at(-1) === 1;
  return isSparse ? all.SparseCategoricalCrossentropy : all.CategoricalCrossentropy;
}

/**
 * The loss that `spec` means. Names may be written as the class ('MeanSquaredError'), the function ('meanSquaredError',
 * 'mean_squared_error') or an alias (mse, mae, mape, msle, bce, kld); 'crossentropy' and 'ce' need the shapes to choose by. The name becomes the loss's own.
 *
 * @throws MyelinError with the nearest known name when there is no such loss
 */
export function resolveLoss(spec: LossSpec, yTrue?: TargetSpec, yPred?: TargetSpec): Loss {
  if (spec instanceof Loss) return spec;
  if (typeof spec === 'function') return new FunctionLoss(spec);
  if (typeof spec !== 'string')
    return fail('compile', '`loss` to be a name, a Loss or a function (yTrue, yPred) => node', describe(spec));
  if (!isCrossentropy(spec)) return new (lookup('compile', 'loss', spec, lossClasses))({ name: spec });
  if (!yTrue || !yPred)
    return fail(
      'compile',
      'a loss that is known before shapes are',
      describe(spec),
      "use 'sparseCategoricalCrossentropy' for class numbers.",
    );
  return new (crossentropyFor(yTrue, yPred))({ name: spec });
}
