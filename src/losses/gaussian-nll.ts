import { failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { positive } from '../base/numbers.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add, cast, div, less, log, maximum, reshape, scale, select, slice, square, stopGradient, sub } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';
import type { TargetSpec } from './targets.ts';

/** ½·ln 2π. A literal, because engines differ in the last bit of Math.log. */
const halfLogTwoPi = 0.9189385332046727;

/** Options of {@link GaussianNLL}. */
export interface GaussianNLLOptions extends LossOptions {
  /** Whether the constant ½·ln 2π is added. Default false. */
  readonly full?: boolean;
  /** Variances count as at least this. Default 1e-6. */
  readonly epsilon?: number;
}

/**
 * Negative logarithm of a normal density whose mean and variance are predicted: mean over the last axis of ½(ln v + (m − t)² / v).
 * Predictions hold k means, then k variances or one for all: […, 2k] or […, k + 1] for targets […, k]. Variances below `epsilon` count as
 * `epsilon`, but the gradient goes through; a negative one gives NaN, so let them come from a softplus or an exponential.
 *
 * Options: `full` false, `epsilon` 1e-6. Source: PyTorch `nn.functional.gaussian_nll_loss`.
 *
 * @throws MyelinError when `epsilon` is not positive; ShapeError when predictions do not fit the targets
 */
export class GaussianNLL extends Loss<GaussianNLLOptions> {
  static override readonly type: string = 'GaussianNLL';
  static override readonly optionNames: OptionNames = { full: true, epsilon: true } satisfies OwnOptions<
    GaussianNLLOptions,
    LossOptions
  >;
  readonly epsilon: number;

  constructor(options?: GaussianNLLOptions) {
    super(options);
    this.epsilon = positive(this.where, 'epsilon', this.options.epsilon ?? 1e-6);
  }

  override checkTargets(yTrue: TargetSpec, yPred: TargetSpec, where = this.where): void {
    const width = yPred.shape.at(-1);
    const [size, ...rest] = this.#targetShape(yTrue.shape, yPred.shape).toReversed();
    const agrees = rest
      .toReversed()
      .every((each, axis) => each === null || yPred.shape[axis] === null || each === yPred.shape[axis]);
    const fits = typeof size !== 'number' || typeof width !== 'number' || width === 2 * size || width === size + 1;
    if (rest.length === yPred.shape.length - 1 && agrees && fits) return;
    const hint = 'the last layer has units for the means, then for the variances.';
    failShape(where, `predictions […, 2k] or […, k + 1] for targets ${formatShape(yTrue.shape)}`, formatShape(yPred.shape), hint);
  }

  /** Targets may leave out a last axis of 1. */
  #targetShape(yTrue: PartialShape, yPred: PartialShape): PartialShape {
    return yTrue.length === yPred.length - 1 ? [...yTrue, 1] : yTrue;
  }

  override prepare(yTrue: Node, yPred: Node): readonly [yTrue: Node, yPred: Node] {
    this.checkTargets(yTrue, yPred);
    return [reshape(cast(yTrue, 'float32'), this.#targetShape(yTrue.shape, yPred.shape).map(Number)), cast(yPred, 'float32')];
  }

  override call(yTrue: Node, yPred: Node): Node {
    const means = yTrue.shape.at(-1)!;
    const part = (begin: number, size: number): Node =>
      slice(yPred, [...yPred.shape.slice(0, -1).map(() => 0), begin], [...yPred.shape.slice(0, -1), size]);
    const given = part(means, yPred.shape.at(-1)! - means);
    // The value of max(v, epsilon) with the gradient of v.
    const raised = add(given, stopGradient(sub(maximum(given, this.epsilon), given)));
    const variance = select(less(given, 0), Number.NaN, raised);
    const values = add(log(variance), div(square(sub(part(0, means), yTrue)), variance));
    return meanOverLast(scale(values, 0.5, this.options.full ? halfLogTwoPi : 0));
  }
}

/** {@link GaussianNLL} per position. Shape: targets […, k] and predictions […, 2k] or […, k + 1] → […]. */
export const gaussianNLL = functionForm<GaussianNLLOptions>('gaussianNLL', (options) => new GaussianNLL(options));
