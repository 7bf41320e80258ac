/** @file The constraints' room. */

export * from './all.ts';
export { type Constraint, type ConstraintFactory, defineConstraint } from './constraint.ts';
export type { MaxNormOptions, MinMaxNormOptions, UnitNormOptions } from './norms.ts';
export { type ConstraintConfig, type ConstraintSpec, resolveConstraint } from './resolve.ts';
