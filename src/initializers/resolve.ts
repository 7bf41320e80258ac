/** @file From what a user writes as an initializer — a record, a name, a config, values — to an initializer. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import { Tensor } from '../base/tensor.ts';
import * as all from './all.ts';
import type { Initializer } from './initializer.ts';

/** An initializer as it is written to a file. */
export interface InitializerConfig {
  readonly type: string;
  readonly options?: object;
}

/** What may stand where an initializer is wanted: a record, its name or config, or a tensor of the weight's shape. */
export type InitializerSpec = string | Initializer | InitializerConfig | Tensor;

type Factory = (options?: object) => Initializer;

/** Every initializer by its type, then by Keras's short names. */
const factories: Readonly<Record<string, Factory>> = {
  ...Object.fromEntries(Object.values(all).map((factory): [string, Factory] => [factory.type, factory])),
  zero: all.zeros,
  one: all.ones,
  normal: all.randomNormal,
  uniform: all.randomUniform,
  identityInitializer: all.identity,
  orthogonalInitializer: all.orthogonal,
};

function isInitializer(spec: object): spec is Initializer {
  return 'initialize' in spec && typeof spec.initialize === 'function';
}

/**
 * The initializer that `spec` means. Names may be written as in Keras ('he_normal', 'HeNormal') or in camelCase.
 *
 * @param where what an error names: the layer, say
 * @throws MyelinError with the nearest known name when there is no such initializer, or for a bad option of a config
 */
export function resolveInitializer(spec: InitializerSpec, where = 'initializers'): Initializer {
  if (typeof spec === 'string') return lookup(where, 'initializer', spec, factories)();
  if (spec instanceof Tensor) return all.constant({ value: spec });
  if (typeof spec === 'object' && spec !== null) {
    if (isInitializer(spec)) return spec;
    if (typeof spec.type === 'string') return lookup(where, 'initializer', spec.type, factories)(spec.options);
  }
  if (typeof spec === 'function') {
    const hint = "call it, as in initializers.heNormal(), or write its name: 'heNormal'.";
    return fail(where, 'a name, { type, options }, an initializer or a Tensor', describe(spec), hint);
  }
  return fail(where, 'a name, { type, options }, an initializer or a Tensor', describe(spec));
}
