/** @file A vocabulary: which token has which index, how it is learned from data, and rows of tokens as numbers. */

import { describe, fail } from '../../base/fail.ts';
import { lookup } from '../../base/names.ts';
import { Tensor } from '../../base/tensor.ts';
import { log1p } from '../../graph/ops.ts';
import type { EncodingMode } from '../token-encoding.ts';
import { type Rows, widthOf } from './rows.ts';

/**
 * What becomes of tokens: 'int' gives their indices; 'oneHot' a row with a 1 for each of them; 'multiHot' one row with a 1 for every
 * token that occurs in the last axis; 'count' one that says how often; 'tfIdf' the count times the token's weight, which is
 * log(1 + documents / (1 + documents that hold it)).
 */
export type LookupMode = 'int' | EncodingMode | 'tfIdf';

const modes: Readonly<Record<LookupMode, LookupMode>> = {
  int: 'int',
  oneHot: 'oneHot',
  multiHot: 'multiHot',
  count: 'count',
  tfIdf: 'tfIdf',
};

/** What a vocabulary is like. */
export interface TokenTableOptions<T> {
  readonly maxTokens?: number | undefined;
  readonly numOovIndices: number;
  readonly maskToken: T | null;
  readonly oovToken: T;
  readonly outputMode: LookupMode;
  readonly padToMaxTokens?: boolean | undefined;
  readonly invert?: boolean | undefined;
  /** Tells tokens from other values. */
  readonly isToken: (value: unknown) => boolean;
  /** Index of a token that is not in the vocabulary, from 0 to `numOovIndices` − 1. */
  readonly bucket: (token: T, count: number) => number;
  /** Order of tokens that occur equally often: those that come last get the lower index. */
  readonly compare: (a: T, b: T) => number;
}

/** The mode a name stands for, in any spelling. */
export function modeOf(where: string, mode: string, known: readonly LookupMode[]): LookupMode {
  if (typeof mode !== 'string') return fail(where, '`outputMode` to be a name', describe(mode));
  const table = Object.fromEntries(known.map((name) => [name, modes[name]]));
  return lookup(where, 'output mode', mode, table);
}

/** Tokens by index: the mask token (mode 'int' only), indices for unknown tokens, then the vocabulary. */
export class TokenTable<T extends string | number> {
  readonly options: TokenTableOptions<T>;
  #indices: Map<T, number> | undefined;
  #tokens: readonly T[] = [];
  /** Weights of all indices, for 'tfIdf'. */
  #weights: Float32Array = new Float32Array();

