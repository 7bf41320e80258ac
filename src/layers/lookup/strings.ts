/** @file What is special about strings as tokens: their order and their hash. */

import { fingerprint } from './farm-hash.ts';

/** A UTF-16 unit so that surrogates, which make up the highest code points, come last. */
function rank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** Order by code points, which is that of the UTF-8 bytes; `<` compares UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Which of `count` indices a string outside the vocabulary gets. */
export function stringBucket(text: string, count: number): number {
  return Number(fingerprint(text) % BigInt(count));
}
