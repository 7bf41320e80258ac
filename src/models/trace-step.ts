/**
 * @file What a step computes, as a graph: a batch is read, the layers' `call` runs on nodes, losses and metrics extend it, and the optimizer
 * adds its updates.
 */

import { describe, fail, failShape } from '../base/fail.ts';
import { type DType, formatShape, type Shape, sizeOf } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import { gradients } from '../graph/gradient.ts';
import { Graph } from '../graph/graph.ts';
import { externalNode, inputNode, Node, type OpCall } from '../graph/node.ts';
import { add, cast, gatherRows, mul, scale } from '../graph/ops.ts';
import { Trace, withTrace } from '../graph/trace.ts';
import type { Variable } from '../graph/variable.ts';
import type { Layer } from '../layers/layer.ts';
import { constrain, penaltiesOf } from '../layers/weight-rules.ts';
import { lossValue } from '../losses/index.ts';
import { weightsFor } from '../losses/reduce.ts';
import type { Metric } from '../metrics/index.ts';
import type { Samples } from './arguments.ts';
import type { Compiled } from './compiled.ts';
import type { Result } from './running-results.ts';

/** Samples without their batch axis. */
export interface SampleSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * What a step does: trains; computes losses and metrics; predicts; predicts with what is random in training (`sample`); gives the
 * gradients of the loss, or the outputs of all layers, without changing anything.
 */
export type StepKind = 'train' | 'test' | 'predict' | 'sample' | 'gradients' | 'activations';

/** What inputs are called among the outputs of an `activations` step, where they come first. No layer has this name. */
export const inputName = '';

