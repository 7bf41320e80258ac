/** @file The callbacks room. */

export { type Callback, type CallbackHook, CallbackList, type Logs, type RunParams, type TrainedModel } from './callback.ts';
export { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.ts';
export { History } from './history.ts';
export { LambdaCallback } from './lambda-callback.ts';
export { LearningRateScheduler, type LearningRateSchedulerOptions } from './learning-rate-scheduler.ts';
export type { MonitorMode, MonitorOptions } from './monitor.ts';
export { ProgressBar, standardVerbosity, type Verbosity } from './progress.ts';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.ts';
export { TerminateOnNaN, type TerminateOnNaNOptions } from './terminate-on-nan.ts';
