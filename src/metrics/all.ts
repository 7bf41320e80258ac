/** @file Every metric, one line each. Names and saved models are looked up in this list. */

export { Accuracy } from './accuracy.ts';
export { CohenKappa, ConfusionMatrix, MatthewsCorrelation } from './agreement.ts';
export { AUC } from './auc.ts';
export { BinaryAccuracy } from './binary-accuracy.ts';
export { CategoricalAccuracy } from './categorical-accuracy.ts';
export { FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives } from './confusion.ts';
export { CosineSimilarity } from './cosine-similarity.ts';
export { F1Score, FBetaScore } from './f-score.ts';
export { BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU } from './iou.ts';
export {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  CategoricalHinge,
  Hinge,
  KLDivergence,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  SparseCategoricalCrossentropy,
  SquaredHinge,
} from './losses.ts';
export { RootMeanSquaredError } from './root-mean-squared-error.ts';
export { SparseCategoricalAccuracy } from './sparse-categorical-accuracy.ts';
export { SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy } from './top-k.ts';
export { ExplainedVariance, R2Score } from './variance-metrics.ts';
