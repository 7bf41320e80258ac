/** @file The arguments of `fit`, `evaluate` and `predict`: options checked, data brought into the order of the model's inputs and outputs. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames, nearestName } from '../base/names.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import type { Callback, Verbosity } from '../callbacks/index.ts';
import { checkFinite, checkSameCount, countArgument, samples } from '../data/arrays.ts';
import type { BatchStream } from './stream.ts';

/** Data for a model: samples for its only input or output, or samples for each of them, as a list in their order or by name. */
export type DataLike = TensorLike | readonly TensorLike[] | Readonly<Record<string, TensorLike>>;

/** Options of everything that runs over batches. */
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

/** Options of `evaluate`. */
export interface EvaluateOptions extends BatchOptions {
  /**
   * How much each sample counts in the loss: [n], or [n, t] for targets with a time axis. For a model with several outputs: weights for
   * all of them, a list, or an object by their names. Default 1.
   */
  readonly sampleWeight?: DataLike;
  /** Batches to evaluate at most. Default: all. */
  readonly steps?: number;
}

/** Options of `predict`. */
export interface PredictOptions extends BatchOptions {
  /** Batches to predict at most. Default: all. */
  readonly steps?: number;
  /**
   * Whether what is random in training (dropout, noise) is random here, too. Normalization uses its moving statistics all the same, and
   * nothing is learned. Default false.
   */
  readonly training?: boolean;
}

/** Options of `fit`. */
export interface FitOptions extends Omit<EvaluateOptions, 'steps'> {
  /** The number of the epoch to end with, which is how often the data is gone through when `initialEpoch` is 0. Default 1. */
  readonly epochs?: number;
  /** The number of the first epoch, for runs that go on where another ended: epochs `initialEpoch` … `epochs` − 1 are run. Default 0. */
  readonly initialEpoch?: number;
  /**
   * Batches of an epoch. The next epoch goes on in the data where this one ended; data that can be gone through again are begun anew when
   * they end. Default: an epoch is one pass.
   */
  readonly stepsPerEpoch?: number;
  /** Whether every epoch takes the samples in a new random order. Default true. */
  readonly shuffle?: boolean;
  /** Share of the samples, taken from the end before any shuffling, that is held back for validation. Default 0. */
  readonly validationSplit?: number;
  /** Data evaluated after every epoch, as `[x, y]`, `[x, y, sampleWeight]`, or a stream of batches. Wins over `validationSplit`. */
  readonly validationData?: readonly [x: DataLike, y: DataLike, sampleWeight?: DataLike] | BatchStream;
  /** After which epochs to validate: after every n-th, or after those listed (counted from 1). Default 1. */
  readonly validationFreq?: number | readonly number[];
  /** Batches of the validation data to evaluate at most. Default: all. */
  readonly validationSteps?: number;
  /** Samples per step of the validation. Default: `batchSize`. */
  readonly validationBatchSize?: number;
  /**
   * A checkpoint to go on from: a path, or the bytes of one. The run ends as if it had never been interrupted, to the bit, when model,
   * data, options and callbacks are those it was begun with. See {@link BackupAndRestore}.
   */
  readonly resumeFrom?: string | Uint8Array | ArrayBuffer;
  /** How much samples of each class count in the loss, by class number; classes left out count 1. For models with one output. */
  readonly classWeight?: Readonly<Record<number, number>>;
}

const batchOptions = { batchSize: true, verbose: true, callbacks: true, checkFinite: true, signal: true } satisfies Record<
  keyof BatchOptions,
  true
>;

const evaluateOptions = { ...batchOptions, sampleWeight: true, steps: true } satisfies Record<keyof EvaluateOptions, true>;

const predictOptions = { ...batchOptions, steps: true, training: true } satisfies Record<keyof PredictOptions, true>;

const fitOptions = {
  ...batchOptions,
  sampleWeight: true,
  epochs: true,
  initialEpoch: true,
  stepsPerEpoch: true,
  validationFreq: true,
  validationSteps: true,
  validationBatchSize: true,
  resumeFrom: true,
  shuffle: true,
  validationSplit: true,
  validationData: true,
  classWeight: true,
} satisfies Record<keyof FitOptions, true>;

/** Refuses options that `evaluate` does not know. */
export function checkEvaluateOptions(where: string, options: EvaluateOptions): void {
  checkOptionNames(where, options, evaluateOptions);
}

/** Refuses options that `predict` does not know. */
export function checkPredictOptions(where: string, options: PredictOptions): void {
  checkOptionNames(where, options, predictOptions);
}

/** Refuses options that `fit` does not know. */
export function checkFitOptions(where: string, options: FitOptions): void {
  checkOptionNames(where, options, fitOptions);
}

