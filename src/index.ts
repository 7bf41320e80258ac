/**
 * @file Myelin: neural networks trained in TypeScript at native speed.
 *
 * Classes (layers, models, optimizers, callbacks) are exported flat, function-shaped things in namespaces.
 */

export { AbortError, MyelinError, OutOfMemoryError, ShapeError } from './base/fail.ts';
export { type Seed, setSeed } from './base/seed.ts';
export type { DType, PartialShape, Shape } from './base/shape.ts';
export { type NestedArray, Tensor, type TensorLike, type TypedArray, tensor } from './base/tensor.ts';
export {
  type Callback,
  EarlyStopping,
  type EarlyStoppingOptions,
  History,
  LambdaCallback,
  LearningRateScheduler,
  type LearningRateSchedulerOptions,
  type Logs,
  type MonitorMode,
  type MonitorOptions,
  ProgressBar,
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
  type RunParams,
  TerminateOnNaN,
  type TerminateOnNaNOptions,
  type TrainedModel,
  type Verbosity,
} from './callbacks/index.ts';
export * as constraints from './constraints/index.ts';
export { type EngineInfo, engineInfo, type SetupOptions, setup } from './engine/index.ts';
export { defineOp, type Operand, type OpRecord } from './graph/define-op.ts';
export { grad, jit, valueAndGrad } from './graph/jit.ts';
export { Node } from './graph/node.ts';
export * as ops from './graph/ops.ts';
export { Variable } from './graph/variable.ts';
export * as initializers from './initializers/index.ts';
export * as activations from './layers/activations.ts';
export * from './layers/index.ts';
export * as losses from './losses/index.ts';
export * as metrics from './metrics/index.ts';
export * from './models/index.ts';
export { Adadelta, Adagrad, Adam, Adamax, AdamW, Lion, Nadam, Optimizer, RAdam, RMSprop, SGD } from './optimizers/index.ts';
export * as regularizers from './regularizers/index.ts';
export {
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  type LearningRateSchedule,
  Noam,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
  PowerDecay,
  Schedule,
  WarmUp,
} from './schedules/index.ts';