  constructor(where: string, options: TokenTableOptions<T>) {
    this.options = options;
    const { maxTokens, numOovIndices, padToMaxTokens, invert, outputMode } = options;
    if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 1))
      fail(where, '`maxTokens` to be an integer > 1', describe(maxTokens));
    if (!Number.isInteger(numOovIndices) || numOovIndices < 0)
      fail(where, '`numOovIndices` to be an integer >= 0', describe(numOovIndices));
    if (padToMaxTokens && maxTokens === undefined) fail(where, '`maxTokens` together with `padToMaxTokens`', 'none');
    if (invert && outputMode !== 'int') fail(where, "`outputMode` 'int' together with `invert`", describe(outputMode));
  }

  /** Number of indices before the vocabulary itself. */
  get first(): number {
    return (this.#hasMask ? 1 : 0) + this.options.numOovIndices;
  }

  get #hasMask(): boolean {
    return this.options.maskToken !== null && this.options.outputMode === 'int';
  }

  get #special(): T[] {
    const { maskToken, oovToken, numOovIndices } = this.options;
    return [...(this.#hasMask ? [maskToken as T] : []), ...new Array<T>(numOovIndices).fill(oovToken)];
  }

  /** Whether there is a vocabulary. */
  get isSet(): boolean {
    return this.#indices !== undefined;
  }

  /** Number of indices in use. */
  get size(): number {
    return this.first + this.#tokens.length;
  }

  /** Elements of an encoded row. */
  get depth(): number {
    const { padToMaxTokens, maxTokens } = this.options;
    return padToMaxTokens ? maxTokens! : this.size;
  }

  /** Tokens in the order of their indices. */
  tokens(withSpecial: boolean): T[] {
    return withSpecial ? [...this.#special, ...this.#tokens] : [...this.#tokens];
  }

  /** Weights of the vocabulary, without those of special tokens. */
  get weights(): number[] {
    return [...this.#weights.subarray(this.first, this.size)];
  }

  /** Replaces the vocabulary. It may begin with the special tokens. */
  set(where: string, vocabulary: readonly T[], idfWeights?: readonly number[]): void {
    const { outputMode, maxTokens, maskToken, oovToken, invert, isToken } = this.options;
    if (!Array.isArray(vocabulary) || vocabulary.length === 0)
      fail(where, '`vocabulary` to be a list of tokens', describe(vocabulary));
    if ((outputMode === 'tfIdf') !== (idfWeights !== undefined))
      fail(
        where,
        `${outputMode === 'tfIdf' ? 'weights' : 'no weights'} with a vocabulary in mode '${outputMode}'`,
        describe(idfWeights),
      );
    if (
      idfWeights &&
      (!Array.isArray(idfWeights) || idfWeights.length !== vocabulary.length || !idfWeights.every(Number.isFinite))
    )
      fail(where, `\`idfWeights\` to be ${vocabulary.length} numbers, one for each token`, describe(idfWeights));
    const special = this.#special;
    const isWhole = special.every((token, i) => vocabulary[i] === token);
    const tokens = isWhole ? vocabulary.slice(special.length) : vocabulary;
    const seen = new Set<T>();
    for (const token of tokens) {
      if (!isToken(token)) fail(where, 'tokens of one type', describe(token));
      if (seen.has(token)) fail(where, 'every token once', `${describe(token)} twice`);
      seen.add(token);
    }
    const hint = `leave special tokens out, or begin with all of them: ${describe(special)}.`;
    if (maskToken !== null && seen.has(maskToken)) fail(where, 'no mask token among the others', describe(maskToken), hint);
    if (invert && seen.has(oovToken)) fail(where, 'no token for the unknown among the others', describe(oovToken), hint);
    if (maxTokens !== undefined && this.first + tokens.length > maxTokens)
      fail(where, `at most ${maxTokens} tokens (maxTokens)`, `${this.first + tokens.length}`);
    this.#index(tokens);
    if (idfWeights) this.#weigh(isWhole ? idfWeights : undefined, isWhole ? idfWeights.slice(special.length) : idfWeights);
  }

  #index(tokens: readonly T[]): void {
    this.#tokens = tokens;
    this.#indices = new Map(tokens.map((token, i) => [token, this.first + i]));
  }

  /** Sets the weights; tokens that are special get the average of the others unless weights of all are given. */
  #weigh(all: readonly number[] | undefined, own: readonly number[]): void {
    const average = own.reduce((total, weight) => total + weight, 0) / Math.max(1, own.length);
    this.#weights = new Float32Array(this.depth);
    this.#weights.set(all ?? [...new Array<number>(this.first).fill(average), ...own]);
  }

  /** Finds the vocabulary: the tokens of `documents`, the most frequent ones first. */
  learn(documents: readonly (readonly T[])[]): void {
    const { maskToken, oovToken, maxTokens, compare } = this.options;
    const counts = new Map<T, number>();
    const holders = new Map<T, number>();
    for (const document of documents) {
      for (const token of document) counts.set(token, (counts.get(token) ?? 0) + 1);
      for (const token of new Set(document)) holders.set(token, (holders.get(token) ?? 0) + 1);
    }
    if (maskToken !== null) counts.delete(maskToken);
    counts.delete(oovToken);
    const sorted = [...counts].sort(([a, m], [b, n]) => n - m || compare(b, a)).map(([token]) => token);
    this.#index(maxTokens === undefined ? sorted : sorted.slice(0, Math.max(0, maxTokens - this.first)));
    if (this.options.outputMode !== 'tfIdf') return;
    const ratios = Float32Array.from(this.#tokens, (token) => documents.length / (1 + holders.get(token)!));
    // The engine's logarithm is the same in every runtime.
    this.#weigh(undefined, ratios.length === 0 ? [] : Array.from(log1p(new Tensor(ratios, [ratios.length])).data));
  }

  /** Index of a token; −1 for the mask token in modes where it leaves no trace. */
  indexOf(where: string, token: T): number {
    const { maskToken, numOovIndices, bucket } = this.options;
    if (maskToken !== null && token === maskToken) return this.#hasMask ? 0 : -1;
    const index = this.#indices!.get(token);
    if (index !== undefined) return index;
    if (numOovIndices === 0)
      fail(where, 'tokens of the vocabulary', describe(token), 'set `numOovIndices` to 1 to give unknown tokens an index.');
    return (this.#hasMask ? 1 : 0) + (numOovIndices === 1 ? 0 : bucket(token, numOovIndices));
  }

  /** The token of an index; the token for the unknown where there is none. */
  tokenAt(index: number): T {
    if (index === 0 && this.#hasMask) return this.options.maskToken!;
    return this.#tokens[index - this.first] ?? this.options.oovToken;
  }

  /** Refuses to work without a vocabulary. */
  check(where: string): void {
    if (!this.isSet) fail(where, 'a vocabulary', 'none', 'call adapt(data) or setVocabulary(tokens) first.');
  }

  /** Rows of tokens as numbers, in the layer's mode. */
  encode(where: string, { shape, rows }: Rows<T>): Tensor {
    this.check(where);
    const { outputMode } = this.options;
    if (outputMode !== 'int' && outputMode !== 'oneHot') return this.#summarize(where, { shape, rows });
    const width = widthOf(where, rows);
    const indices = Int32Array.from(rows.flatMap((row) => row.map((token) => this.indexOf(where, token))));
    if (outputMode === 'int') return new Tensor(indices, [...shape, width]);
    const { depth } = this;
    const data = new Float32Array(indices.length * depth);
    for (const [i, index] of indices.entries()) if (index >= 0) data[i * depth + index] = 1;
    return new Tensor(data, [...shape, ...(width === 1 && shape.length > 0 ? [] : [width]), depth]);
  }

  /** One row for each row: what occurs, how often, or that times the weights. */
  #summarize(where: string, { shape, rows }: Rows<T>): Tensor {
    const { outputMode } = this.options;
    const { depth } = this;
    const data = new Float32Array(rows.length * depth);
    for (const [r, row] of rows.entries()) {
      const target = data.subarray(r * depth, (r + 1) * depth);
      for (const token of row) {
        const index = this.indexOf(where, token);
        if (index >= 0) target[index] = outputMode === 'multiHot' ? 1 : target[index]! + 1;
      }
      if (outputMode === 'tfIdf') for (const [i, count] of target.entries()) target[i] = count * this.#weights[i]!;
    }
    return new Tensor(data, [...shape, depth]);
  }
}
