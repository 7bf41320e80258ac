/**
 * @file The one way Myelin refuses something: an error that tells where, what was expected, what came, and what to do.
 * Kernels never report errors; everything is checked here, in TypeScript, before a program runs.
 */

/** Base class of every error Myelin throws on purpose, so that callers can tell a refusal from a bug. */
export class MyelinError extends Error {
  override readonly name: string = 'MyelinError';
}

/** Thrown when a tensor's rank, shape or length does not fit. */
export class ShapeError extends MyelinError {
  override readonly name = 'ShapeError';
}

/** Thrown when the engine cannot get the memory a program or a tensor needs. */
export class OutOfMemoryError extends MyelinError {
  override readonly name = 'OutOfMemoryError';
}

/** Thrown when a running `fit` is cancelled through its `AbortSignal`. */
export class AbortError extends MyelinError {
  override readonly name = 'AbortError';
}

function message(where: string, expected: string, got: string, hint?: string): string {
  return `[${where}] expected ${expected}, got ${got}.${hint ? ` Hint: ${hint}` : ''}`;
}

/**
 * Throws a {@link MyelinError} of the form `[where] expected X, got Y. Hint: Z`.
 *
 * @param where the layer, op or function that refuses, with its name where it has one: `dense "hidden"`
 * @param expected what would have been accepted; argument names stand in backticks
 * @param got the offending value, see {@link describe}
 * @param hint what the user can do about it
 */
export function fail(where: string, expected: string, got: string, hint?: string): never {
  throw new MyelinError(message(where, expected, got, hint));
}

/** As {@link fail}, for shapes: throws a {@link ShapeError}. */
export function failShape(where: string, expected: string, got: string, hint?: string): never {
  throw new ShapeError(message(where, expected, got, hint));
}

/** As {@link fail}, for memory: throws an {@link OutOfMemoryError}. */
export function failMemory(where: string, expected: string, got: string, hint?: string): never {
  throw new OutOfMemoryError(message(where, expected, got, hint));
}

/** Throws when an internal invariant is broken: always a bug in Myelin, never the user's doing. */
export function internal(what: string): never {
  throw new Error(`internal: ${what}`);
}

const longestText = 80;

/** A short text for a value in an error message: strings quoted, everything cut to a readable length. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > longestText ? `${value.slice(0, longestText)}…` : value);
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Uint8Array).length ?? value.byteLength})`;
  if (Array.isArray(value)) return value.length > 8 ? `array of ${value.length}` : `[${value.map(describe).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'object';
  return String(value);
}
