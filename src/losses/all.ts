/** @file Every loss, one line each. Names and saved models are looked up in this list. */

export { BinaryCrossentropy, binaryCrossentropy } from './binary-crossentropy.ts';
export { BinaryFocalCrossentropy, binaryFocalCrossentropy } from './binary-focal-crossentropy.ts';
export { CategoricalCrossentropy, categoricalCrossentropy } from './categorical-crossentropy.ts';
export { CategoricalFocalCrossentropy, categoricalFocalCrossentropy } from './categorical-focal-crossentropy.ts';
export { CategoricalHinge, categoricalHinge } from './categorical-hinge.ts';
export { Contrastive, contrastive } from './contrastive.ts';
export { CosineSimilarity, cosineSimilarity } from './cosine-similarity.ts';
export { Dice, dice } from './dice.ts';
export { GaussianNLL, gaussianNLL } from './gaussian-nll.ts';
export { Hinge, hinge } from './hinge.ts';
export { Huber, huber } from './huber.ts';
export { KLDivergence, klDivergence } from './kl-divergence.ts';
export { LogCosh, logCosh } from './log-cosh.ts';
export { MeanAbsoluteError, meanAbsoluteError } from './mean-absolute-error.ts';
export { MeanAbsolutePercentageError, meanAbsolutePercentageError } from './mean-absolute-percentage-error.ts';
export { MeanSquaredError, meanSquaredError } from './mean-squared-error.ts';
export { MeanSquaredLogarithmicError, meanSquaredLogarithmicError } from './mean-squared-logarithmic-error.ts';
export { MulticlassSVM, multiclassSVM } from './multiclass-svm.ts';
export { NTXent, ntXent } from './nt-xent.ts';
export { Poisson, poisson } from './poisson.ts';
export { SparseCategoricalCrossentropy, sparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.ts';
export { SquaredHinge, squaredHinge } from './squared-hinge.ts';
export { TripletHard, tripletHard } from './triplet-hard.ts';
export { TripletMargin, tripletMargin } from './triplet-margin.ts';
export { TripletSemiHard, tripletSemiHard } from './triplet-semi-hard.ts';
export { Tversky, tversky } from './tversky.ts';
