/** @file The metrics' room. */

export * from './all.ts';
export type { BinaryAccuracyOptions } from './binary-accuracy.ts';
export { LossMetric } from './loss-metric.ts';
export { MeanMetric, Metric, type MetricOptions } from './metric.ts';
export { type MetricFunction, type MetricSpec, resolveMetric } from './resolve.ts';
