/** @file From what a user writes as a metric — an object, a name in any spelling, a function, a loss — to a metric. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import { CosineSimilarity as CosineLoss, FunctionLoss, Loss, type LossFunction, type TargetSpec } from '../losses/index.ts';
import { type LossClass, lossClasses } from '../losses/resolve.ts';
import * as all from './all.ts';
import { LossMetric } from './loss-metric.ts';
import { Metric, type MetricOptions } from './metric.ts';

/** A metric of one's own: values whose first axis is the batch, from targets and predictions; their mean is reported. */
export type MetricFunction = LossFunction;

/** What may stand where a metric is wanted. */
export type MetricSpec = string | MetricFunction | Metric | Loss;

type MetricMaker = (options: MetricOptions, yTrue: TargetSpec, yPred: TargetSpec) => Metric;

const accuracy: MetricMaker = (options, yTrue, yPred) => new (accuracyFor(yTrue, yPred))(options);

function lossMaker(Wrapped: LossClass): MetricMaker {
  return (options) => new LossMetric(new Wrapped(options), options);
}

const ownMakers: Readonly<Record<string, MetricMaker>> = Object.fromEntries(
  Object.values(all).map((MetricClass): [string, MetricMaker] => {
    // A class that cannot do without further options says so itself.
    const Made = MetricClass as unknown as new (options: MetricOptions) => Metric;
    return [MetricClass.type, (options) => new Made(options)];
  }),
);

const own = (type: string): MetricMaker => ownMakers[type] ?? fail('metrics', 'a known type', type);

/** Every metric by its type. Every loss is one, too, under all its names, unless there is a metric of that type. */
const makers: Readonly<Record<string, MetricMaker>> = {
  accuracy,
  acc: accuracy,
  ...Object.fromEntries(
    Object.entries(lossClasses).map(([name, LossClass]) => [name, ownMakers[LossClass.type] ?? lossMaker(LossClass)]),
  ),
  ...ownMakers,
  // In TensorFlow.js these names mean minus the cosine, as the loss does.
  cosine: lossMaker(CosineLoss),
  cosineProximity: lossMaker(CosineLoss),
  logcosh: own('LogCoshError'),
  rmse: own('RootMeanSquaredError'),
};

/** The accuracy that goes with targets and predictions of these shapes, by Keras's rule. */
function accuracyFor(yTrue: TargetSpec, yPred: TargetSpec): new (options: MetricOptions) => Metric {
  if (yPred.shape.length < 2 || yPred.shape.at(-1) === 1) return all.BinaryAccuracy;
  const isSparse = yTrue.shape.length < yPred.shape.length || yTrue.shape.at(-1) === 1;
  return isSparse ? all.SparseCategoricalAccuracy : all.CategoricalAccuracy;
}

/**
 * The metric that `spec` means for targets and predictions of these shapes; a name becomes the metric's own.
 *
 * 'accuracy' and 'acc' are binary for one output, sparse categorical for class numbers and categorical for one-hot rows. As in Keras,
 * several sigmoid outputs give the categorical one: ask for 'binaryAccuracy' there.
 *
 * @throws MyelinError with the nearest known name when there is no such metric
 */
export function resolveMetric(spec: MetricSpec, yTrue: TargetSpec, yPred: TargetSpec): Metric {
  if (spec instanceof Metric) return spec;
  if (spec instanceof Loss) return new LossMetric(spec, { name: spec.name });
  if (typeof spec === 'function') {
    const name = spec.name || 'metric';
    return new LossMetric(new FunctionLoss(spec, { name }), { name }, null);
  }
  if (typeof spec !== 'string') {
    return fail('compile', '`metrics` to be names, Metrics or functions (yTrue, yPred) => node', describe(spec));
  }
  return lookup('compile', 'metric', spec, makers)({ name: spec }, yTrue, yPred);
}