/** What a step is compiled for. */
export interface StepRequest {
  readonly kind: StepKind;
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
export interface Feed {
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

/** A batch while a step is traced: what `trainStep` is given. */
export interface StepBatch {
  /** The inputs: a node, or a list for a model with several. */
  readonly x: Node | readonly Node[];
  /** The targets: a node, or a list for a model with several outputs, where those without targets have undefined. Undefined when none are given. */
  readonly y: Node | readonly (Node | undefined)[] | undefined;
  /** How much the samples count, as `y`; undefined when all count alike. */
  readonly sampleWeight: Node | readonly (Node | undefined)[] | undefined;
}

/** One as it is, several as a list, none as undefined. */
function bundled<T>(list: readonly T[]): T | readonly T[] | undefined {
  return list.length <= 1 ? list[0] : list;
}

function unbundled<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** What a step of a user's own reports: scalars by the names they have in logs. */
export type StepResults = Readonly<Record<string, Node>>;

/** What a step needs of a model. */
export interface StepModel extends Layer {
  /** Names of its outputs, when there are `count` of them. */
  namesOf(count: number): readonly string[];
  /** The model's own training or evaluation step, where it has one. */
  ownStep(kind: 'train' | 'test'): ((batch: StepBatch) => StepResults) | undefined;
}

/** A step before it is compiled. */
export interface TracedStep {
  readonly graph: Graph;
  readonly feed: Feed;
  readonly results: readonly Result[];
  /** What the outputs are called: weights for gradients, layers for activations. */
  readonly names: readonly string[];
  readonly beforeRun: readonly (() => void)[];
  /** Variables that runs of the step change. */
  readonly written: readonly Variable[];
  readonly batch: number;
}

/** What a traced step gives. */
interface Traced {
  readonly outputs: readonly Node[];
  readonly results?: readonly Result[];
  readonly names?: readonly string[];
}

/** The graph of a step: outputs are losses and statistics of the metrics, predictions, gradients or the outputs of layers. */
export function traceStep(model: StepModel, compiled: Compiled | undefined, request: StepRequest): TracedStep {
  const { kind, batch } = request;
  const seen: { name: string; node: Node }[] = [];
  const isLooking = kind === 'gradients' || kind === 'activations';
  const trace = new Trace({
    training: kind !== 'test' && kind !== 'predict',
    keepsStatistics: kind === 'sample',
    onApply:
      kind === 'activations' ? ({ name }, outputs) => void seen.push(...outputs.map((node) => ({ name, node }))) : undefined,
  });
  const feed = feedOf(request);
  const traced = withTrace(trace, (): Traced => {
    const inputs = feed.x.map((node) => cast(node, 'float32'));
    const x = inputs.length === 1 ? inputs[0]! : inputs;
    const own = kind === 'train' || kind === 'test' ? model.ownStep(kind) : undefined;
    if (own) return ownResults(`${model.where}.${kind}Step`, own({ x, y: bundled(feed.y), sampleWeight: bundled(feed.weights) }));
    const predictions = model.applyAll(x);
    if (kind === 'activations') {
      const all = [...inputs.map((node) => ({ name: inputName, node })), ...seen];
      return { outputs: all.map(({ node }) => node), names: all.map(({ name }) => name) };
    }
    if (!compiled || kind === 'predict' || kind === 'sample') return { outputs: predictions };
    const { loss, results, values } = assess(model, compiled, predictions, feed, trace);
    const weights = model.trainableWeights;
    const nodes = weights.map((weight) => weight.node);
    if (kind === 'gradients') return { outputs: gradients(loss, nodes), names: weights.map(({ name }) => name) };
    if (kind === 'train') {
      if (weights.length > 0) compiled.optimizer.apply(gradients(compiled.optimizer.scaleLoss(loss), nodes), weights);
      constrain(weights);
    }
    return { outputs: [loss, ...values], results };
  });
  const { outputs, results = [], names = [] } = traced;
  // Who only looks changes nothing: neither moving statistics nor random states.
  const effects = isLooking ? [] : trace.effects;
  return {
    graph: new Graph(outputs, effects),
    feed,
    results,
    names,
    beforeRun: trace.beforeRun,
    written: writtenBy(effects),
    batch,
  };
}

/** Results of a user's own step. */
function ownResults(where: string, given: StepResults): Traced {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  if (entries.length === 0) fail(where, 'scalars by name, such as { loss }', describe(given));
  for (const [name, node] of entries) {
    if (!(node instanceof Node))
      fail(where, `a node as "${name}"`, describe(node), 'compute with ops, not with JavaScript arithmetic.');
    if (sizeOf(node.shape) !== 1) failShape(where, `a scalar as "${name}"`, formatShape(node.shape), 'average it: ops.mean(…).');
  }
  return { outputs: entries.map(([, node]) => node), results: entries.map(([name]) => ({ name, metric: undefined, size: 1 })) };
}

/** Losses and statistics of the metrics. */
function assess(
  model: StepModel,
  compiled: Compiled,
  predictions: readonly Node[],
  feed: Pick<Feed, 'y' | 'weights'>,
  trace: Trace,
): { loss: Node; results: readonly Result[]; values: readonly Node[] } {
  const results: Result[] = [];
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
    const { plain, weighted } = compiled.metricsFor(name, yTrue, yPred);
    const record = (metric: Metric, node: Node): void => {
      results.push({ name: isSingle ? metric.name : `${name}_${metric.name}`, metric, size: sizeOf(node.shape) });
      statistics.push(node);
    };
    for (const metric of plain) record(metric, metric.statistics(yTrue, yPred, mask));
    const weights = feed.weights[i];
    const both = weights && mask ? mul(mask, weightsFor(model.where, weights, mask.shape)) : (weights ?? mask);
    for (const metric of weighted) record(metric, metric.statistics(yTrue, yPred, both));
  });
  const loss = [...losses, ...trace.losses, ...penaltiesOf(model.trainableWeights)].reduce((total, part) => add(total, part));
  const values = isSingle ? statistics : interleave(results, lossNodes, statistics);
  return { loss, results: [{ name: 'loss', metric: undefined, size: 1 }, ...results], values };
}

/** The whole loss of predictions, for steps of a user's own. */
export function totalLoss(
  model: StepModel,
  compiled: Compiled,
  predictions: readonly Node[],
  batch: StepBatch,
  trace: Trace,
): Node {
  return assess(model, compiled, predictions, { y: unbundled(batch.y), weights: unbundled(batch.sampleWeight) }, trace).loss;
}

/** The variables that calls write. */
function writtenBy(effects: readonly OpCall[]): readonly Variable[] {
  const written = new Set<Variable>();
  for (const { op, inputs, attrs } of effects) {
    for (const index of op.writes?.(inputs.length, attrs) ?? []) {
      const source = inputs[index]?.source;
      if (source?.kind === 'variable') written.add(source.variable);
    }
  }
  return [...written];
}

/** The nodes of `results`, which lists losses and metrics output by output. */
function interleave(results: readonly Result[], losses: readonly Node[], statistics: readonly Node[]): Node[] {
  let [loss, statistic] = [0, 0];
  return results.map(({ metric }) => (metric ? statistics[statistic++]! : losses[loss++]!));
}
