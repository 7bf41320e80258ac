/** @file The callbacks room. */

export { BackupAndRestore, type BackupAndRestoreOptions } from './backup-and-restore.ts';
export {
  type Callback,
  type CallbackHook,
  CallbackList,
  type Logs,
  type NonFinite,
  type RunInsight,
  type RunParams,
  type SavedState,
  type TrainedModel,
} from './callback.ts';
export { CSVLogger, type CSVLoggerOptions } from './csv-logger.ts';
export { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.ts';
export type { EventSink } from './events/event-file.ts';
export { History } from './history.ts';
export { JSONLogger, type JSONLoggerOptions } from './json-logger.ts';
export { LambdaCallback } from './lambda-callback.ts';
export { LearningRateScheduler, type LearningRateSchedulerOptions } from './learning-rate-scheduler.ts';
export { ModelCheckpoint, type ModelCheckpointOptions } from './model-checkpoint.ts';
export type { MonitorMode, MonitorOptions } from './monitor.ts';
export { ProgressBar, type ProgressBarOptions } from './progress.ts';
export { type Output, standardVerbosity, type Verbosity } from './progress-format.ts';
export { Progress, type ProgressOptions } from './progress-line.ts';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.ts';
export {
  type PredictingModel,
  type Snapshot,
  SnapshotEnsemble,
  type SnapshotEnsembleOptions,
} from './snapshot-ensemble.ts';
export { StochasticWeightAveraging, type StochasticWeightAveragingOptions } from './stochastic-weight-averaging.ts';
export { SwapEMAWeights, type SwapEMAWeightsOptions } from './swap-ema-weights.ts';
export { TensorBoard, type TensorBoardOptions } from './tensor-board.ts';
export { TerminateOnNaN, type TerminateOnNaNOptions } from './terminate-on-nan.ts';
export { WeightNoise, type WeightNoiseOptions } from './weight-noise.ts';
