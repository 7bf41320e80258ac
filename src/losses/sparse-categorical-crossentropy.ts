import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { cast, log, mul, notEqual, oneHot, select, softmaxCrossEntropySparse } from '../graph/ops.ts';
import { normalizedProbabilities } from './categorical-crossentropy.ts';
import { functionForm } from './function-form.ts';
import { logitsBehind } from './logits.ts';
import { Loss, type LossOptions } from './loss.ts';
import { negatedSumOverLast } from './reduce.ts';
import { scanLabels } from './targets.ts';

/** Options of {@link SparseCategoricalCrossentropy}. */
export interface SparseCategoricalCrossentropyOptions extends LossOptions {
  /** Whether predictions are logits rather than probabilities. Default false. */
  readonly fromLogits?: boolean;
  /** A label whose positions have loss 0 and are left out of means, such as −1 for padding. Default: none. */
  readonly ignoreClass?: number | null;
}

/**
 * Cross-entropy of class numbers: −ln p[y], with p divided by its sum and kept in [1e-7, 1 − 1e-7]. Of logits z, given or found
 * behind a final softmax: −ln softmax(z)[y].
 *
 * Options: `fromLogits` false, `ignoreClass` none. Source: Keras `losses.SparseCategoricalCrossentropy`.
 *
 * @throws MyelinError when `ignoreClass` is no integer
 */
export class SparseCategoricalCrossentropy extends Loss<SparseCategoricalCrossentropyOptions> {
  static override readonly type: string = 'SparseCategoricalCrossentropy';
  static override readonly optionNames: OptionNames = { fromLogits: true, ignoreClass: true } satisfies OwnOptions<
    SparseCategoricalCrossentropyOptions,
    LossOptions
  >;
  override readonly targetKind = 'labels';
  readonly #ignored: number | undefined;

  constructor(options?: SparseCategoricalCrossentropyOptions) {
    super(options);
    this.#ignored = this.options.ignoreClass ?? undefined;
    if (this.#ignored !== undefined && !Number.isInteger(this.#ignored)) {
      fail(this.where, '`ignoreClass` to be an integer', describe(this.#ignored));
    }
  }

  override call(yTrue: Node, yPred: Node): Node {
    const valid = this.mask(yTrue, yPred);
    // An ignored label need not be one of the classes, so class 0 stands in for it.
    const labels = valid ? cast(mul(cast(yTrue, 'float32'), valid), 'int32') : yTrue;
    const values = this.#valuesOf(labels, yPred);
    return valid ? select(valid, values, 0) : values;
  }

  #valuesOf(labels: Node, yPred: Node): Node {
    const logits = this.options.fromLogits ? yPred : logitsBehind(yPred, 'softmax');
    if (logits) return softmaxCrossEntropySparse(logits, labels).loss;
    return negatedSumOverLast(mul(oneHot(labels, yPred.shape.at(-1) ?? 1), log(normalizedProbabilities(yPred))));
  }

  override mask(yTrue: Node, _yPred: Node): Node | undefined {
    return this.#ignored === undefined ? undefined : notEqual(cast(yTrue, 'float32'), this.#ignored);
  }

  override validateTargets(targets: Tensor, predictionShape: PartialShape, where = this.where): void {
    super.validateTargets(targets, predictionShape, where);
    const classes = predictionShape.at(-1);
    if (typeof classes === 'number') scanLabels(where, targets, classes, this.#ignored);
  }
}

/** {@link SparseCategoricalCrossentropy} per position. Shape: labels […] or […, 1] and predictions […, classes] → […]. */
export const sparseCategoricalCrossentropy = functionForm<SparseCategoricalCrossentropyOptions>(
  'sparseCategoricalCrossentropy',
  (options) => new SparseCategoricalCrossentropy(options),
);
