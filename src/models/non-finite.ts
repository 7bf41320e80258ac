/** @file Finding what first went wrong: the data, the weight or the layer whose numbers are no longer finite. */

import type { NonFinite } from '../callbacks/callback.ts';
import type { Variable } from '../graph/variable.ts';
import type { Step } from './step.ts';
import { inputName } from './trace-step.ts';

function firstIn(data: ArrayLike<number>): number | undefined {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return data[i];
  return undefined;
}

/**
 * What first holds a NaN or an Infinity, in the order in which a step meets it: the inputs of the batch, which spoil everything after them; a
 * weight, in the order of the model; the output of a layer.
 *
 * @param look the step that gives the inputs of the last batch, and the outputs of all layers for it
 */
export async function findNonFinite(
  layers: readonly { readonly name: string }[],
  weights: readonly Variable[],
  look: () => Promise<Step | undefined>,
): Promise<NonFinite | undefined> {
  const step = await look();
  if (step) await step.run();
  const outputs = step?.outputs().map((output, i) => ({ name: step.names[i]!, value: firstIn(output.data) })) ?? [];
  const spoilt = outputs.find(({ name, value }) => name === inputName && value !== undefined);
  if (spoilt) return { layer: layers[0]?.name ?? 'the model', what: 'the inputs', value: spoilt.value! };
  for (const weight of weights) {
    const value = firstIn(weight.view());
    if (value === undefined) continue;
    const layer = weight.name.slice(0, Math.max(0, weight.name.lastIndexOf('/'))) || weight.name;
    return { layer, what: `weight "${weight.name}"`, value };
  }
  const first = outputs.find(({ value }) => value !== undefined);
  return first && { layer: first.name, what: 'the output', value: first.value! };
}
