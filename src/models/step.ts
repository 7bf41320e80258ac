/**
 * @file Steps: the programs a model runs — a training step, an evaluation step, a prediction — each compiled once per batch shape.
 * A training step takes its batch from samples that lie in the engine's memory, by their indices; the others are handed their batch.
 */

import type { Tensor } from '../base/tensor.ts';
import type { Executable } from '../compiler/index.ts';
import { engine } from '../engine/index.ts';
import { compileGraph } from '../graph/compile-graph.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import type { Compiled } from './compiled.ts';
import { pace } from './pace.ts';
import type { Result, RunningResults } from './running-results.ts';
import { type Feed, type StepModel, type StepRequest, type TracedStep, traceStep } from './trace-step.ts';

/** Addresses of samples in the engine's memory. */
export interface Places {
  readonly x: readonly number[];
  readonly y: readonly (number | undefined)[];
  readonly weights: readonly (number | undefined)[];
}

/** The samples of one batch, one after the other. */
export interface Batch {
  readonly x: readonly Tensor['data'][];
  readonly y: readonly (Tensor['data'] | undefined)[];
  readonly weights: readonly (Tensor['data'] | undefined)[];
}

/** A compiled step. */
export class Step {
  readonly executable: Executable;
  readonly batch: number;
  /** What a training or evaluation step reports. */
  readonly results: readonly Result[];
  /** What the outputs are called, see {@link StepKind}. */
  readonly names: readonly string[];
  /** Variables that runs change: weights, the optimizer's slots, random states. */
  readonly written: readonly Variable[];
  readonly #feed: Feed;
  readonly #beforeRun: readonly (() => void)[];
  readonly #outputs: number;
  readonly #addresses: readonly number[];
  readonly #indices: number;

  /** Traces and compiles a step. Both take a while the first time, so the host has its turn in between. */
  static async create(model: StepModel, compiled: Compiled | undefined, request: StepRequest): Promise<Step> {
    if (pace.isDue) await pace.rest();
    const traced = traceStep(model, compiled, request);
    if (pace.isDue) await pace.rest();
    const step = new Step(traced, compileGraph(traced.graph));
    if (pace.isDue) await pace.rest();
    return step;
  }

  private constructor({ graph, feed, results, names, beforeRun, written, batch }: TracedStep, executable: Executable) {
    this.#feed = feed;
    this.#beforeRun = beforeRun;
    this.batch = batch;
    this.results = results;
    this.names = names;
    this.written = written;
    this.executable = executable;
    this.#outputs = graph.outputs.length;
    // Addresses of float outputs, as indices into the memory seen as floats.
    this.#addresses = graph.outputs.map((_, i) => executable.outputAddress(i) / 4);
    this.#indices = feed.indices && executable.reads(feed.indices) ? executable.address(feed.indices) / 4 : 0;
  }

  /** Tells a gathering step where the samples lie. */
  bind({ x, y, weights }: Places): void {
    const { program } = this.executable;
    const put = (name: string, addresses: readonly (number | undefined)[]): void => {
      addresses.forEach((address, i) => {
        if (address !== undefined) program.bind(`${name}${i}`, address);
      });
    };
    put('x', x);
    put('y', y);
    put('weights', weights);
  }

  /** Copies a batch into a direct step. */
  feed({ x, y, weights }: Batch): void {
    const put = (nodes: readonly (Node | undefined)[], list: readonly (Tensor['data'] | undefined)[]): void => {
      list.forEach((data, i) => {
        const node = nodes[i];
        if (node && data && this.executable.reads(node)) this.executable.view(node).set(data);
      });
    };
    put(this.#feed.x, x);
    put(this.#feed.y, y);
    put(this.#feed.weights, weights);
  }

  /** Picks the samples of a gathering step: `indices[start]` and those that follow. */
  pick(indices: Int32Array, start: number): void {
    if (this.#indices === 0) return;
    const words = engine().memory.words;
    for (let i = 0; i < this.batch; i++) words[this.#indices + i] = indices[start + i]!;
  }

  /** Runs the step; the promise, if there is one, resolves when it is done. */
  run(): undefined | Promise<void> {
    for (const hook of this.#beforeRun) hook();
    return this.executable.run();
  }

  /** Copies of what a prediction gave. */
  outputs(): Tensor[] {
    return Array.from({ length: this.#outputs }, (_, i) => this.executable.output(i));
  }

  /** Adds losses and metrics of the batch just run to the results of the epoch. */
  collect(results: RunningResults): void {
    results.add(engine().memory.floats, this.#addresses, this.batch);
  }
}
