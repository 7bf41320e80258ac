import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { positiveInteger } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type EncodingMode, encodedShape, encodeTokens, resolveMode } from './token-encoding.ts';

/** Options of {@link CategoryEncoding}. */
export interface CategoryEncodingOptions extends LayerOptions {
  /** Inputs are whole numbers from 0 to `numTokens` − 1. */
  readonly numTokens: number;
  /** Default 'multiHot'. */
  readonly outputMode?: EncodingMode;
}

/**
 * Categories as rows: `[0, 2]` of four becomes `[1, 0, 1, 0]` as 'multiHot'; 'count' says how often each occurs; 'oneHot' gives each
 * number a row of its own. Fractions are cut off; a number outside 0…numTokens−1 leaves no trace, for it is only known when the
 * program runs.
 *
 * Shape: [batch, …, n] → [batch, …, numTokens]; as 'oneHot' [batch, …] → [batch, …, numTokens], where a last axis of 1 goes away.
 *
 * @throws MyelinError when `numTokens` is not a positive integer or the mode is unknown
 */
export class CategoryEncoding extends Layer<CategoryEncodingOptions> {
  static override readonly type: string = 'CategoryEncoding';
  static override readonly optionNames: OptionNames = { numTokens: true, outputMode: true } satisfies OwnOptions<
    CategoryEncodingOptions,
    LayerOptions
  >;
  readonly numTokens: number;
  readonly outputMode: EncodingMode;

  constructor(options: CategoryEncodingOptions) {
    super(options);
    this.numTokens = positiveInteger(this.where, 'numTokens', this.options.numTokens);
    this.outputMode = resolveMode(this.where, this.options.outputMode ?? 'multiHot');
  }

  override build(inputShape: PartialShape): PartialShape {
    return encodedShape(inputShape, this.numTokens, this.outputMode);
  }

  override call(x: Node): Node {
    return encodeTokens(x, this.numTokens, this.outputMode);
  }
}
