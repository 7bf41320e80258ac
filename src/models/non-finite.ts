/** @file Finding what first went wrong: the weight or the layer whose numbers are no longer finite. */

import type { NonFinite } from '../callbacks/callback.ts';
import type { Variable } from '../graph/variable.ts';
import type { Step } from './step.ts';

function firstIn(data: ArrayLike<number>): number | undefined {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return data[i];
  return undefined;
}

/**
 * The first weight with a NaN or an Infinity, in the order of the model; or else the first layer whose output has one.
 *
 * @param look the step that gives the outputs of all layers for the last batch
 */
export async function findNonFinite(
  weights: readonly Variable[],
  look: () => Promise<Step | undefined>,
): Promise<NonFinite | undefined> {
  for (const weight of weights) {
    const value = firstIn(weight.view());
    if (value === undefined) continue;
    return {
      layer: weight.name.slice(0, Math.max(0, weight.name.lastIndexOf('/'))) || weight.name,
      what: `weight "${weight.name}"`,
      value,
    };
  }
  const step = await look();
  if (!step) return undefined;
  await step.run();
  for (const [i, output] of step.outputs().entries()) {
    const value = firstIn(output.data);
    if (value !== undefined) return { layer: step.names[i]!, what: 'the output', value };
  }
  return undefined;
}
