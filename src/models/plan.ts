/** @file From the arguments of `fit`, `evaluate` and `predict` to the batches they go over. */

import { describe, fail } from '../base/fail.ts';
import { countArgument } from '../data/arrays.ts';
import {
  batchSizeOf,
  checkFitOptions,
  countOf,
  type DataLike,
  type EvaluateOptions,
  type FitOptions,
  inputsOf,
  type PredictOptions,
  type Samples,
  samplesOf,
  splitData,
  validationSamples,
} from './arguments.ts';
import { type BatchSource, type Feeder, PickedBatches, SlicedBatches, StreamedBatches } from './batches.ts';
import type { RunPlan, Trainee } from './fit.ts';
import { type BatchStream, isBatchStream } from './stream.ts';
import type { StepKind } from './trace-step.ts';

/** Refuses arguments that belong to arrays where batches are given. */
function refuseForStream(where: string, y: unknown, options: object, names: readonly string[]): void {
  if (y !== undefined) fail(where, 'no `y` beside a stream of batches', describe(y), 'yield [x, y].');
  for (const name of names) {
    if ((options as Record<string, unknown>)[name] !== undefined)
      fail(
        where,
        `no \`${name}\` beside a stream of batches`,
        describe((options as Record<string, unknown>)[name]),
        'the stream decides.',
      );
  }
}

/** Arguments of `(x, y, options)` or `(stream, options)`. */
export function argumentsOf<O extends object>(
  x: DataLike | BatchStream,
  y: DataLike | O | undefined,
  options: O | undefined,
): { stream: BatchStream | undefined; y: DataLike | undefined; options: O } {
  if (!isBatchStream(x)) return { stream: undefined, y: y as DataLike | undefined, options: options ?? ({} as O) };
  // Options may stand in the place of targets.
  const isShort = options === undefined && typeof y === 'object' && y !== null && Object.getPrototypeOf(y) === Object.prototype;
  return {
    stream: x,
    y: isShort ? undefined : (y as DataLike | undefined),
    options: isShort ? (y as O) : (options ?? ({} as O)),
  };
}

function optionalCount(where: string, name: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : countArgument(where, name, value);
}

/** After which epochs a run validates. */
function validatedEpochs(where: string, given: number | readonly number[] = 1): (epoch: number) => boolean {
  if (typeof given === 'number') {
    const every = countArgument(where, 'validationFreq', given);
    return (epoch) => (epoch + 1) % every === 0;
  }
  if (!Array.isArray(given)) return fail(where, '`validationFreq` to be a number or a list of epochs', describe(given));
  const epochs = new Set(given.map((epoch: number) => countArgument(where, 'validationFreq', epoch)));
  return (epoch) => epochs.has(epoch + 1);
}

/** What `fit` is to do. */
export function planFit(trainee: Trainee, x: DataLike | BatchStream, y: DataLike | undefined, options: FitOptions): RunPlan {
  const { where, ports } = trainee;
  checkFitOptions(where, options);
  const epochs = countArgument(where, 'epochs', options.epochs ?? 1);
  const initialEpoch = countArgument(where, 'initialEpoch', options.initialEpoch ?? 0, 0);
  const stepsPerEpoch = optionalCount(where, 'stepsPerEpoch', options.stepsPerEpoch);
  const validationSteps = optionalCount(where, 'validationSteps', options.validationSteps);
  const isValidated = validatedEpochs(where, options.validationFreq);
  const { validationData, checkFinite, classWeight, shuffle = true } = options;
  if (typeof shuffle !== 'boolean') fail(where, '`shuffle` to be true or false', describe(shuffle));
  const common = { epochs, initialEpoch, stepsPerEpoch, validationSteps, isValidated };
  const validation = (held: Samples | undefined): BatchSource | undefined => {
    if (isBatchStream(validationData)) return new StreamedBatches(trainee, 'test', validationData, { checkFinite });
    const data = validationData === undefined ? held : validationSamples(where, validationData, ports, checkFinite);
    const batchSize = countArgument(where, 'validationBatchSize', options.validationBatchSize ?? options.batchSize ?? 32);
    return data && new SlicedBatches(trainee, 'test', data, batchSize);
  };
  if (isBatchStream(x)) {
    refuseForStream(where, y, options, ['batchSize', 'validationSplit', 'sampleWeight']);
    const source = new StreamedBatches(trainee, 'train', x, { checkFinite, classWeight });
    return {
      ...common,
      source,
      validation: validation(undefined),
      settings: { ...trainee.settings, ...settingsOf({ stepsPerEpoch }) },
    };
  }
  const batchSize = batchSizeOf(where, options);
  const { training, validation: held } = splitData(where, x, y, ports, options);
  const samples = countOf(training);
  const source = new PickedBatches(trainee, training, batchSize, shuffle);
  return {
    ...common,
    source,
    validation: validation(held),
    settings: { ...trainee.settings, ...settingsOf({ samples, batchSize, shuffle, stepsPerEpoch }) },
  };
}

function settingsOf(given: Readonly<Record<string, number | boolean | undefined>>): RunPlan['settings'] {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value ?? null]));
}

/** The batches `evaluate` goes over. */
export function planEvaluation(
  feeder: Feeder,
  x: DataLike | BatchStream,
  y: DataLike | undefined,
  options: EvaluateOptions,
): BatchSource {
  const { where, ports } = feeder;
  if (isBatchStream(x)) {
    refuseForStream(where, y, options, ['batchSize', 'sampleWeight']);
    return new StreamedBatches(feeder, 'test', x, { checkFinite: options.checkFinite });
  }
  return new SlicedBatches(feeder, 'test', samplesOf(where, x, y, ports, options), batchSizeOf(where, options));
}

/** The batches `predict` goes over. */
export function planPrediction(feeder: Feeder, x: DataLike | BatchStream, options: PredictOptions): BatchSource {
  const { where, ports } = feeder;
  const { checkFinite, training = false } = options;
  if (typeof training !== 'boolean') fail(where, '`training` to be true or false', describe(training));
  const kind: StepKind = training ? 'sample' : 'predict';
  if (isBatchStream(x)) {
    refuseForStream(where, undefined, options, ['batchSize']);
    return new StreamedBatches(feeder, kind, x, { checkFinite });
  }
  const data = { x: inputsOf(where, 'x', x, ports, checkFinite), y: [], weights: [] };
  return new SlicedBatches(feeder, kind, data, batchSizeOf(where, options));
}
