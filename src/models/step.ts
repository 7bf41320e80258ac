/**
 * @file Steps: the programs a model runs — a training step, an evaluation step, a prediction — each compiled once per batch shape.
 * A training step takes its batch from samples that lie in the engine's memory, by their indices; the others are handed their batch.
 */

import { fail } from '../base/fail.ts';
import type { DType, Shape } from '../base/shape.ts';
import { sizeOf } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Executable } from '../compiler/index.ts';
import { engine } from '../engine/index.ts';
import { compileGraph } from '../graph/compile-graph.ts';
import { gradients } from '../graph/gradient.ts';
import { Graph } from '../graph/graph.ts';
import { externalNode, inputNode, type Node } from '../graph/node.ts';
import { add, cast, gatherRows, scale } from '../graph/ops.ts';
import { Trace, withTrace } from '../graph/trace.ts';
import type { Layer } from '../layers/layer.ts';
import { constrain, penaltiesOf } from '../layers/weight-rules.ts';
import { lossValue } from '../losses/index.ts';
import type { Samples } from './arguments.ts';
import type { Compiled, Result, RunningResults } from './compiled.ts';
import { pace } from './pace.ts';

/** Samples without their batch axis. */
export interface SampleSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What a step is compiled for. */
export interface StepRequest {
  readonly kind: 'train' | 'test' | 'predict';
  /** `gather`: samples are picked by index from buffers that are bound later; `direct`: the batch itself is copied in. */
  readonly feed: 'gather' | 'direct';
  readonly batch: number;
  readonly x: readonly SampleSpec[];
  /** Targets of the outputs, undefined for those without. Missing for a prediction. */
  readonly y?: readonly (SampleSpec | undefined)[];
  /** Weights of samples for the outputs' losses. */
  readonly weights?: readonly (SampleSpec | undefined)[];
}

/** The shape of one sample of `data`. */
export function sampleSpec(data: Tensor): SampleSpec {
  return { shape: data.shape.slice(1), dtype: data.dtype };
}

/** The shapes of single samples of inputs, targets and weights. */
export function sampleSpecs({ x, y, weights }: Samples): Required<Pick<StepRequest, 'x' | 'y' | 'weights'>> {
  const specOf = (data: Tensor | undefined): SampleSpec | undefined => data && sampleSpec(data);
  return { x: x.map(sampleSpec), y: y.map(specOf), weights: weights.map(specOf) };
}

/** A batch that programs read: from bound buffers by index, or from input buffers. */
interface Feed {
  readonly x: readonly Node[];
  readonly y: readonly (Node | undefined)[];
  readonly weights: readonly (Node | undefined)[];
  readonly indices: Node | undefined;
}

function feedOf({ feed, batch, x, y = [], weights = [] }: StepRequest): Feed {
  const indices = feed === 'gather' ? inputNode('indices', { shape: [batch], dtype: 'int32' }) : undefined;
  const node = (name: string, { shape, dtype }: SampleSpec): Node => {
    if (!indices) return inputNode(name, { shape: [batch, ...shape], dtype });
    // The number of samples is not part of the program: only rows are read.
    return gatherRows(externalNode(name, { shape: [1, ...shape], dtype }), indices);
  };
  return {
    x: x.map((spec, i) => node(`x${i}`, spec)),
    y: y.map((spec, i) => spec && node(`y${i}`, spec)),
    weights: weights.map((spec, i) => spec && node(`weights${i}`, spec)),
    indices,
  };
}

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

/** What a step needs of a model. */
export interface StepModel extends Layer {
  /** Names of its outputs, when there are `count` of them. */
  namesOf(count: number): readonly string[];
}

/** A step before it is compiled. */
interface TracedStep {
  readonly graph: Graph;
  readonly feed: Feed;
  readonly results: readonly Result[];
  readonly beforeRun: readonly (() => void)[];
  readonly batch: number;
}

/** The graph of a step: outputs are losses and statistics of the metrics, or the predictions. */
function traceStep(model: StepModel, compiled: Compiled | undefined, request: StepRequest): TracedStep {
  const { kind, batch } = request;
  const trace = new Trace({ training: kind === 'train' });
  const feed = feedOf(request);
  const results: Result[] = [];
  const outputs = withTrace(trace, () => {
    const inputs = feed.x.map((node) => cast(node, 'float32'));
    const predictions = model.applyAll(inputs.length === 1 ? inputs[0]! : inputs);
    if (!compiled || request.kind === 'predict') return predictions;
    const names = model.namesOf(predictions.length);
    compiled.settle(names);
    const isSingle = predictions.length === 1;
    const statistics: Node[] = [];
    const losses: Node[] = [];
    const lossNodes: Node[] = [];
    predictions.forEach((yPred, i) => {
      const name = names[i]!;
      const yTrue = feed.y[i];
      const { loss, weight } = compiled.gearOf(name);
      const mask = trace.masks.get(yPred);
      if (loss) {
        const own = lossValue(loss, yTrue ?? fail(model.where, `targets for "${name}"`, 'none'), yPred, feed.weights[i], mask);
        losses.push(weight === 1 ? own : scale(own, weight));
        lossNodes.push(own);
        if (!isSingle) results.push({ name: `${name}_loss`, metric: undefined, size: 1 });
      }
      if (!yTrue) return;
      for (const metric of compiled.metricsFor(name, yTrue, yPred)) {
        const node = metric.statistics(yTrue, yPred, mask);
        results.push({ name: isSingle ? metric.name : `${name}_${metric.name}`, metric, size: sizeOf(node.shape) });
        statistics.push(node);
      }
    });
    const weights = model.trainableWeights;
    const loss = [...losses, ...trace.losses, ...penaltiesOf(weights)].reduce((total, part) => add(total, part));
    if (kind === 'train') {
      const nodes = weights.map((weight) => weight.node);
      if (weights.length > 0) compiled.optimizer.apply(gradients(loss, nodes), weights);
      constrain(weights);
    }
    results.unshift({ name: 'loss', metric: undefined, size: 1 });
    const values = isSingle ? statistics : interleave(results.slice(1), lossNodes, statistics);
    return [loss, ...values];
  });
  return { graph: new Graph(outputs, trace.effects), feed, results, beforeRun: trace.beforeRun, batch };
}

/** The nodes of `results`, which lists losses and metrics output by output. */
function interleave(results: readonly Result[], losses: readonly Node[], statistics: readonly Node[]): Node[] {
  let [loss, statistic] = [0, 0];
  return results.map(({ metric }) => (metric ? statistics[statistic++]! : losses[loss++]!));
}

/** A compiled step. */
export class Step {
  readonly executable: Executable;
  readonly batch: number;
  /** What a training or evaluation step reports. */
  readonly results: readonly Result[];
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

  private constructor({ graph, feed, results, beforeRun, batch }: TracedStep, executable: Executable) {
    this.#feed = feed;
    this.#beforeRun = beforeRun;
    this.batch = batch;
    this.results = results;
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
