/** @file From a text to its tokens: one spelling, parts, and runs of parts. */

import { describe, fail } from '../../base/fail.ts';
import { lookup } from '../../base/names.ts';

/** How texts are brought to one spelling before they are split. Only the ASCII letters are lowered and only ASCII punctuation goes, as in Keras. */
export type StandardizeMode = 'lowerAndStripPunctuation' | 'lower' | 'stripPunctuation';

/** Where texts are split: at ASCII white space, or between code points. */
export type SplitMode = 'whitespace' | 'character';

const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const strip = (text: string): string => text.replace(/[!-/:-@[-`{-~]/g, '');

const standardizers: Readonly<Record<StandardizeMode, (text: string) => string>> = {
  lowerAndStripPunctuation: (text) => strip(lower(text)),
  lower,
  stripPunctuation: strip,
};

const splitters: Readonly<Record<SplitMode, (text: string) => readonly string[]>> = {
  whitespace: (text) => text.split(/[ \t\n\v\f\r]+/).filter((part) => part !== ''),
  character: (text) => [...text],
};

/** The function that brings texts to one spelling. */
export function standardizerOf(
  where: string,
  standardize: StandardizeMode | ((text: string) => string) | null,
): (text: string) => string {
  if (standardize === null) return (text) => text;
  if (typeof standardize === 'string') return lookup(where, 'way to standardize', standardize, standardizers);
  if (typeof standardize !== 'function') fail(where, '`standardize` to be a name, a function or null', describe(standardize));
  return (text) => {
    const result: unknown = standardize(text);
    return typeof result === 'string' ? result : fail(where, '`standardize` to return a string', describe(result));
  };
}

/** The function that splits texts. */
export function splitterOf(
  where: string,
  split: SplitMode | ((text: string) => readonly string[]) | null,
): (text: string) => readonly string[] {
  if (split === null) return (text) => [text];
  if (typeof split === 'string') return lookup(where, 'way to split', split, splitters);
  if (typeof split !== 'function') fail(where, '`split` to be a name, a function or null', describe(split));
  return (text) => {
    const result: unknown = split(text);
    if (Array.isArray(result) && result.every((part) => typeof part === 'string')) return result;
    return fail(where, '`split` to return a list of strings', describe(result));
  };
}

/** Lengths of the runs that `ngrams` asks for. */
export function lengthsOf(where: string, ngrams: number | readonly number[] | null): readonly number[] {
  const isLength = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1;
  if (ngrams === null) return [1];
  if (isLength(ngrams)) return Array.from({ length: ngrams }, (_, i) => i + 1);
  if (Array.isArray(ngrams) && ngrams.length > 0 && ngrams.every(isLength)) return ngrams;
  return fail(where, '`ngrams` to be a positive integer, a list of them or null', describe(ngrams));
}

/** All runs of neighbouring parts of the given lengths, joined by spaces: those of the first length come first. */
export function runsOf(parts: readonly string[], lengths: readonly number[]): string[] {
  return lengths.flatMap((length) =>
    length === 1
      ? parts
      : Array.from({ length: Math.max(0, parts.length - length + 1) }, (_, i) => parts.slice(i, i + length).join(' ')),
  );
}