/** What a model calls its inputs and outputs; undefined where only running it can tell how many there are. */
export interface Ports {
  readonly inputs: readonly string[] | undefined;
  readonly outputs: readonly string[] | undefined;
  /** Whether there may be no targets: a model's own step need not look at any. */
  readonly mayLackTargets?: boolean;
}

/** Samples for every input, and their targets for every output; all of one count. Outputs without loss may lack targets. */
export interface Samples {
  readonly x: readonly Tensor[];
  readonly y: readonly (Tensor | undefined)[];
  /** Weights of the samples for every output's loss; empty when all count alike. */
  readonly weights: readonly (Tensor | undefined)[];
}

/** Number of samples. */
export function countOf({ x }: Pick<Samples, 'x'>): number {
  return x[0]!.shape[0]!;
}

/** Samples from `start` up to, not including, `end`. */
export function sliceSamples({ x, y, weights }: Samples, start: number, end: number): Samples {
  const cut = (part: Tensor | undefined): Tensor | undefined => part?.slice(start, end);
  return { x: x.map((part) => part.slice(start, end)), y: y.map(cut), weights: weights.map(cut) };
}

function isRecord(value: DataLike): value is Readonly<Record<string, TensorLike>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Data for `ports` as a list in their order. Undefined stands where data by name has nothing for a port. */
export function listOf(
  where: string,
  name: string,
  value: DataLike | undefined,
  ports: readonly string[] | undefined,
): readonly (Tensor | undefined)[] {
  if (value === undefined || value === null) return fail(where, `\`${name}\``, 'nothing');
  if (isRecord(value)) {
    if (!ports) return fail(where, `\`${name}\` as a list, because the model has no names for it`, 'data by name');
    for (const key of Object.keys(value)) {
      if (ports.includes(key)) continue;
      const near = nearestName(key, ports);
      fail(where, `\`${name}\` for ${ports.join(', ')}`, `"${key}"`, near && `did you mean "${near}"?`);
    }
    return ports.map((port) => (value[port] === undefined ? undefined : samples(where, `${name}.${port}`, value[port])));
  }
  const isList =
    Array.isArray(value) && (ports ? ports.length > 1 : value.length > 0 && value.every((one) => one instanceof Tensor));
  if (!isList) return [samples(where, name, value as TensorLike)];
  const list = value as readonly TensorLike[];
  if (ports && list.length !== ports.length) {
    const hint = `give a list in this order, or an object with these names: ${ports.join(', ')}.`;
    fail(where, `\`${name}\` with ${ports.length} entries`, `${list.length}`, hint);
  }
  return list.map((one, i) => samples(where, `${name}[${i}]`, one));
}

/** As {@link listOf}, for inputs: none may be missing, and all have as many samples. */
export function inputsOf(
  where: string,
  name: string,
  value: DataLike,
  { inputs }: Ports,
  mustBeFinite = false,
): readonly Tensor[] {
  const list = listOf(where, name, value, inputs).map(
    (one, i) => one ?? fail(where, `\`${name}\` for every input`, `none for "${inputs?.[i]}"`),
  );
  for (const one of list.slice(1)) {
    if (one.shape[0] !== list[0]!.shape[0]) {
      fail(where, `inputs of one count in \`${name}\``, `${list[0]!.shape[0]} and ${one.shape[0]} samples`);
    }
  }
  if (mustBeFinite) for (const one of list) checkFinite(where, name, one);
  return list;
}

/** What goes with inputs and targets. */
interface SampleOptions {
  readonly checkFinite?: boolean | undefined;
  readonly sampleWeight?: DataLike | undefined;
  readonly classWeight?: Readonly<Record<number, number>> | undefined;
  /** Comes before `x` and `y` in error messages. */
  readonly prefix?: string;
}

/** `x` and `y` in the order of the model's inputs and outputs, all of equal count, and weights of the samples. */
export function samplesOf(
  where: string,
  x: DataLike,
  y: DataLike | undefined,
  ports: Ports,
  { checkFinite: mustBeFinite = false, sampleWeight, classWeight, prefix = '' }: SampleOptions = {},
): Samples {
  const inputs = inputsOf(where, `${prefix}x`, x, ports, mustBeFinite);
  if (y === undefined && ports.mayLackTargets && sampleWeight === undefined && classWeight === undefined)
    return { x: inputs, y: [], weights: [] };
  const targets = listOf(where, `${prefix}y`, y, ports.outputs);
  for (const target of targets) {
    if (!target) continue;
    checkSameCount(where, inputs[0]!, target);
    if (mustBeFinite) checkFinite(where, `${prefix}y`, target);
  }
  const weights = weightsOf(where, `${prefix}sampleWeight`, sampleWeight, targets.length, ports);
  for (const weight of weights) {
    if (weight && weight.shape[0] !== inputs[0]!.shape[0])
      fail(where, `as many \`${prefix}sampleWeight\` as inputs`, `${weight.shape[0]} for ${inputs[0]!.shape[0]} inputs`);
  }
  if (classWeight === undefined) return { x: inputs, y: targets, weights };
  if (targets.length !== 1 || !targets[0]) fail(where, '`classWeight` for a model with one output', `${targets.length} outputs`);
  return { x: inputs, y: targets, weights: [classWeights(where, classWeight, targets[0], weights[0])] };
}

