/** @file What an optimizer keeps for each weight: its slots, and what options ask for. */

import { describe, fail } from '../base/fail.ts';
import { Variable } from '../graph/variable.ts';
import type { Averaging } from './averaging.ts';
import type { UpdateRule } from './step-block.ts';

/** What is kept for one weight. */
export interface WeightState {
  readonly rule: UpdateRule;
  /** In the order of the kernel. */
  readonly slots: readonly Variable[];
  readonly average: Variable | undefined;
  /** Sum of gradients. */
  readonly accumulated: Variable | undefined;
  /** Lookahead's slow copy. */
  readonly slow: Variable | undefined;
}

/** What is kept for all weights, in the order in which they came. */
export class WeightStates {
  readonly #where: string;
  readonly #averaging: Averaging;
  readonly #states = new Map<Variable, WeightState>();

  constructor(where: string, averaging: Averaging) {
    this.#where = where;
    this.#averaging = averaging;
  }

  /** The state of a weight, if there is one. */
  find(weight: Variable): WeightState | undefined {
    return this.#states.get(weight);
  }

  /** The state of a weight that has one. */
  of(weight: Variable): WeightState {
    const hint = 'call build([weight]) first.';
    return this.#states.get(weight) ?? fail(this.#where, 'a weight that it updates', `"${weight.name}"`, hint);
  }

  /** Makes the state of weights that have none. */
  make(weights: readonly Variable[], ruleOf: (weight: Variable) => UpdateRule): void {
    const { ema, accumulation, syncPeriod } = this.#averaging;
    for (const weight of weights) {
      if (!(weight instanceof Variable)) fail(this.#where, 'weights that are Variables', describe(weight));
      if (this.#states.has(weight)) continue;
      if (weight.dtype !== 'float32') fail(this.#where, 'float32 weights', `"${weight.name}" of ${weight.dtype}`);
      const make = (name: string, start?: ArrayLike<number> | number): Variable => {
        const made = new Variable(`${weight.name}/${name}`, weight.shape);
        if (typeof start === 'number') made.view().fill(start);
        // Copies start as the weight, so that one that joins a run later is not drawn towards 0. Its view is taken now: memory may grow.
        else if (start) made.view().set(start);
        return made;
      };
      const rule = ruleOf(weight);
      this.#states.set(weight, {
        rule,
        slots: rule.slots.flat().map((slot) => make(slot, rule.initialSlots?.[slot])),
        average: ema === undefined ? undefined : make('average', weight.read().data),
        accumulated: accumulation > 1 ? make('gradientAccumulator') : undefined,
        slow: syncPeriod > 0 ? make('slow', weight.read().data) : undefined,
      });
    }
  }

  /** All of it in the order of saved files: averages, sums of gradients, slots kind by kind, slow copies. */
  get variables(): Variable[] {
    const states = [...this.#states.values()];
    const all = (name: 'average' | 'accumulated' | 'slow'): Variable[] => states.flatMap((state) => state[name] ?? []);
    const kinds = Math.max(0, ...states.map(({ rule }) => rule.slots.length));
    const slots = Array.from({ length: kinds }, (_, kind) =>
      states.flatMap((state) => {
        const first = state.rule.slots.slice(0, kind).flat().length;
        return state.slots.slice(first, first + (state.rule.slots[kind]?.length ?? 0));
      }),
    );
    return [...all('average'), ...all('accumulated'), ...slots.flat(), ...all('slow')];
  }
}
