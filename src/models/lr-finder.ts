/**
 * @file Which learning rate to begin with: a short training in which the rate grows from step to step until the loss does, too. Smith 2017,
 * "Cyclical Learning Rates for Training Neural Networks". Whatever ends it, the model and its optimizer are as they were before.
 */

import { fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { positive, wholeNumber, within } from '../base/numbers.ts';
import { globalSource, restoreGlobalSource } from '../base/seed.ts';
import type { Callback } from '../callbacks/index.ts';
import type { Variable } from '../graph/variable.ts';
import type { Layer } from '../layers/layer.ts';
import { randomStatesIn } from '../layers/random-state.ts';
import { nestedLayers } from '../layers/record.ts';
import { power } from '../schedules/portable-math.ts';
import type { DataLike, FitOptions } from './arguments.ts';
import { rateCurveSVG, rateCurveText } from './lr-finder-plot.ts';
import type { Model } from './model.ts';
import { argumentsOf } from './plan.ts';
import { type BatchStream, isBatchStream } from './stream.ts';

/** Options of {@link lrFinder}. */
export interface LrFinderOptions extends Pick<FitOptions, 'batchSize' | 'sampleWeight' | 'classWeight' | 'signal'> {
  /** Rate of the first step. Default 1e-7. */
  readonly minRate?: number;
  /** Rate of the last step. Default 10. */
  readonly maxRate?: number;
  /** Steps from one to the other, each with a batch of its own. Default 100. */
  readonly steps?: number;
  /**
   * Share β of the running mean of the losses that is kept from step to step, in [0, 1): m ← β·m + (1 − β)·loss, divided by 1 − βⁱ at
   * step i. More is smoother and later. Default 0.9; with many more steps take more, such as 0.98 with 1000.
   */
  readonly smoothing?: number;
  /** Ends when the smoothed loss is more than so many times its lowest value. Default 4. */
  readonly stopFactor?: number;
  /** 1 prints the curve. Default 0. */
  readonly verbose?: 0 | 1;
}

const optionNames = {
  minRate: true,
  maxRate: true,
  steps: true,
  batchSize: true,
  sampleWeight: true,
  classWeight: true,
  signal: true,
  smoothing: true,
  stopFactor: true,
  verbose: true,
} satisfies Record<keyof LrFinderOptions, true>;

/** Losses by learning rate. */
export interface RateCurve {
  /** The rate of every step that ended with a finite loss. */
  readonly rates: readonly number[];
  /** The loss of every step's batch, from before its update. */
  readonly losses: readonly number[];
  /** The running mean of the losses. */
  readonly smoothed: readonly number[];
}

/** What {@link lrFinder} found. */
export interface LrFinderResult extends RateCurve {
  /**
   * The rate to begin with: the smaller of {@link steepest} and {@link tenthOfLowest}. Losses answer late to a rate that is too high, the
   * more so with momentum, so the steepest descent alone is often too bold.
   *
   * All three are undefined where the loss fell no further than noise takes it, as that of a model that is already trained: where the fall
   * of the running mean, from the first tenth of the steps to its lowest value, is no more than 6σ√((1 − β)/(1 + β)). That root is the share
   * of the losses' standard deviation σ which a running mean keeps; σ is that of differences of successive losses, divided by √2.
   */
  readonly suggestion: number | undefined;
  /**
   * Where the smoothed loss falls most per decade of the rate, measured from a twentieth of all steps before to as many after: after the
   * first tenth of the steps, in which the running mean is one of few losses, up to the rate of the lowest loss, and where the fall since
   * the first tenth is more than noise. Undefined also where that leaves no rate.
   */
  readonly steepest: number | undefined;
  /** A tenth of the rate with the lowest smoothed loss. May lie below the rates that were tried. */
  readonly tenthOfLowest: number | undefined;
  /** Why it ended: all steps were taken, the loss had grown too large, it was no number any more, or the data ended. */
  readonly end: 'all steps' | 'diverged' | 'not finite' | 'data';
  /** The smoothed loss by the rate, drawn with characters. */
  plot(): string;
  /** The same as the text of an SVG file. */
  toSVG(): string;
}

const where = 'lrFinder';

/**
 * Trains for some steps while the rate grows exponentially, and says which one suits. Weights, moving statistics, the
 * optimizer's state and rate, and all random states are put back afterwards, also when it is cancelled or fails.
 *
 * Optimizers that a `trainStep` of the model's own keeps besides `model.optimizer` neither follow the ramp nor are put back.
 *
 * An optimizer that follows a schedule follows this ramp meanwhile, and then its schedule again; the suggestion is for its peak.
 *
 * @param model built or not, compiled
 * @param x inputs as `fit` takes them; or a stream of batches, then there is no `y`
 * @returns the losses by rate, and suggestions
 * @throws MyelinError when an option is bad, and what `fit` throws
 *
 * @example
 * const found = await lrFinder(model, x, y);
 * console.log(found.plot());
 * if (found.suggestion) model.optimizer.learningRate = found.suggestion;
 */
export function lrFinder(model: Model, x: DataLike, y: DataLike, options?: LrFinderOptions): Promise<LrFinderResult>;
export function lrFinder(model: Model, data: BatchStream, options?: LrFinderOptions): Promise<LrFinderResult>;
export async function lrFinder(
  model: Model,
  x: DataLike | BatchStream,
  second?: DataLike | LrFinderOptions,
  third?: LrFinderOptions,
): Promise<LrFinderResult> {
  const { y, options } = argumentsOf<LrFinderOptions>(x, second, third);
  const { minRate = 1e-7, maxRate = 10, steps = 100, smoothing = 0.9, stopFactor = 4, verbose = 0, ...fitOptions } = options;
  checkOptionNames(where, options, optionNames);
  positive(where, 'minRate', minRate);
  positive(where, 'maxRate', maxRate);
  if (minRate >= maxRate) fail(where, '`minRate` below `maxRate`', `${minRate} and ${maxRate}`);
  wholeNumber(where, 'steps', steps, 2);
  within(where, 'smoothing', smoothing, 0, 1 - Number.EPSILON);
  if (!(stopFactor > 1)) fail(where, '`stopFactor` to be a number > 1', String(stopFactor));

  const ramp = Array.from({ length: steps }, (_, i) => minRate * power(maxRate / minRate, i / (steps - 1)));
  const curve = { rates: [] as number[], losses: [] as number[], smoothed: [] as number[] };
  let end: LrFinderResult['end'] = 'data';
  let [mean, share, lowest] = [0, 1, Number.POSITIVE_INFINITY];
  let putBack = (): void => {};
  // An epoch of one step has the loss of that step's batch.
  const driver: Callback = {
    onTrainBegin: () => {
      putBack = keep(model);
      followRamp(model, ramp);
    },
    onEpochBegin: (step) => {
      if (!model.optimizer.schedule) model.optimizer.learningRate = ramp[step]!;
    },
    onEpochEnd: (step, logs) => {
      const { loss } = logs;
      if (loss === undefined) {
        const hint = 'a trainStep of your own returns { loss, … }.';
        return fail(where, 'a model that reports a `loss`', `one that reports ${Object.keys(logs).join(', ')}`, hint);
      }
      if (!Number.isFinite(loss)) end = 'not finite';
      else {
        mean = smoothing * mean + (1 - smoothing) * loss;
        share *= smoothing;
        const smoothed = mean / (1 - share);
        curve.rates.push(ramp[step]!);
        curve.losses.push(loss);
        curve.smoothed.push(smoothed);
        lowest = Math.min(lowest, smoothed);
        // Losses below zero have no multiples that would be worse.
        if (lowest > 0 && smoothed > stopFactor * lowest) end = 'diverged';
        else if (step + 1 === steps) end = 'all steps';
      }
      if (end !== 'data') model.stopTraining = true;
    },
  };
  const plan: FitOptions = { ...fitOptions, epochs: steps, stepsPerEpoch: 1, verbose: 0, callbacks: [driver] };
  const generator = globalSource().state();
  try {
    if (isBatchStream(x)) await model.fit(x, plan);
    else await model.fit(x, y as DataLike, plan);
  } finally {
    putBack();
    restoreGlobalSource(generator);
    model.stopTraining = false;
  }
  const result = resultOf(curve, smoothing, end);
  if (verbose) console.log(result.plot());
  return result;
}

/** Reads all that a step changes; returns what puts it back. */
function keep(model: Model): () => void {
  const { optimizer } = model;
  optimizer.build(model.trainableWeights);
  const layers: readonly Layer[] = [model, ...nestedLayers(model)];
  const random = layers.flatMap(randomStatesIn).map((state) => state.variable);
  const variables = new Set<Variable>([...model.weights, ...optimizer.variables, ...random]);
  const kept = [...variables].map((variable) => [variable, variable.read()] as const);
  const { schedule } = optimizer;
  const rate = schedule ?? optimizer.learningRate;
  return () => {
    optimizer.learningRate = rate;
    for (const [variable, value] of kept) variable.write(value);
  };
}

/** Lets an optimizer with a schedule follow the ramp from its present step on. */
function followRamp({ optimizer }: Model, ramp: readonly number[]): void {
  if (!optimizer.schedule) return;
  const first = optimizer.iterations;
  optimizer.learningRate = (step: number) => ramp[Math.min(Math.max(0, step - first), ramp.length - 1)]!;
}

function resultOf(curve: RateCurve, smoothing: number, end: LrFinderResult['end']): LrFinderResult {
  const suggestions = suggest(curve, smoothing);
  const { suggestion } = suggestions;
  return {
    ...curve,
    ...suggestions,
    end,
    plot: () => rateCurveText(curve, suggestion),
    toSVG: () => rateCurveSVG(curve, suggestion),
  };
}

/**
 * A fall of the running mean counts from so many of its standard deviations on. The lowest of some ten independent means lies up to three
 * below what is expected, and the mean of few losses it is compared with two or three above.
 */
const noiseFactor = 6;

/** See {@link LrFinderResult}. */
function suggest(curve: RateCurve, smoothing: number): Pick<LrFinderResult, 'suggestion' | 'steepest' | 'tenthOfLowest'> {
  const { rates, smoothed } = curve;
  const nothing = { suggestion: undefined, steepest: undefined, tenthOfLowest: undefined };
  if (rates.length < 3) return nothing;
  const lowest = smoothed.indexOf(Math.min(...smoothed));
  const reach = Math.max(1, Math.round(rates.length / 20));
  const first = Math.max(reach, Math.round(rates.length / 10));
  if (lowest <= first) return nothing;
  const fallen = smoothed[first]! - noiseFactor * noiseOf(curve, lowest, smoothing);
  if (!(smoothed[lowest]! < fallen)) return nothing;
  let [steepest, fall] = [-1, 0];
  for (let i = first + reach; i <= Math.min(lowest, smoothed.length - 1 - reach); i++) {
    const slope = smoothed[i - reach]! - smoothed[i + reach]!;
    if (slope > fall && smoothed[i + reach]! < fallen) [steepest, fall] = [i, slope];
  }
  const tenthOfLowest = rates[lowest]! / 10;
  return { suggestion: Math.min(rates[steepest] ?? tenthOfLowest, tenthOfLowest), steepest: rates[steepest], tenthOfLowest };
}

/** Standard deviation of the running mean by batches alone. Differences know little of a trend, and steps after `last` may diverge. */
function noiseOf({ losses }: RateCurve, last: number, smoothing: number): number {
  let squares = 0;
  for (let i = 1; i <= last; i++) squares += (losses[i]! - losses[i - 1]!) ** 2;
  return Math.sqrt((squares / (2 * last)) * ((1 - smoothing) / (1 + smoothing)));
}
