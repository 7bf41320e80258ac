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
  BackupAndRestore,
  type BackupAndRestoreOptions,
  type Callback,
  CSVLogger,
  type CSVLoggerOptions,
  EarlyStopping,
  type EarlyStoppingOptions,
  type EventSink,
  History,
  JSONLogger,
  type JSONLoggerOptions,
  LambdaCallback,
  LearningRateScheduler,
  type LearningRateSchedulerOptions,
  type Logs,
  ModelCheckpoint,
  type ModelCheckpointOptions,
  type MonitorMode,
  type MonitorOptions,
  type NonFinite,
  type Output,
  type PredictingModel,
  Progress,
  ProgressBar,
  type ProgressBarOptions,
  type ProgressOptions,
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
  type RunInsight,
  type RunParams,
  type SavedState,
  type Snapshot,
  SnapshotEnsemble,
  type SnapshotEnsembleOptions,
  StochasticWeightAveraging,
  type StochasticWeightAveragingOptions,
  SwapEMAWeights,
  type SwapEMAWeightsOptions,
  TensorBoard,
  type TensorBoardOptions,
  TerminateOnNaN,
  type TerminateOnNaNOptions,
  type TrainedModel,
  type Verbosity,
  WeightNoise,
  type WeightNoiseOptions,
} from './callbacks/index.ts';
export * as constraints from './constraints/index.ts';
export * as augment from './data/augment.ts';
export { type Bytes, gunzip } from './data/bytes.ts';
export { type CSVOptions, type CSVRecord, type CSVTable, type CSVType, parseCSV, readCSV } from './data/csv.ts';
export {
  type BatchingOptions,
  type ColumnsOptions,
  Dataset,
  type ElementFunction,
  type ElementOf,
  type ShuffleOptions,
} from './data/dataset.ts';
export { type DecodeImageOptions, decodeImage } from './data/decode-image.ts';
export { type FlipLabelsOptions, flipLabels } from './data/flip-labels.ts';
export { parseIDX } from './data/idx.ts';
export { MinMaxScaler, type MinMaxScalerOptions } from './data/min-max-scaler.ts';
export { type MixupOptions, mixup } from './data/mixup.ts';
export { parseNPY, writeNPY } from './data/npy.ts';
export { parseNPZ, type WriteNPZOptions, writeNPZ } from './data/npz.ts';
export type { Pass } from './data/pass.ts';
export { PCA, type PCAOptions, type PCARecord } from './data/pca.ts';
export type { RowReader, Rows } from './data/rows.ts';
export { decodeSafetensors, encodeSafetensors, type SafetensorsContent } from './data/safetensors.ts';
export type { ScalerRecord } from './data/scaler.ts';
export { channelMeans, StandardScaler, type StandardScalerOptions } from './data/standard-scaler.ts';
export type { Batched, Unbatched } from './data/structure.ts';
export { toCategorical } from './data/to-categorical.ts';
export { type TrainTestSplit, type TrainTestSplitOptions, trainTestSplit } from './data/train-test-split.ts';
export { type EngineInfo, engineInfo, type SetupOptions, setup } from './engine/index.ts';
export {
  checkGradients,
  type GradientCheckOptions,
  GradientReport,
  type TensorGradientCheck,
} from './graph/check-gradients.ts';
export { defineOp, type Operand, type OpRecord } from './graph/define-op.ts';
export { gradients } from './graph/gradient.ts';
export { grad, jit, valueAndGrad } from './graph/jit.ts';
export { Node } from './graph/node.ts';
export { customGradient, type ValueWithGradient } from './graph/ops/custom-gradient.ts';
export * as ops from './graph/ops.ts';
export { Variable } from './graph/variable.ts';
export * as initializers from './initializers/index.ts';
export * as activations from './layers/activations.ts';
export * from './layers/index.ts';
export * as losses from './losses/index.ts';
export * as metrics from './metrics/index.ts';
export * from './models/index.ts';
export {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  type AveragingOptions,
  Ftrl,
  LAMB,
  Lion,
  type LookaheadOptions,
  Muon,
  Nadam,
  NormalizedGradientDescent,
  Optimizer,
  type OptimizerConfig,
  type OptimizerOptions,
  type OptimizerSpec,
  optimizerFromConfig,
  type ParameterGroup,
  type ParameterGroupOptions,
  RAdam,
  RMSprop,
  SGD,
  type UpdateRule,
  type WeightSelector,
} from './optimizers/index.ts';
export * as regularizers from './regularizers/index.ts';
export {
  Constant,
  CosineDecay,
  CosineDecayRestarts,
  CyclicLR,
  ExponentialDecay,
  InverseTimeDecay,
  type LearningRateSchedule,
  type MomentumRange,
  Noam,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
  PowerDecay,
  Schedule,
  type ScheduleConfig,
  WarmUp,
} from './schedules/index.ts';
