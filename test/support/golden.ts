/**
 * @file Golden files: values computed by independent programs, in test/golden/<name>.json. Inputs are short decimals that
 * were rounded to float32 before the oracle computed in float64.
 */

import { readFileSync } from 'node:fs';

/** Values in row-major order. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** float32 when absent. */
  readonly dtype?: 'int32' | 'bool';
}

type Tensors = Readonly<Record<string, GoldenTensor>>;

/** One configuration with its inputs and everything it must give. */
export interface GoldenCase {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: Tensors;
  readonly params?: Tensors;
  readonly state?: Tensors;
  readonly outputs: Tensors;
  /** U of the scalar Σ outputs·U whose gradients stand in `grads`. */
  readonly upstream?: Tensors;
  readonly grads?: Tensors;
  /** Of optimizers: the gradient of each step, along the first axis. */
  readonly step_grads?: Tensors;
  readonly f32err?: Readonly<Record<string, number>>;
}

/** A golden file; read `conventions` before using its cases. */
export interface GoldenFile {
  readonly family: string;
  readonly oracle: string;
  readonly conventions: string;
  readonly cases: readonly GoldenCase[];
}

/** Reads test/golden/<name>.json. */
export function loadGolden(name: string): GoldenFile {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')) as GoldenFile;
}
