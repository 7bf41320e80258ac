/** @file The arguments of `fit` and `evaluate`, checked and cut into training and validation data. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';
import type { Callback, Verbosity } from '../callbacks/index.ts';
import { checkFinite, checkSameCount, countArgument, samples } from '../data/arrays.ts';

/** Options of `evaluate` and `predict`. */
export interface BatchOptions {
  /** Samples per step. Default 32. */
  readonly batchSize?: number;
  /** 0 silent, 1 progress bar, 2 one line, 'auto' a bar on a terminal and a line elsewhere. Default 'auto' (for `predict`: 0). */
  readonly verbose?: Verbosity;
  readonly callbacks?: readonly Callback[];
  /** Refuse NaN and Infinity in the data, naming the first one. Default false. */
  readonly checkFinite?: boolean;
  /** Cancels: the promise is rejected after the current step with an AbortError, and the model stays usable. */
  readonly signal?: AbortSignal;
}

/** Options of `fit`. */
export interface FitOptions extends BatchOptions {
  /** How often the data is gone through. Default 1. */
  readonly epochs?: number;
  /** Whether every epoch takes the samples in a new random order. Default true. */
  readonly shuffle?: boolean;
  /** Share of the samples, taken from the end before any shuffling, that is held back for validation. Default 0. */
  readonly validationSplit?: number;
  /** Data evaluated after every epoch, as `[x, y]`. Wins over `validationSplit`. */
  readonly validationData?: readonly [x: TensorLike, y: TensorLike];
}

const batchOptions = { batchSize: true, verbose: true, callbacks: true, checkFinite: true, signal: true } satisfies Record<
  keyof BatchOptions,
  true
>;

const fitOptions = { ...batchOptions, epochs: true, shuffle: true, validationSplit: true, validationData: true } satisfies Record<
  keyof FitOptions,
  true
>;

/** Refuses options that `evaluate` and `predict` do not know. */
export function checkBatchOptions(where: string, options: BatchOptions): void {
  checkOptionNames(where, options, batchOptions);
}

/** Refuses options that `fit` does not know. */
export function checkFitOptions(where: string, options: FitOptions): void {
  checkOptionNames(where, options, fitOptions);
}

/** Inputs and their targets, as many of each. */
export interface Pair {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** `x` and `y` as tensors of equal count. */
export function pairOf(where: string, x: TensorLike, y: TensorLike | undefined, mustBeFinite = false, prefix = ''): Pair {
  const pair = { x: samples(where, `${prefix}x`, x), y: samples(where, `${prefix}y`, y) };
  checkSameCount(where, pair.x, pair.y);
  if (mustBeFinite) {
    checkFinite(where, `${prefix}x`, pair.x);
    checkFinite(where, `${prefix}y`, pair.y);
  }
  return pair;
}

/** The data to train on and, if there is any, the data to validate with. */
export function splitData(
  where: string,
  x: TensorLike,
  y: TensorLike,
  options: FitOptions,
): { training: Pair; validation: Pair | undefined } {
  const all = pairOf(where, x, y, options.checkFinite);
  const { validationSplit = 0, validationData } = options;
  if (validationData !== undefined) {
    if (!Array.isArray(validationData) || validationData.length !== 2)
      fail(where, '`validationData` to be [x, y]', describe(validationData));
    return { training: all, validation: pairOf(where, validationData[0], validationData[1], options.checkFinite, 'validation ') };
  }
  if (typeof validationSplit !== 'number' || !(validationSplit >= 0 && validationSplit < 1)) {
    fail(where, '`validationSplit` to be a number in [0, 1)', describe(validationSplit));
  }
  if (validationSplit === 0) return { training: all, validation: undefined };
  const count = all.x.shape[0]!;
  const at = Math.floor(count * (1 - validationSplit));
  if (at === 0 || at === count) {
    fail(where, '`validationSplit` that leaves samples on both sides', `${validationSplit} of ${count} samples`);
  }
  const part = (start: number, end: number): Pair => ({ x: all.x.slice(start, end), y: all.y.slice(start, end) });
  return { training: part(0, at), validation: part(at, count) };
}

/** The checked batch size. */
export function batchSizeOf(where: string, options: BatchOptions): number {
  return countArgument(where, 'batchSize', options.batchSize ?? 32);
}
