/** @file Callbacks: what a user can hang into a training run, and how a run calls a list of them. */

import { describe, fail } from '../base/fail.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';
import type { Variable } from '../graph/variable.ts';
import type { Optimizer } from '../optimizers/index.ts';

/** Values that are reported while training: running means since the epoch began, or the epoch's results. */
export type Logs = Record<string, number>;

/** What callbacks may know of a run. */
export interface RunParams {
  /** Epochs the run goes up to. */
  readonly epochs: number;
  /** Steps of an epoch; undefined while that is not known: data that is streamed tells only at its end. */
  readonly steps: number | undefined;
  /** 0 silent, 1 progress bar, 2 a line per epoch. */
  readonly verbose: number;
  /** The run under way, for callbacks that look deeper or save it. There is none when `evaluate` calls. */
  readonly run?: RunInsight;
}

/** What a run can tell of itself between two steps. */
export interface RunInsight {
  /** The epoch under way or, between two epochs, the one just finished; counted from 0. */
  readonly epoch: number;
  /** Everything that is needed to go on from here, as the bytes of a file: see `resumeFrom` of `fit`. */
  checkpoint(): Promise<Uint8Array>;
  /** Gradients of the loss on the batch of the last step, by the names of the weights, with the weights as they are now. */
  gradients(): Promise<ReadonlyMap<string, Tensor>>;
  /** What first holds a NaN or an Infinity: a weight, or else the output of a layer for the batch of the last step. */
  firstNonFinite(): Promise<NonFinite | undefined>;
}

/** Where something that is not finite was found. */
export interface NonFinite {
  /** Name of the layer. */
  readonly layer: string;
  /** `weight "dense/kernel"`, `the output`, `the inputs`. */
  readonly what: string;
  /** The first such value: NaN, Infinity or -Infinity. */
  readonly value: number;
}

/** What callbacks remember, for checkpoints: JSON, with tensors anywhere in it. */
export type SavedState =
  | null
  | boolean
  | number
  | string
  | Tensor
  | readonly SavedState[]
  | { readonly [name: string]: SavedState };

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
  /** The weights themselves, in that order; callbacks may change what they hold between two steps. */
  readonly weights: readonly Variable[];
  /** Those that training changes. */
  readonly trainableWeights: readonly Variable[];
  readonly optimizer: Optimizer;
  /** The model as plain JSON, without weights. */
  toJSON(): unknown;
  /** Writes the model to a file, see `Model.save`. */
  save(path: string, options?: { readonly optimizer?: boolean }): Promise<void>;
  /** Writes the weights alone. */
  saveWeights(path: string): Promise<void>;
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
  /** Validation or evaluation begins; `steps` batches will follow, where that is known. */
  onTestBegin?(steps: number | undefined): void | Promise<void>;
  onTestBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  onTestEnd?(logs: Logs): void | Promise<void>;
  /**
   * Called when training ends, however it does: after `onTrainEnd`, and also when the run was cancelled or has failed. For what must not
   * be left undone, such as closing a file.
   */
  onTrainFinally?(): void | Promise<void>;
  /** What must be remembered to go on after a restart. */
  getState?(): SavedState;
  /** Puts back what {@link getState} gave; called after `onTrainBegin`. */
  setState?(state: SavedState): void;
  /** A checkpoint the run is to go on from; asked before anything else, unless `fit` was given `resumeFrom`. */
  resumeFrom?(): Promise<Uint8Array | undefined>;
}

/** The methods of a callback. */
export type CallbackHook = keyof Callback;

/** Calls a list of callbacks in order. */
export class CallbackList {
  readonly #callbacks: readonly Callback[];
  /** How many of them remember something: those that only show the run come last, and may be others after a restart. */
  readonly #remembering: number;

  /**
   * @param own callbacks of the run itself, called after those of the user
   * @param shows what only shows the run, called last
   * @throws MyelinError when `callbacks` is no list of objects
   */
  constructor(
    where: string,
    callbacks: readonly Callback[] = [],
    own: readonly Callback[] = [],
    shows: readonly Callback[] = [],
  ) {
    if (!Array.isArray(callbacks)) fail(where, '`callbacks` to be a list', describe(callbacks));
    for (const callback of callbacks) {
      if (typeof callback !== 'object' || callback === null) {
        fail(where, 'callbacks that are objects with methods such as onEpochEnd', describe(callback));
      }
    }
    this.#callbacks = [...callbacks, ...own, ...shows];
    this.#remembering = callbacks.length + own.length;
  }

  /** Whether any callback has this method: a run makes no logs nobody reads. */
  has(hook: CallbackHook): boolean {
    return this.#callbacks.some((callback) => typeof callback[hook] === 'function');
  }

  /** The hook that is being called, and by the place of which callback; undefined between two calls. */
  active: { readonly hook: CallbackHook; readonly index: number } | undefined;

  /** Calls one method of every callback that has it, one after the other. */
  call<H extends CallbackHook>(hook: H, ...args: Parameters<NonNullable<Callback[H]>>): Promise<void> {
    return this.callFrom(0, hook, ...args);
  }

  /** As {@link call}, without the callbacks before `first`: they have been called. */
  async callFrom<H extends CallbackHook>(first: number, hook: H, ...args: Parameters<NonNullable<Callback[H]>>): Promise<void> {
    try {
      for (let index = first; index < this.#callbacks.length; index++) {
        const callback = this.#callbacks[index]!;
        const method = callback[hook] as ((...values: unknown[]) => void | Promise<void>) | undefined;
        if (!method) continue;
        this.active = { hook, index };
        const pending = method.apply(callback, args);
        if (pending) await pending;
      }
    } finally {
      this.active = undefined;
    }
  }

  /** Calls a method of every callback that has it, also when one fails; the first failure is thrown at the end. */
  async callAll(hook: 'onTrainFinally'): Promise<void> {
    const failures: unknown[] = [];
    for (const callback of this.#callbacks) {
      try {
        await callback[hook]?.();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** What every callback remembers; null for those that do not. */
  states(): SavedState[] {
    return this.#callbacks.slice(0, this.#remembering).map((callback) => callback.getState?.() ?? null);
  }

  /**
   * Gives callbacks back what they remembered.
   *
   * @throws MyelinError when there are more or fewer callbacks than then
   */
  restore(where: string, states: readonly SavedState[]): void {
    if (states.length !== this.#remembering) {
      const [then, now] = [states.length - 1, this.#remembering - 1];
      const hint = 'give the callbacks the run was begun with, in the same order.';
      fail(where, `${then} callbacks, as when the checkpoint was written`, `${now}`, hint);
    }
    states.forEach((state, i) => {
      if (state !== null) this.#callbacks[i]!.setState?.(state);
    });
  }

  /** The checkpoint a callback wants the run to go on from. */
  async resumeFrom(): Promise<Uint8Array | undefined> {
    for (const callback of this.#callbacks) {
      const bytes = await callback.resumeFrom?.();
      if (bytes) return bytes;
    }
    return undefined;
  }
}
