/** @file Callbacks: what a user can hang into a training run, and how a run calls a list of them. */

import { describe, fail } from '../base/fail.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';

/** Values that are reported while training: running means since the epoch began, or the epoch's results. */
export type Logs = Record<string, number>;

/** What callbacks may know of a run. */
export interface RunParams {
  /** Epochs the run goes up to. */
  readonly epochs: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** 0 silent, 1 progress bar, 2 a line per epoch. */
  readonly verbose: number;
}

/** What callbacks may use of the model they watch. */
export interface TrainedModel {
  readonly name: string;
  /** Set to true, ends the run after the current step. */
  stopTraining: boolean;
  /** Names of all weights, in the order of {@link getWeights}. */
  readonly weightNames: readonly string[];
  /** Copies of all weights. */
  getWeights(): Tensor[];
  /** Replaces all weights. For hooks that run before or after an epoch or the whole training. */
  setWeights(values: readonly TensorLike[]): void;
  /** The optimizer, as far as callbacks change it. */
  readonly optimizer: { learningRate: number };
  /** Which way a metric of this name is better, where that is known. */
  directionOf(name: string): 'max' | 'min' | undefined;
}

/** A callback: any object with some of these methods. Methods may be asynchronous; the run waits for them. */
export interface Callback {
  /** Called once before the run, with the model and what is known of the run. */
  onTrainBegin?(model: TrainedModel, params: RunParams): void | Promise<void>;
  onTrainEnd?(logs: Logs): void | Promise<void>;
  /** Epochs and batches count from 0. */
  onEpochBegin?(epoch: number): void | Promise<void>;
  /** `logs` holds the epoch's results, `val_…` among them; what is added to it appears in the history. */
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  onTrainBatchBegin?(batch: number): void | Promise<void>;
  /** `logs` holds running means since the epoch began. */
  onTrainBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  /** Validation or evaluation begins; `steps` batches will follow. */
  onTestBegin?(steps: number): void | Promise<void>;
  onTestBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  onTestEnd?(logs: Logs): void | Promise<void>;
}

/** The methods of a callback. */
export type CallbackHook = keyof Callback;

/** Calls a list of callbacks in order. */
export class CallbackList {
  readonly #callbacks: readonly Callback[];

  /**
   * @param own callbacks of the run itself, called after those of the user
   * @throws MyelinError when `callbacks` is no list of objects
   */
  constructor(where: string, callbacks: readonly Callback[] = [], own: readonly Callback[] = []) {
    if (!Array.isArray(callbacks)) fail(where, '`callbacks` to be a list', describe(callbacks));
    for (const callback of callbacks) {
      if (typeof callback !== 'object' || callback === null) {
        fail(where, 'callbacks that are objects with methods such as onEpochEnd', describe(callback));
      }
    }
    this.#callbacks = [...callbacks, ...own];
  }

  /** Whether any callback has this method: a run makes no logs nobody reads. */
  has(hook: CallbackHook): boolean {
    return this.#callbacks.some((callback) => typeof callback[hook] === 'function');
  }

  /** Calls one method of every callback that has it, one after the other. */
  async call<H extends CallbackHook>(hook: H, ...args: Parameters<NonNullable<Callback[H]>>): Promise<void> {
    for (const callback of this.#callbacks) {
      const method = callback[hook] as ((...values: unknown[]) => void | Promise<void>) | undefined;
      const pending = method?.apply(callback, args);
      if (pending) await pending;
    }
  }
}