/** Weights for every output; an empty list when there are none. */
function weightsOf(
  where: string,
  name: string,
  value: DataLike | undefined,
  outputs: number,
  ports: Ports,
): readonly (Tensor | undefined)[] {
  if (value === undefined) return [];
  const isForAll = outputs === 1 || value instanceof Tensor || ArrayBuffer.isView(value);
  const list = isForAll
    ? new Array<Tensor>(outputs).fill(samples(where, name, value as TensorLike))
    : listOf(where, name, value, ports.outputs);
  return list.map((weight) => weight && floats(where, name, weight));
}

function floats(where: string, name: string, { data, shape }: Tensor): Tensor {
  const result = Float32Array.from(data);
  const at = result.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (at >= 0) fail(where, `\`${name}\` to be numbers >= 0`, `${result[at]} at ${at}`);
  return new Tensor(result, shape);
}

/** Weights of samples by their class, times what they weigh anyway. Targets are class numbers or one row per sample, whose largest counts. */
function classWeights(
  where: string,
  byClass: Readonly<Record<number, number>>,
  targets: Tensor,
  own: Tensor | undefined,
): Tensor {
  if (typeof byClass !== 'object' || byClass === null) fail(where, '`classWeight` like { 0: 1, 1: 5 }', describe(byClass));
  for (const [name, weight] of Object.entries(byClass)) {
    if (!/^\d+$/.test(name) || typeof weight !== 'number' || !(weight >= 0 && weight < Infinity))
      fail(where, '`classWeight` with numbers >= 0 by class number', `${describe(weight)} for ${name}`);
  }
  const count = targets.shape[0]!;
  const width = targets.size / count;
  if (targets.rank > 2) fail(where, '`classWeight` with one target for each sample', `targets of rank ${targets.rank}`);
  const result = Float32Array.from({ length: count }, (_, i) => {
    const row = targets.data.subarray(i * width, (i + 1) * width);
    const label = width === 1 ? Math.round(row[0]!) : row.indexOf(Math.max(...row));
    return byClass[label] ?? 1;
  });
  if (!own) return new Tensor(result, [count]);
  const each = own.size / count;
  return new Tensor(
    Float32Array.from(own.data, (weight, i) => weight * result[Math.floor(i / each)]!),
    own.shape,
  );
}

/** Arrays to train on, and those that were held back for validation. */
export function splitData(
  where: string,
  x: DataLike,
  y: DataLike | undefined,
  ports: Ports,
  options: FitOptions,
): { training: Samples; validation: Samples | undefined } {
  const { validationSplit = 0, validationData, checkFinite, sampleWeight, classWeight } = options;
  const all = samplesOf(where, x, y, ports, { checkFinite, sampleWeight, classWeight });
  if (typeof validationSplit !== 'number' || !(validationSplit >= 0 && validationSplit < 1)) {
    fail(where, '`validationSplit` to be a number in [0, 1)', describe(validationSplit));
  }
  if (validationSplit === 0 || validationData !== undefined) return { training: all, validation: undefined };
  const count = countOf(all);
  const at = Math.floor(count * (1 - validationSplit));
  if (at === 0 || at === count) {
    fail(where, '`validationSplit` that leaves samples on both sides', `${validationSplit} of ${count} samples`);
  }
  return { training: sliceSamples(all, 0, at), validation: sliceSamples(all, at, count) };
}

/** `validationData` in the form of arrays. */
export function validationSamples(where: string, given: unknown, ports: Ports, mustBeFinite: boolean | undefined): Samples {
  if (!Array.isArray(given) || given.length < 2 || given.length > 3)
    return fail(where, '`validationData` to be [x, y], [x, y, sampleWeight] or a stream of batches', describe(given));
  const [x, y, sampleWeight] = given as [DataLike, DataLike, DataLike?];
  return samplesOf(where, x, y, ports, { checkFinite: mustBeFinite, sampleWeight, prefix: 'validation ' });
}

/** The checked batch size. */
export function batchSizeOf(where: string, options: BatchOptions): number {
  return countArgument(where, 'batchSize', options.batchSize ?? 32);
}
