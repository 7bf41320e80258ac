/** @file The callbacks room. */

export { type Callback, type CallbackHook, CallbackList, type Logs, type RunParams, type TrainedModel } from './callback.ts';
export { History } from './history.ts';
export { ProgressBar, standardVerbosity, type Verbosity } from './progress.ts';
