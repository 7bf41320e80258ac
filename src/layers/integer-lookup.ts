import { fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { Tensor } from '../base/tensor.ts';
import type { LayerOptions } from './layer.ts';
import { type IntegerData, isInteger, rowsOf, widthOf } from './lookup/rows.ts';
import { type LookupMode, modeOf, TokenTable } from './lookup/token-table.ts';
import { VocabularyLayer, type VocabularyOptions } from './lookup/vocabulary-layer.ts';

/** Options of {@link IntegerLookup}. */
export interface IntegerLookupOptions extends VocabularyOptions<number> {
  /**
   * Number of indices for integers that are not in the vocabulary. With several, an integer's index is the integer modulo their number,
   * as in Keras; with 0 such integers are refused. Default 1.
   */
  readonly numOovIndices?: number;
  /** Stands for a missing integer: index 0 in mode 'int', no trace in the others. Default null: there is none. */
  readonly maskToken?: number | null;
  /** What unknown integers are called when indices are turned back. Default −1. */
  readonly oovToken?: number;
  /** Whether to turn indices into the integers of the vocabulary. Default false. */
  readonly invert?: boolean;
  /** Default 'int'. */
  readonly outputMode?: LookupMode;
}

/**
 * Gives each integer of a vocabulary an index. Works on JavaScript data before training, not inside models, so that integers beyond
 * 2²⁴ keep their value.
 *
 * `transform`, shape: [batch, …, n] → same in mode 'int'; [batch, …, tokens] in modes 'multiHot', 'count' and 'tfIdf'; as 'oneHot'
 * [batch, …, n, tokens], where an axis n of 1 goes away.
 *
 * @example
 * const lookup = new IntegerLookup({ vocabulary: [12, 36] });
 * lookup.transform([[36], [7]]); // int32 [2, 1]: 2, 0
 *
 * @throws MyelinError when an option is invalid
 */
export class IntegerLookup extends VocabularyLayer<number, IntegerLookupOptions> {
  static override readonly type: string = 'IntegerLookup';
  static override readonly optionNames: OptionNames = {
    numOovIndices: true,
    maskToken: true,
    oovToken: true,
    invert: true,
    outputMode: true,
    maxTokens: true,
    vocabulary: true,
    idfWeights: true,
    padToMaxTokens: true,
  } satisfies OwnOptions<IntegerLookupOptions, LayerOptions>;
  protected override readonly table: TokenTable<number>;

  constructor(options: IntegerLookupOptions = {}) {
    super(options);
    const { maxTokens, numOovIndices = 1, maskToken = null, oovToken = -1, invert, outputMode = 'int' } = this.options;
    this.table = new TokenTable(this.where, {
      maxTokens,
      numOovIndices,
      maskToken,
      oovToken,
      invert,
      outputMode: modeOf(this.where, outputMode, IntegerLookup.modes),
      padToMaxTokens: this.options.padToMaxTokens,
      isToken: isInteger,
      bucket: (value, count) => ((value % count) + count) % count,
      compare: (a, b) => a - b,
    });
    this.setFromOptions();
  }

  /**
   * Learns the vocabulary, replacing the one before: the most frequent integers first, of equally frequent ones the largest. For
   * 'tfIdf' every row (of a plain list, every integer) is a document; rows may differ in length.
   */
  adapt(data: IntegerData): void {
    const where = `${this.where}.adapt`;
    this.checkAdaptable(where);
    const { shape, rows } = rowsOf(where, data, 'integer', isInteger);
    this.table.learn(shape.length === 0 ? rows[0]!.map((token) => [token]) : rows);
  }

  /**
   * Integers as numbers for a network, int32 in mode 'int' and float32 otherwise; with `invert` indices as integers, int32.
   *
   * @throws MyelinError when there is no vocabulary, or an integer is unknown and `numOovIndices` is 0
   */
  transform(data: IntegerData): Tensor {
    const where = `${this.where}.transform`;
    const given = rowsOf(where, data, 'integer', isInteger);
    if (!this.options.invert) return this.table.encode(where, given);
    this.table.check(where);
    const width = widthOf(where, given.rows);
    const values = given.rows.flatMap((row) => row.map((index) => this.table.tokenAt(index)));
    const wide = values.find((value) => value !== (value | 0));
    if (wide !== undefined) fail(where, 'a vocabulary of 32-bit integers to turn indices back', String(wide));
    return new Tensor(Int32Array.from(values), [...given.shape, width]);
  }
}
