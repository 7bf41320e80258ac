/** @file The scale and the shift after a normalization: options that such layers share, and what they ask for the two weights. */

import { type ConstraintSpec, resolveConstraint } from '../constraints/index.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { type RegularizerSpec, resolveRegularizer } from '../regularizers/index.ts';
import type { LayerOptions, WeightOptions } from './layer.ts';

/** Options of a layer that multiplies what it normalized by `gamma` and adds `beta`. */
export interface AffineOptions extends LayerOptions {
  /** Whether `beta` is added. Default true. */
  readonly center?: boolean;
  /** Whether the result is multiplied by `gamma`. Default true. */
  readonly scale?: boolean;
  /** Default 'zeros'. */
  readonly betaInitializer?: InitializerSpec;
  /** Default 'ones'. */
  readonly gammaInitializer?: InitializerSpec;
  /** Penalty on `beta`. Default none. */
  readonly betaRegularizer?: RegularizerSpec;
  /** Penalty on `gamma`. Default none. */
  readonly gammaRegularizer?: RegularizerSpec;
  /** Bounds of `beta` after every update. Default none. */
  readonly betaConstraint?: ConstraintSpec;
  /** Bounds of `gamma` after every update. Default none. */
  readonly gammaConstraint?: ConstraintSpec;
}

/** How `gamma` and `beta` are made, undefined for one the layer does not have. */
export interface AffineWeights {
  readonly gamma: WeightOptions | undefined;
  readonly beta: WeightOptions | undefined;
}

/** What the options ask for. Throws when a name is unknown, whether the weight is wanted or not. */
export function affineWeights(where: string, options: AffineOptions): AffineWeights {
  const make = (
    isWanted: boolean,
    initializer: InitializerSpec,
    regularizer: RegularizerSpec | undefined,
    constraint: ConstraintSpec | undefined,
  ): WeightOptions | undefined => {
    resolveInitializer(initializer, where);
    resolveRegularizer(regularizer, where);
    resolveConstraint(constraint, where);
    return isWanted ? { initializer, regularizer, constraint } : undefined;
  };
  const { center = true, scale = true, gammaInitializer = 'ones', betaInitializer = 'zeros' } = options;
  return {
    gamma: make(scale, gammaInitializer, options.gammaRegularizer, options.gammaConstraint),
    beta: make(center, betaInitializer, options.betaRegularizer, options.betaConstraint),
  };
}
