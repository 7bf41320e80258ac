/** @file The metrics' room. */

export { type ConfusionMatrixOptions, confusionMatrix } from './agreement.ts';
export * from './all.ts';
export type { AUCOptions } from './auc.ts';
export type { BinaryAccuracyOptions } from './binary-accuracy.ts';
export type { ClassOptions } from './class-pairs.ts';
export type { PrecisionOptions, ThresholdOptions } from './confusion.ts';
export type { CosineSimilarityOptions } from './cosine-similarity.ts';
export { averagePrecision, rocAuc } from './exact-curves.ts';
export type { F1ScoreOptions, FBetaScoreOptions } from './f-score.ts';
export type { BinaryIoUOptions, IoUOptions, MeanIoUOptions } from './iou.ts';
export { LossMetric } from './loss-metric.ts';
export type { LossMetricClass } from './losses.ts';
export { MeanMetric, Metric, type MetricOptions } from './metric.ts';
export { type MetricFunction, type MetricSpec, resolveMetric } from './resolve.ts';
export { Mean, Sum } from './running.ts';
export type { TopKOptions } from './top-k.ts';
export type { OutputAggregation, R2ScoreOptions, VarianceOptions } from './variance-metrics.ts';
