/** @file A model for tests of callbacks: it has nothing but what callbacks use. */

import { Tensor } from '../../src/base/tensor.ts';
import type { TrainedModel } from '../../src/callbacks/index.ts';
import type { Variable } from '../../src/graph/variable.ts';
import { type Optimizer, SGD } from '../../src/optimizers/index.ts';

/** One weight, which tests set, and a learning rate. */
export class FakeModel implements TrainedModel {
  readonly name = 'm';
  readonly weightNames = ['layer/kernel'];
  readonly weights: readonly Variable[] = [];
  readonly trainableWeights: readonly Variable[] = [];
  /** What was written, and how. */
  readonly saved: [path: string, options: object | undefined][] = [];
  stopTraining = false;
  optimizer: Optimizer = new SGD({ learningRate: 0.1 });
  weight = 0;
  readonly #direction: 'max' | 'min' | undefined;

  constructor(direction?: 'max' | 'min') {
    this.#direction = direction;
  }

  getWeights(): Tensor[] {
    return [new Tensor(Float32Array.of(this.weight), [1])];
  }

  setWeights(values: readonly unknown[]): void {
    this.weight = (values[0] as Tensor).data[0]!;
  }

  directionOf(): 'max' | 'min' | undefined {
    return this.#direction;
  }

  toJSON(): unknown {
    return {};
  }

  async save(path: string, options?: object): Promise<void> {
    this.saved.push([path, options]);
  }

  async saveWeights(path: string): Promise<void> {
    this.saved.push([path, undefined]);
  }
}
