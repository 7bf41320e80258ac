/** @file The compiled steps of a model, one for every combination of what it does, batch size and sample shape. */

import { formatShape } from '../base/shape.ts';
import { hasPenalties } from '../layers/weight-rules.ts';
import type { Compiled } from './compiled.ts';
import { Step } from './step.ts';
import { structureOf } from './structure.ts';
import type { SampleSpec, StepModel, StepRequest } from './trace-step.ts';

/** Steps that are kept; those used longest ago are dropped. */
const capacity = 32;

/** Keeps the steps of one model. */
export class StepCache {
  readonly #model: StepModel;
  readonly #steps = new Map<string, Step>();

  constructor(model: StepModel) {
    this.#model = model;
  }

  /** The step for a request, compiled when it is first asked for. */
  async get(compiled: Compiled | undefined, request: StepRequest): Promise<Step> {
    const { kind, feed, batch, x, y = [], weights = [] } = request;
    // Penalties of the weights that are trained count in evaluation, too.
    const isTraining = kind === 'train' || kind === 'gradients' || (kind === 'test' && hasPenalties(this.#model.weights));
    const spec = (sample: SampleSpec | undefined): string => (sample ? `${sample.dtype}${formatShape(sample.shape)}` : '');
    const specs = [x, y, weights].map((list) => list.map(spec).join('; '));
    const key = `${kind} ${feed} ${batch} ${specs.join(' -> ')} ${structureOf(this.#model, isTraining)}`;
    const known = this.#steps.get(key);
    const step = known ?? (await Step.create(this.#model, compiled, request));
    // The step asked for last comes last, so that what is dropped is never a step in use.
    if (known) this.#steps.delete(key);
    this.#steps.set(key, step);
    if (this.#steps.size > capacity) this.#drop(this.#steps.keys().next().value!);
    return step;
  }

  #drop(key: string): void {
    this.#steps.get(key)?.executable.release();
    this.#steps.delete(key);
  }

  /** Drops all steps. */
  clear(): void {
    for (const key of [...this.#steps.keys()]) this.#drop(key);
  }
}
