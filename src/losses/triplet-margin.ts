import { failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative, positive } from '../base/numbers.ts';
import { formatShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { abs, minimum, norm, pow, relu, reshape, scale, slice, sub, sum } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import type { TargetKind, TargetSpec } from './targets.ts';

/** Options of {@link TripletMargin}. */
export interface TripletMarginOptions extends LossOptions {
  /** By how much the negative has to be farther away than the positive. Default 1. */
  readonly margin?: number;
  /** Degree of the distance's norm. Default 2. */
  readonly p?: number;
  /** Added to every difference, so that there is a gradient where two embeddings are equal. Default 1e-6. */
  readonly epsilon?: number;
  /** Whether the distance of the positive to the negative counts, too, where it is smaller than that of the anchor. Default false. */
  readonly swap?: boolean;
}

/**
 * max(d(anchor, positive) − d(anchor, negative) + margin, 0). Predictions hold the embeddings of anchor, positive and negative one
 * after the other, [n, 3, size]; targets are not looked at. Schroff, Kalenichenko & Philbin 2015.
 *
 * Options: `margin` 1, `p` 2, `epsilon` 1e-6, `swap` false. Source: PyTorch `nn.functional.triplet_margin_loss`.
 *
 * @throws MyelinError when an option is negative or `p` is 0; ShapeError for predictions of another shape
 */
export class TripletMargin extends Loss<TripletMarginOptions> {
  static override readonly type: string = 'TripletMargin';
  static override readonly optionNames: OptionNames = { margin: true, p: true, epsilon: true, swap: true } satisfies OwnOptions<
    TripletMarginOptions,
    LossOptions
  >;
  override readonly targetKind: TargetKind = 'any';
  readonly margin: number;
  readonly p: number;
  readonly epsilon: number;

  constructor(options?: TripletMarginOptions) {
    super(options);
    this.margin = notNegative(this.where, 'margin', this.options.margin ?? 1);
    this.p = positive(this.where, 'p', this.options.p ?? 2);
    this.epsilon = notNegative(this.where, 'epsilon', this.options.epsilon ?? 1e-6);
  }

  override checkTargets(_yTrue: TargetSpec, { shape }: TargetSpec, where = this.where): void {
    if (shape.length === 3 && (shape[1] === 3 || shape[1] === null)) return;
    failShape(where, 'predictions [n, 3, size] of anchor, positive and negative', formatShape(shape));
  }

  #distance(a: Node, b: Node): Node {
    const difference = scale(sub(a, b), 1, this.epsilon);
    if (this.p === 2) return norm(difference, -1);
    return pow(sum(pow(abs(difference), this.p), -1), 1 / this.p);
  }

  override call(_yTrue: Node, yPred: Node): Node {
    const [n, , size] = yPred.shape as readonly [number, number, number];
    const part = (index: number): Node => reshape(slice(yPred, [0, index, 0], [n, 1, size]), [n, size]);
    const [anchor, positive, negative] = [part(0), part(1), part(2)];
    const far = this.#distance(anchor, negative);
    const apart = this.options.swap ? minimum(far, this.#distance(positive, negative)) : far;
    return relu(scale(sub(this.#distance(anchor, positive), apart), 1, this.margin));
  }
}

/** {@link TripletMargin} per triplet. Shape: targets [n, …], which do not matter, and predictions [n, 3, size] → [n]. */
export const tripletMargin = functionForm<TripletMarginOptions>('tripletMargin', (options) => new TripletMargin(options));
