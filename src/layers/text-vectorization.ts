import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Tensor } from '../base/tensor.ts';
import type { LayerOptions } from './layer.ts';
import { isString, type Nested, rowsOf } from './lookup/rows.ts';
import { compareCodePoints, stringBucket } from './lookup/strings.ts';
import { lengthsOf, runsOf, type SplitMode, type StandardizeMode, splitterOf, standardizerOf } from './lookup/text.ts';
import { type LookupMode, modeOf, TokenTable } from './lookup/token-table.ts';
import { VocabularyLayer, type VocabularyOptions } from './lookup/vocabulary-layer.ts';

/** Options of {@link TextVectorization}. */
export interface TextVectorizationOptions extends VocabularyOptions<string> {
  /**
   * How texts are brought to one spelling: ASCII letters to lower case, ASCII punctuation taken away, or both; a function does what it
   * likes; null nothing. Default 'lowerAndStripPunctuation'.
   */
  readonly standardize?: StandardizeMode | ((text: string) => string) | null;
  /**
   * Where texts are split into tokens: at ASCII white space or between characters; null: texts are tokens, and come as
   * [batch, steps]. Default 'whitespace'.
   */
  readonly split?: SplitMode | ((text: string) => readonly string[]) | null;
  /** Runs of tokens that count as tokens, joined by spaces: n for runs of 1 to n, a list for runs of those lengths. Default null: none. */
  readonly ngrams?: number | readonly number[] | null;
  /** 'int' gives the indices in the order of the text; the others say what occurs, see StringLookup. Default 'int'. */
  readonly outputMode?: Exclude<LookupMode, 'oneHot'>;
  /** In mode 'int': length that every text is cut or filled up with 0 to. Default: that of the longest text of a call. */
  readonly outputSequenceLength?: number;
}

/**
 * Turns texts into sequences of indices, or into rows that say which tokens occur. Index 0 fills up short texts and 1 stands for unknown
 * tokens in mode 'int'; in the others 0 stands for unknown tokens. Works on JavaScript data before training, not inside models.
 *
 * `transform`, shape: [batch] or [batch, 1] → [batch, steps] in mode 'int', else [batch, tokens].
 *
 * @example
 * const vectorize = new TextVectorization({ outputSequenceLength: 4 });
 * vectorize.adapt(['foo bar', 'bar baz', 'baz bada boom']);
 * vectorize.transform(['foo qux bar']); // int32 [1, 4]: 4, 1, 3, 0
 *
 * @throws MyelinError when an option is invalid
 */
export class TextVectorization extends VocabularyLayer<string, TextVectorizationOptions> {
  static override readonly type: string = 'TextVectorization';
  static override readonly optionNames: OptionNames = {
    standardize: true,
    split: true,
    ngrams: true,
    outputMode: true,
    outputSequenceLength: true,
    maxTokens: true,
    vocabulary: true,
    idfWeights: true,
    padToMaxTokens: true,
  } satisfies OwnOptions<TextVectorizationOptions, LayerOptions>;
  protected override readonly table: TokenTable<string>;
  readonly #tokenize: (texts: readonly string[]) => string[];

  constructor(options: TextVectorizationOptions = {}) {
    super(options);
    const { standardize = 'lowerAndStripPunctuation', split = 'whitespace', ngrams = null, outputMode = 'int' } = this.options;
    const { maxTokens, padToMaxTokens, outputSequenceLength: length } = this.options;
    const mode = modeOf(this.where, outputMode, ['int', 'multiHot', 'count', 'tfIdf']);
    const [standard, parts] = [standardizerOf(this.where, standardize), splitterOf(this.where, split)];
    const lengths = lengthsOf(this.where, ngrams);
    this.#tokenize = (texts) =>
      runsOf(
        texts.flatMap((text) => parts(standard(text))),
        lengths,
      );
    if (length !== undefined && !(Number.isInteger(length) && length >= 1))
      fail(this.where, '`outputSequenceLength` to be a positive integer', describe(length));
    if (length !== undefined && mode !== 'int')
      fail(this.where, "`outputMode` 'int' together with `outputSequenceLength`", describe(mode));
    this.table = new TokenTable(this.where, {
      maxTokens,
      padToMaxTokens,
      numOovIndices: 1,
      maskToken: '',
      oovToken: '[UNK]',
      outputMode: mode,
      isToken: isString,
      bucket: stringBucket,
      compare: compareCodePoints,
    });
    this.setFromOptions();
  }

  /** The tokens of each text. */
  #tokens(where: string, data: Nested<string>): string[][] {
    const { shape, rows } = rowsOf(where, data, 'string', isString);
    if (shape.length === 0) return rows[0]!.map((text) => this.#tokenize([text]));
    const isSplit = this.options.split === null;
    if (shape.length > 1 || !(isSplit || rows.every((row) => row.length === 1)))
      failShape(
        where,
        isSplit ? 'tokens as [batch, steps]' : 'texts as [batch] or [batch, 1]',
        `${shape.length + 1} axes, the last of ${rows[0]?.length ?? 0}`,
      );
    return rows.map(this.#tokenize);
  }

  /**
   * Learns the vocabulary, replacing the one before: the most frequent tokens first, of equally frequent ones the last in order of code
   * points.
   */
  adapt(texts: Nested<string>): void {
    const where = `${this.where}.adapt`;
    this.checkAdaptable(where);
    this.table.learn(this.#tokens(where, texts));
  }

  /**
   * Texts as numbers: int32 in mode 'int', float32 otherwise.
   *
   * @throws MyelinError when there is no vocabulary
   */
  transform(texts: Nested<string>): Tensor {
    const where = `${this.where}.transform`;
    const rows = this.#tokens(where, texts);
    if (this.table.options.outputMode !== 'int') return this.table.encode(where, { shape: [rows.length], rows });
    const length = this.options.outputSequenceLength ?? rows.reduce((most, row) => Math.max(most, row.length), 0);
    // The mask token has index 0.
    const filled = rows.map((row) => [...row.slice(0, length), ...new Array<string>(Math.max(0, length - row.length)).fill('')]);
    return this.table.encode(where, { shape: [rows.length], rows: filled });
  }
}
