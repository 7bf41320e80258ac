/** @file Small datasets for tests, and what they give. */

import { Tensor } from '../../src/base/tensor.ts';
import { Dataset } from '../../src/data/dataset.ts';

/** Elements of a pass; tensors as nested arrays. */
export async function elements(data: Dataset<unknown>, pass = 0): Promise<unknown[]> {
  const opened = data.open(pass);
  const result: unknown[] = [];
  for (let step = await opened.next(); !step.done; step = await opened.next()) result.push(plain(step.value));
  return result;
}

export function plain(value: unknown): unknown {
  if (value instanceof Tensor) return value.toArray();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

/** 0, 1, 2, 3, 4. */
export const five = (): Dataset<number> => Dataset.range(5);
/** 0 … n − 1, one after the other. */
export async function* countTo(n: number): AsyncGenerator<number> {
  for (let i = 0; i < n; i++) yield i;
}
