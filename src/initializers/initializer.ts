/**
 * @file What an initializer is: a type, options that are its config, and a function that fills a variable. It is a plain record, so
 * `JSON.stringify` writes it as `{ type, options }` and {@link resolveInitializer} reads that back.
 */

import type { Variable } from '../graph/variable.ts';

/** Fills a new weight with its first values. */
export interface Initializer<O extends object = object> {
  /** Name in saved models, as in Keras: 'HeNormal'. */
  readonly type: string;
  /** What it was made with: its config. */
  readonly options: Readonly<O>;
  /** Gives every element of `variable` its first value. */
  initialize(variable: Variable): void;
}

/** Makes initializers of one type. */
export interface InitializerFactory<O extends object> {
  (options?: O): Initializer<O>;
  /** Name of what it makes in saved models. */
  readonly type: string;
}

/**
 * An initializer type.
 *
 * @param prepare checks the options, throwing when one is bad, and returns the function that fills a variable; it gets the name to put
 * into errors
 */
export function defineInitializer<O extends object>(
  type: string,
  prepare: (options: O, where: string) => (variable: Variable) => void,
): InitializerFactory<O> {
  const factory = (options: O = {} as O): Initializer<O> => ({
    type,
    options,
    initialize: prepare(options, `initializer ${type}`),
  });
  return Object.assign(factory, { type });
}
