/** @file The random state of one layer: a key fixed when the layer is made and a counter that every run of a program moves on. */

import { globalSource, type Key, type Seed, sourceFrom } from '../base/seed.ts';
import type { Node } from '../graph/node.ts';
import { advanceRandom } from '../graph/ops.ts';
import { currentTrace } from '../graph/trace.ts';
import { Variable } from '../graph/variable.ts';

const statesOf = new WeakMap<object, RandomState[]>();

/** The random states a layer has by itself, in the order they were made: what must be saved for its draws to go on. */
export function randomStatesIn(layer: object): readonly RandomState[] {
  return statesOf.get(layer) ?? [];
}

/** Key and counter as the random kernels read them: two words each. Its variable is made when it is first used. */
export class RandomState {
  readonly #name: string;
  readonly #key: Key;
  #variable: Variable | undefined;

  /**
   * @param owner the layer whose state it is; a name for one that is not saved
   * @param seed gives the state a key of its own; by default the next one that follows from setSeed
   */
  constructor(owner: string | { readonly name: string }, seed?: Seed) {
    this.#name = typeof owner === 'string' ? owner : owner.name;
    if (typeof owner === 'object') statesOf.set(owner, [...randomStatesIn(owner), this]);
    this.#key = (seed === undefined ? globalSource() : sourceFrom(seed)).key();
  }

  /** The four words: key low, key high, counter low, counter high. */
  get variable(): Variable {
    if (!this.#variable) {
      this.#variable = new Variable(`${this.#name}/random`, [4], 'int32');
      this.#variable.write(Int32Array.of(this.#key[0] | 0, this.#key[1] | 0, 0, 0));
    }
    return this.#variable;
  }

  /** The state for a draw in the program being traced, which will move the counter on once, however many draws it makes. */
  draw(): Node {
    const { node } = this.variable;
    const { effects } = currentTrace();
    if (!effects.some((effect) => effect.inputs[0] === node)) advanceRandom(node);
    return node;
  }
}
