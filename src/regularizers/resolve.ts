/** @file From what a user writes as a regularizer — a record, a name, a config, a function — to a regularizer. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import { sizeOf } from '../base/shape.ts';
import { asNode } from '../graph/define-op.ts';
import type { Node } from '../graph/node.ts';
import * as all from './all.ts';
import type { Regularizer } from './regularizer.ts';

/** A regularizer as it is written to a file. */
export interface RegularizerConfig {
  readonly type: string;
  readonly options?: object;
}

/** A penalty of one's own: a scalar from a weight or a layer's output. */
export type RegularizerFunction = (x: Node) => Node;

/** What may stand where a regularizer is wanted; null is none. */
export type RegularizerSpec = string | Regularizer | RegularizerConfig | RegularizerFunction | null;

type Factory = (options?: object) => Regularizer;

/** Every regularizer by its type, then by its short name. */
const factories: Readonly<Record<string, Factory>> = {
  ...Object.fromEntries(Object.values(all).map((factory): [string, Factory] => [factory.type, factory])),
  orthogonal: all.orthogonal,
};

function isRegularizer(spec: object): spec is Regularizer {
  return 'penalty' in spec && typeof spec.penalty === 'function';
}

function fromFunction(where: string, compute: RegularizerFunction): Regularizer {
  return {
    type: 'FunctionRegularizer',
    options: {},
    penalty(x) {
      const value = asNode(where, compute(x));
      if (sizeOf(value.shape) !== 1) fail(where, 'the regularizer to return a scalar', `shape [${value.shape.join(', ')}]`);
      return value;
    },
  };
}

/**
 * The regularizer that `spec` means, undefined for none. Names may be written as in Keras ('l1_l2', 'L2') or in camelCase.
 *
 * @param where what an error names: the layer, say
 * @throws MyelinError with the nearest known name when there is no such regularizer, or for a bad option of a config
 */
export function resolveRegularizer(spec: RegularizerSpec | undefined, where = 'regularizers'): Regularizer | undefined {
  if (spec === undefined || spec === null) return undefined;
  if (typeof spec === 'string') return lookup(where, 'regularizer', spec, factories)();
  if (typeof spec === 'function') {
    if (!('type' in spec)) return fromFunction(where, spec);
    const hint = "call it, as in regularizers.l2({ l2: 0.01 }), or write its name: 'l2'.";
    return fail(where, 'a name, { type, options }, a regularizer or a function', describe(spec), hint);
  }
  if (typeof spec === 'object') {
    if (isRegularizer(spec)) return spec;
    if (typeof spec.type === 'string') return lookup(where, 'regularizer', spec.type, factories)(spec.options);
  }
  return fail(where, 'a name, { type, options }, a regularizer or a function', describe(spec));
}
