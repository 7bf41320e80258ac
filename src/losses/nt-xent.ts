import type { OptionNames, OwnOptions } from '../base/names.ts';
import { positive } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { add, div, greater, l2Normalize, logSumExp, matmul, maximum, mul, scale, sub, sum } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { checkEmbeddings, offDiagonal, samePairs } from './pairs.ts';
import type { TargetSpec } from './targets.ts';

/** Options of {@link NTXent}. */
export interface NTXentOptions extends LossOptions {
  /** What similarities are divided by: the smaller, the more the nearest negatives count. Default 0.5. */
  readonly temperature?: number;
}

/** Taken off the similarity of a sample with itself, so that it vanishes next to the others. */
const removed = -1e9;

/**
 * Normalized temperature-scaled cross-entropy (SimCLR): −s_ij + ln Σ_{k≠i} e^{s_ik} for the partner j of each sample i, s being the
 * cosine of two embeddings divided by the temperature. Predictions are embeddings [n, size]; targets [n] number the pairs, so that two
 * views of a sample carry the same number. With more than two, the mean over all partners counts; a sample without any has no part in
 * the mean. Chen, Kornblith, Norouzi & Hinton 2020.
 *
 * Options: `temperature` 0.5.
 *
 * @throws MyelinError when `temperature` is not positive
 */
export class NTXent extends Loss<NTXentOptions> {
  static override readonly type: string = 'NTXent';
  static override readonly optionNames: OptionNames = { temperature: true } satisfies OwnOptions<NTXentOptions, LossOptions>;
  override readonly targetKind = 'labels';
  readonly temperature: number;

  constructor(options?: NTXentOptions) {
    super(options);
    this.temperature = positive(this.where, 'temperature', this.options.temperature ?? 0.5);
  }

  override checkTargets(yTrue: TargetSpec, yPred: TargetSpec, where = this.where): void {
    checkEmbeddings(where, yTrue, yPred);
  }

  #partners(yTrue: Node): Node {
    return mul(samePairs(yTrue), offDiagonal(yTrue.shape[0]!));
  }

  override mask(yTrue: Node, _yPred: Node): Node | undefined {
    return greater(sum(this.#partners(yTrue), -1), 0);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const vectors = l2Normalize(yPred);
    const similarity = scale(matmul(vectors, vectors, { transposeB: true }), 1 / this.temperature);
    const partners = this.#partners(yTrue);
    const count = sum(partners, -1);
    const attraction = div(sum(mul(partners, similarity), -1), maximum(count, 1));
    const rest = logSumExp(add(similarity, scale(sub(1, offDiagonal(yPred.shape[0]!)), removed)), -1);
    return mul(sub(rest, attraction), greater(count, 0));
  }
}

/** {@link NTXent} per sample. Shape: pair numbers [n] and embeddings [n, size] → [n]. */
export const ntXent = functionForm<NTXentOptions>('ntXent', (options) => new NTXent(options));
