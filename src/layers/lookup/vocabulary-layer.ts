/** @file The base of layers that turn tokens into numbers by a vocabulary, outside the graph. */

import { fail } from '../../base/fail.ts';
import type { PartialShape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { Layer, type LayerOptions } from '../layer.ts';
import type { LookupMode, TokenTable } from './token-table.ts';

/** What all layers with a vocabulary can be given. */
export interface VocabularyOptions<T> extends LayerOptions {
  /** Most indices there may be, special ones included: of more tokens the most frequent ones are taken. Default: no limit. */
  readonly maxTokens?: number;
  /** The vocabulary, in place of `adapt`. May begin with the special tokens, see `getVocabulary`. */
  readonly vocabulary?: readonly T[];
  /** Weights of the tokens of `vocabulary`, for mode 'tfIdf'. */
  readonly idfWeights?: readonly number[];
  /** Whether encoded rows have `maxTokens` elements even if the vocabulary is smaller. Not for 'int' and 'oneHot'. Default false. */
  readonly padToMaxTokens?: boolean;
}

/**
 * A layer that prepares data before training: `adapt` learns a vocabulary, `transform` turns tokens into a Tensor that `fit` and
 * `predict` take. It has no place inside a model, since programs compute with numbers of fixed shape.
 */
export abstract class VocabularyLayer<T extends string | number, O extends VocabularyOptions<T>> extends Layer<O> {
  /** Made by the subclass. */
  protected abstract readonly table: TokenTable<T>;

  /** Reads the options that are a vocabulary; for the end of constructors. */
  protected setFromOptions(): void {
    const { vocabulary, idfWeights, inputShape } = this.options;
    if (vocabulary !== undefined) this.table.set(this.where, vocabulary, idfWeights);
    else if (idfWeights !== undefined) fail(this.where, '`vocabulary` together with `idfWeights`', 'none');
    if (inputShape !== undefined) this.#refuse();
  }

  /** Modes this layer knows. */
  protected static readonly modes: readonly LookupMode[] = ['int', 'oneHot', 'multiHot', 'count', 'tfIdf'];

  #refuse(): never {
    const hint = 'call transform(data) and give the model what it returns.';
    return fail(this.where, 'to be used outside of models, on JavaScript data', 'a place inside a model', hint);
  }

  override build(_inputShape: PartialShape): never {
    return this.#refuse();
  }

  override call(_x: Node): never {
    return this.#refuse();
  }

  /** Refuses to learn when the vocabulary is an option. */
  protected checkAdaptable(where: string): void {
    if (this.options.vocabulary !== undefined) fail(where, 'a layer without option `vocabulary`', 'one that has it');
  }

  /**
   * The tokens in the order of their indices.
   *
   * @param withSpecialTokens whether the mask token (mode 'int' only) and those for unknown tokens come first. Default true
   */
  getVocabulary(withSpecialTokens = true): T[] {
    return this.table.tokens(withSpecialTokens);
  }

  /**
   * Replaces the vocabulary.
   *
   * @param idfWeights a weight for each token, in mode 'tfIdf'
   * @throws MyelinError when a token occurs twice, a special one stands among the others, or there are more than `maxTokens`
   */
  setVocabulary(vocabulary: readonly T[], idfWeights?: readonly number[]): void {
    this.table.set(`${this.where}.setVocabulary`, vocabulary, idfWeights);
  }

  /** Number of indices, those of special tokens included. */
  vocabularySize(): number {
    return this.table.size;
  }

  /** The options together with the vocabulary: a layer made of them is the same function. Plain data unless an option is a function. */
  override getConfig(): O {
    const vocabulary = this.getVocabulary(false);
    if (vocabulary.length === 0) return { ...this.options, name: this.name };
    const weights = this.table.options.outputMode === 'tfIdf' ? { idfWeights: this.table.weights } : {};
    return { ...this.options, name: this.name, vocabulary, ...weights };
  }
}
