/** @file Bytes and values that other programs made: see fixtures/make-fixtures.py. */

import { readFileSync } from 'node:fs';
import { fromBase64 } from '../../src/base/base64.ts';

/** Reads fixtures/<name>.json. */
export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** The bytes of a base64 text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64(text);
  if (!bytes) throw new Error('no base64');
  return bytes;
}

/** What comes of `act`: a value, or the error's message. Whatever is no refusal of Myelin's is thrown. */
export async function outcome<T>(act: () => T | Promise<T>): Promise<{ value: T } | { message: string }> {
  try {
    return { value: await act() };
  } catch (error) {
    if (error instanceof Error && error.name === 'MyelinError') return { message: error.message };
    throw error;
  }
}
