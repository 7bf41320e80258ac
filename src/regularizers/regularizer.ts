/**
 * @file What a regularizer is: a type, options that are its config, and a function that gives the penalty of a weight or of a layer's
 * output. It is a plain record, so `JSON.stringify` writes it as `{ type, options }` and {@link resolveRegularizer} reads that back.
 */

import type { Node } from '../graph/node.ts';

/** A penalty that is added to the loss. */
export interface Regularizer<O extends object = object> {
  /** Name in saved models, as in Keras: 'L2'. */
  readonly type: string;
  /** What it was made with: its config. */
  readonly options: Readonly<O>;
  /** The penalty, a scalar. */
  penalty(x: Node): Node;
}

/** Makes regularizers of one type. */
export interface RegularizerFactory<O extends object> {
  (options?: O): Regularizer<O>;
  /** Name of what it makes in saved models. */
  readonly type: string;
}

/**
 * A regularizer type.
 *
 * @param prepare checks the options, throwing when one is bad, and returns the penalty; it gets the name to put into errors
 */
export function defineRegularizer<O extends object>(
  type: string,
  prepare: (options: O, where: string) => (x: Node) => Node,
): RegularizerFactory<O> {
  const factory = (options: O = {} as O): Regularizer<O> => ({
    type,
    options,
    penalty: prepare(options, `regularizer ${type}`),
  });
  return Object.assign(factory, { type });
}
