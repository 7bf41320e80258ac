/**
 * @file Steps: the programs a model runs — a training step, an evaluation step, a prediction — each compiled once per batch shape.
 * A training step takes its batch from samples that lie in the engine's memory, by their indices; the others are handed their batch.
 */

import type { DType, Shape } from '../base/shape.ts';
import { sizeOf } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Executable } from '../compiler/index.ts';
import { engine } from '../engine/index.ts';
import { compileGraph } from '../graph/compile-graph.ts';
import { gradients } from '../graph/gradient.ts';
import { Graph } from '../graph/graph.ts';
import { externalNode, inputNode, type Node, type TensorSpec } from '../graph/node.ts';
import { add, cast, gatherRows } from '../graph/ops.ts';
import { Trace, withTrace } from '../graph/trace.ts';
import type { Layer } from '../layers/layer.ts';
import { constrain, penaltiesOf } from '../layers/weight-rules.ts';
import { lossValue } from '../losses/index.ts';
import type { Metric } from '../metrics/index.ts';
import type { Compiled, RunningResults } from './compiled.ts';
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
  readonly x: SampleSpec;
  /** Missing for a prediction. */
  readonly y?: SampleSpec;
}

/** The shape of one sample of `data`. */
export function sampleSpec(data: Tensor): SampleSpec {
  return { shape: data.shape.slice(1), dtype: data.dtype };
}

/** A batch that programs read: from bound buffers by index, or from input buffers. */
interface Feed {
  readonly x: Node;
  readonly y: Node | undefined;
  readonly indices: Node | undefined;
  readonly inputs: readonly Node[];
}

function feedOf({ feed, batch, x, y }: StepRequest): Feed {
  const whole = ({ shape, dtype }: SampleSpec): TensorSpec => ({ shape: [batch, ...shape], dtype });
  if (feed === 'direct') {
    const inputs = [inputNode('x', whole(x)), ...(y ? [inputNode('y', whole(y))] : [])];
    return { x: inputs[0]!, y: inputs[1], indices: undefined, inputs };
  }
  const indices = inputNode('indices', { shape: [batch], dtype: 'int32' });
  // The number of samples is not part of the program: only rows are read.
  const rows = (name: string, spec: SampleSpec): Node =>
    gatherRows(externalNode(name, { shape: [1, ...spec.shape], dtype: spec.dtype }), indices);
  return { x: rows('x', x), y: y && rows('y', y), indices, inputs: [] };
}

/** A step before it is compiled. */
interface TracedStep {
  readonly graph: Graph;
  readonly feed: Feed;
  readonly metrics: readonly Metric[];
  readonly beforeRun: readonly (() => void)[];
  readonly batch: number;
}

/** The graph of a step: outputs are loss and statistics of the metrics, or the prediction. */
function traceStep(model: Layer, compiled: Compiled | undefined, request: StepRequest): TracedStep {
  const { kind, batch } = request;
  const trace = new Trace({ training: kind === 'train' });
  const feed = feedOf(request);
  let metrics: readonly Metric[] = [];
  const outputs = withTrace(trace, () => {
    const yPred = model.call(cast(feed.x, 'float32'), { training: trace.training });
    if (!compiled || !feed.y) return [yPred];
    const yTrue = feed.y;
    const weights = model.trainableWeights;
    const own = lossValue(compiled.loss, yTrue, yPred);
    const loss = [...trace.losses, ...penaltiesOf(weights)].reduce((total, penalty) => add(total, penalty), own);
    metrics = compiled.metricsFor(yTrue, yPred);
    if (kind === 'train') {
      const nodes = weights.map((weight) => weight.node);
      if (weights.length > 0) compiled.optimizer.apply(gradients(loss, nodes), weights);
      constrain(weights);
    }
    return [loss, ...metrics.map((metric) => metric.statistics(yTrue, yPred))];
  });
  return { graph: new Graph(outputs, trace.effects), feed, metrics, beforeRun: trace.beforeRun, batch };
}

/** A compiled step. */
export class Step {
  readonly executable: Executable;
  readonly batch: number;
  readonly metrics: readonly Metric[];
  /** Lengths of the metrics' statistics. */
  readonly statistics: readonly number[];
  readonly #feed: Feed;
  readonly #beforeRun: readonly (() => void)[];
  readonly #addresses: readonly number[];
  readonly #indices: number;

  /** Traces and compiles a step. Both take a while the first time, so the host has its turn in between. */
  static async create(model: Layer, compiled: Compiled | undefined, request: StepRequest): Promise<Step> {
    if (pace.isDue) await pace.rest();
    const traced = traceStep(model, compiled, request);
    if (pace.isDue) await pace.rest();
    const step = new Step(traced, compileGraph(traced.graph));
    if (pace.isDue) await pace.rest();
    return step;
  }

  private constructor({ graph, feed, metrics, beforeRun, batch }: TracedStep, executable: Executable) {
    this.#feed = feed;
    this.#beforeRun = beforeRun;
    this.batch = batch;
    this.metrics = metrics;
    this.statistics = graph.outputs.slice(1).map((node) => sizeOf(node.shape));
    this.executable = executable;
    // Addresses of float outputs, as indices into the memory seen as floats.
    this.#addresses = graph.outputs.map((_, i) => executable.outputAddress(i) / 4);
    this.#indices = feed.indices && executable.reads(feed.indices) ? executable.address(feed.indices) / 4 : 0;
  }

  /** Tells a gathering step where the samples lie. */
  bind(x: number, y: number): void {
    this.executable.program.bind('x', x);
    this.executable.program.bind('y', y);
  }

  /** Copies a batch into a direct step. */
  feed(x: Tensor['data'], y?: Tensor['data']): void {
    const [xNode, yNode] = this.#feed.inputs;
    if (xNode && this.executable.reads(xNode)) this.executable.view(xNode).set(x);
    if (yNode && y && this.executable.reads(yNode)) this.executable.view(yNode).set(y);
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

  /** A copy of what a prediction gave. */
  output(): Tensor {
    return this.executable.output(0);
  }

  /** Adds loss and metrics of the batch just run to the results of the epoch. */
  collect(results: RunningResults): number {
    const floats = engine().memory.floats;
    const loss = floats[this.#addresses[0]!]!;
    results.addLoss(loss, this.batch);
    for (let m = 0; m < this.statistics.length; m++) {
      this.metrics[m]!.merge(results.totals(m), floats, this.#addresses[m + 1]!);
    }
    return loss;
  }
}
