import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Tensor } from '../base/tensor.ts';
import type { LayerOptions } from './layer.ts';
import { type IntegerData, isInteger, isString, type Nested, nest, rowsOf } from './lookup/rows.ts';
import { compareCodePoints, stringBucket } from './lookup/strings.ts';
import { type LookupMode, modeOf, TokenTable } from './lookup/token-table.ts';
import { VocabularyLayer, type VocabularyOptions } from './lookup/vocabulary-layer.ts';

/** Options of {@link StringLookup}. */
export interface StringLookupOptions extends VocabularyOptions<string> {
  /**
   * Number of indices for strings that are not in the vocabulary. With several, a string's index follows from its hash (FarmHash
   * Fingerprint64 of its UTF-8 bytes, modulo their number, as in Keras); with 0 such strings are refused. Default 1.
   */
  readonly numOovIndices?: number;
  /** Stands for a missing string: index 0 in mode 'int', no trace in the others. Default null: there is none. */
  readonly maskToken?: string | null;
  /** What unknown strings are called when indices are turned back into strings. Default '[UNK]'. */
  readonly oovToken?: string;
  /** Whether to turn indices into strings. Default false. */
  readonly invert?: boolean;
  /** Default 'int'. */
  readonly outputMode?: LookupMode;
}

/**
 * Gives each string of a vocabulary an index. Works on JavaScript data before training, not inside models.
 *
 * `transform`, shape: [batch, …, n] → same in mode 'int'; [batch, …, tokens] in modes 'multiHot', 'count' and 'tfIdf'; as 'oneHot'
 * [batch, …, n, tokens], where an axis n of 1 goes away.
 *
 * @example
 * const lookup = new StringLookup();
 * lookup.adapt(['red', 'blue', 'red']);
 * lookup.transform([['blue'], ['green']]); // int32 [2, 1]: 2, 0
 *
 * @throws MyelinError when an option is invalid
 */
export class StringLookup extends VocabularyLayer<string, StringLookupOptions> {
  static override readonly type: string = 'StringLookup';
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
  } satisfies OwnOptions<StringLookupOptions, LayerOptions>;
  protected override readonly table: TokenTable<string>;

  constructor(options: StringLookupOptions = {}) {
    super(options);
    const { maxTokens, numOovIndices = 1, maskToken = null, oovToken = '[UNK]', invert, outputMode = 'int' } = this.options;
    this.table = new TokenTable(this.where, {
      maxTokens,
      numOovIndices,
      maskToken,
      oovToken,
      invert,
      outputMode: modeOf(this.where, outputMode, StringLookup.modes),
      padToMaxTokens: this.options.padToMaxTokens,
      isToken: isString,
      bucket: stringBucket,
      compare: compareCodePoints,
    });
    this.setFromOptions();
  }

  /**
   * Learns the vocabulary, replacing the one before: the most frequent strings first, of equally frequent ones the last in order of
   * code points. For 'tfIdf' every row (of a plain list, every string) is a document; rows may differ in length.
   */
  adapt(data: Nested<string>): void {
    const where = `${this.where}.adapt`;
    this.checkAdaptable(where);
    const { shape, rows } = rowsOf(where, data, 'string', isString);
    this.table.learn(shape.length === 0 ? rows[0]!.map((token) => [token]) : rows);
  }

  /**
   * Strings as numbers, int32 in mode 'int' and float32 otherwise; with `invert` indices as strings.
   *
   * @throws MyelinError when there is no vocabulary, or a string is unknown and `numOovIndices` is 0
   */
  transform(data: Nested<string>): Tensor;
  transform(indices: IntegerData): Nested<string>;
  transform(data: Nested<string> | IntegerData): Tensor | Nested<string> {
    const where = `${this.where}.transform`;
    if (!this.options.invert) return this.table.encode(where, rowsOf(where, data, 'string', isString));
    this.table.check(where);
    const { shape, rows } = rowsOf(where, data, 'integer', isInteger);
    return nest({ shape, rows: rows.map((row) => row.map((index) => this.table.tokenAt(index))) });
  }
}
