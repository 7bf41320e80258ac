/** @file A training run as a checkpoint holds it: what is read off a run between two steps, and put back into one that goes on. */

import { fail } from '../base/fail.ts';
import { globalSource, restoreGlobalSource, type SourceState } from '../base/seed.ts';
import type { CallbackHook, CallbackList, Logs, SavedState } from '../callbacks/callback.ts';
import type { Variable } from '../graph/variable.ts';
import type { Layer } from '../layers/layer.ts';
import type { Optimizer } from '../optimizers/index.ts';
import type { Place } from './batches.ts';
import {
  decodeCheckpoint,
  differences,
  encodeCheckpoint,
  modelDifferences,
  type NamedTensor,
  type RunState,
} from './checkpoint.ts';

/** Hooks from which a checkpoint may be asked for, and where a run that goes on from it stands. */
export type PausePoint = Extract<CallbackHook, 'onTrainBatchEnd' | 'onEpochEnd'>;

/** Where a run stands. */
export interface Progress {
  readonly epoch: number;
  /** Batches of the epoch that were taken. */
  readonly batch: number;
  /** The hook under way, and the callback that asked for the checkpoint: those behind it are still to be called. */
  readonly hook: PausePoint;
  readonly callback: number;
  /** Logs the hook is called with. */
  readonly logs: Logs;
  /** Losses and metrics of the epoch so far. */
  readonly results: { readonly count: number; readonly totals: readonly (readonly number[])[] };
  readonly place: Place;
  readonly stopTraining: boolean;
  readonly callbacks: readonly SavedState[];
  /** What the data and the loop were: going on with others would not be going on. */
  readonly settings: Readonly<Record<string, number | boolean | string | null>>;
}

/** What a checkpoint reads and writes. */
export interface RunParts {
  readonly model: Layer & { readonly layers: readonly Layer[]; toJSON(): unknown };
  readonly optimizer: Optimizer;
  /** Variables a step changes: random states are those that are neither weights nor the optimizer's. */
  readonly written: readonly Variable[];
}

const named = (variables: readonly Variable[]): NamedTensor[] =>
  variables.map((variable) => ({ name: variable.name, tensor: variable.read() }));

/** Variables of random layers among those a step changes. */
export function randomStates({ model, optimizer, written }: RunParts): readonly Variable[] {
  const known = new Set<Variable>([...model.weights, ...optimizer.variables]);
  return written.filter((variable) => !known.has(variable));
}

function modelJSON(model: RunParts['model']): unknown {
  try {
    return model.toJSON();
  } catch {
    // A model with functions among its options cannot be written down; its weights can.
    return null;
  }
}

/** The checkpoint of a run as it stands. */
export function writeRun(parts: RunParts, random: readonly NamedTensor[], progress: Progress): Uint8Array {
  const { model, optimizer } = parts;
  const state: RunState = {
    kind: 'checkpoint',
    model: modelJSON(model),
    weights: named(model.weights),
    optimizer: { type: optimizer.type, variables: named(optimizer.variables) },
    random,
    state: {
      progress: progress as unknown as SavedState,
      generator: globalSource().state() as unknown as SavedState,
      // Variables hold it as float32; what is computed from it, such as half of it, must come out the same.
      learningRate: optimizer.schedule ? null : optimizer.learningRate,
    },
  };
  return encodeCheckpoint(state);
}

/** Reads the random states for a checkpoint. */
export function readRandom(parts: RunParts): NamedTensor[] {
  return named(randomStates(parts));
}

/** A checkpoint that is being gone on from. */
export class Resumption {
  readonly progress: Progress;
  /** Random states, until the first step is there that has them. */
  random: readonly NamedTensor[] | undefined;
  readonly #where: string;
  readonly #state: RunState;

  constructor(where: string, bytes: Uint8Array) {
    this.#where = where;
    this.#state = decodeCheckpoint(bytes, where);
    const { progress } = (this.#state.state ?? {}) as { progress?: unknown };
    if (!isProgress(progress)) {
      fail(where, 'the checkpoint of a training run', 'a file without the progress of one', 'loadModel() reads saved models.');
    }
    this.progress = progress;
    this.random = this.#state.random;
  }

  /**
   * Puts weights, the optimizer's state and the generator back.
   *
   * @throws MyelinError listing all differences when the model, its optimizer or the run is another one; nothing has been changed then
   */
  restore(parts: Omit<RunParts, 'written'>, settings: Progress['settings']): void {
    const { model, optimizer } = parts;
    // A model with a step of its own may leave its optimizer unused, which keeps nothing of weights then.
    if (this.#state.optimizer.variables.length > optimizer.variables.length) optimizer.build(model.trainableWeights);
    const found = {
      weights: named(model.weights),
      optimizer: { type: optimizer.type, variables: named(optimizer.variables) },
    };
    const weights = differences(this.#state, found);
    // Other weights tell of another architecture in fewer words; without any, the options of layers may still differ.
    const layers = weights.length > 0 ? [] : modelDifferences(this.#state.model, modelJSON(model));
    const list = [...weights, ...layers, ...settingDifferences(this.progress.settings, settings)];
    if (list.length > 0) {
      const hint = 'go on with the model, optimizer and data the run was begun with, or start a new run with loadWeights().';
      fail(this.#where, 'the run the checkpoint was written by', `another one:\n  ${list.join('\n  ')}\n`, hint);
    }
    const { generator, learningRate } = this.#state.state as unknown as { generator: SourceState; learningRate: number | null };
    put(model.weights, this.#state.weights);
    if (typeof learningRate === 'number' && !optimizer.schedule) optimizer.learningRate = learningRate;
    put(optimizer.variables, this.#state.optimizer.variables);
    restoreGlobalSource(generator);
  }

  /** Puts random states back, once the first step is there. */
  restoreRandom(parts: RunParts): void {
    if (!this.random) return;
    const states = randomStates(parts);
    if (states.length !== this.random.length) {
      fail(this.#where, `${this.random.length} random states, as in the checkpoint`, `${states.length}`);
    }
    put(states, this.random);
    this.random = undefined;
  }

  restoreCallbacks(callbacks: CallbackList): void {
    callbacks.restore(this.#where, this.progress.callbacks);
  }
}

function put(variables: readonly Variable[], values: readonly NamedTensor[]): void {
  variables.forEach((variable, i) => {
    variable.write(values[i]!.tensor);
  });
}

function isProgress(value: unknown): value is Progress {
  if (typeof value !== 'object' || value === null) return false;
  const { epoch, batch, hook, place, results, callbacks, settings } = value as Partial<Progress>;
  const isIndex = (number: unknown): boolean => Number.isInteger(number) && (number as number) >= 0;
  return (
    isIndex(epoch) &&
    isIndex(batch) &&
    (hook === 'onTrainBatchEnd' || hook === 'onEpochEnd') &&
    [place, results, settings].every((part) => typeof part === 'object' && part !== null) &&
    isIndex(place?.pass) &&
    isIndex(place?.taken) &&
    Array.isArray(results?.totals) &&
    Array.isArray(callbacks)
  );
}

function settingDifferences(then: Progress['settings'], now: Progress['settings']): string[] {
  return Object.keys({ ...then, ...now })
    .filter((name) => then[name] !== now[name])
    .map((name) => `${name}: ${then[name] ?? 'not set'} then, ${now[name] ?? 'not set'} now`);
}
