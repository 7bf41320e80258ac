/** @file What must hold of every layer that prepares data outside of models, checked by one call. */

import { expect } from 'vitest';
import type { Tensor } from '../../src/base/tensor.ts';
import '../../src/graph/eager.ts';
import type { Layer } from '../../src/layers/index.ts';
import { Dense } from '../../src/layers/index.ts';
import { layerFromJSON, layerToJSON, Sequential } from '../../src/models/index.ts';

/** A layer that prepares data. */
interface DataLayer<D> extends Layer {
  adapt(data: D): void;
  transform(data: D): Tensor;
}

/** Checks that the layer learns, that its config makes a layer that is the same function, and that models refuse it. */
export async function checkDataLayer<D, O extends object>(
  Type: new (options: O) => DataLayer<D>,
  options: O,
  known: D,
  data: D,
): Promise<void> {
  const layer = new Type(options);
  expect(() => layer.transform(data)).toThrow(/expected a vocabulary, got none. Hint: call adapt/);
  layer.adapt(known);
  const result = layer.transform(data);
  expect(result.shape[0]).toBe((data as { length: number }).length);
  expect(result.data.some((value) => value !== 0)).toBe(true);

  const twin = new Type(JSON.parse(JSON.stringify({ ...layer.getConfig(), name: `${layer.name}_twin` })) as O);
  expect(twin.transform(data)).toEqual(result);
  expect(() => twin.adapt(known)).toThrow(/a layer without option `vocabulary`/);

  const copy = layerFromJSON(JSON.stringify(layerToJSON(layer))) as typeof layer;
  expect(copy).toBeInstanceOf(Type);
  expect(copy.name).toBe(layer.name);
  expect(copy.transform(data)).toEqual(result);

  const refusal = /to be used outside of models, .*Hint: call transform\(data\)/;
  expect(() => new Sequential([layer], { inputShape: [1] })).toThrow(refusal);
  const late = new Sequential([new Type({ ...options, name: 'late' }), new Dense({ units: 1 })]);
  late.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await expect(late.fit([[1]], [[1]], { verbose: 0 })).rejects.toThrow(refusal);
  expect(() => new Type({ ...options, inputShape: [1] })).toThrow(refusal);
}
