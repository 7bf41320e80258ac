/** @file The few Python literals that headers of .npy files are made of: dictionaries, tuples, lists, texts, integers, True and False. */

import { describe, fail } from '../base/fail.ts';

/** A value: dictionaries are maps, tuples and lists arrays. */
export type PythonValue = string | number | boolean | null | PythonValue[] | Map<PythonValue, PythonValue>;

const token = /\s*(?:(['"])((?:(?!\1)[^\\])*)\1|(-?\d{1,15})L?\b|(True|False|None)\b|([{}()[\],:]))/y;
const words: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };
const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const deepest = 8;

/** The value of a literal. Throws a MyelinError for anything else. */
export function parsePythonLiteral(where: string, text: string): PythonValue {
  token.lastIndex = 0;
  let at = 0;
  const refuse = (): never => fail(where, 'a header that is a Python dictionary', describe(text.slice(at, at + 40)));
  const next = (): { value?: PythonValue; sign?: string } => {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) return refuse();
    at = token.lastIndex;
    const [, , string, integer, word, sign] = match;
    if (string !== undefined) return { value: string };
    if (integer !== undefined) return { value: Number(integer) };
    return word !== undefined ? { value: words[word]! } : { sign: sign! };
  };
  const peek = (): string | undefined => {
    const held = at;
    const { sign } = next();
    at = held;
    return sign;
  };
  const parse = (depth: number): PythonValue => {
    const { value, sign } = next();
    if (sign === undefined) return value!;
    const close = closing[sign];
    if (!close || depth > deepest) return refuse();
    const items: PythonValue[] = [];
    const map = new Map<PythonValue, PythonValue>();
    while (peek() !== close) {
      const item = parse(depth + 1);
      if (sign === '{') {
        if (next().sign !== ':') refuse();
        map.set(item, parse(depth + 1));
      } else items.push(item);
      if (peek() === ',') next();
      else if (peek() !== close) refuse();
    }
    next();
    return sign === '{' ? map : items;
  };
  const result = parse(0);
  if (text.slice(at).trim() !== '') refuse();
  return result;
}
