/**
 * @file The base of every metric. A metric turns each batch into a short vector of statistics inside the training step's own program;
 * the statistics of all batches are added up in float64, and the result comes from the totals, so that it does not depend on how samples
 * were cut into batches.
 */

import { describe, fail } from '../base/fail.ts';
import { checkOwnOptions, nameOfType, type OptionNames } from '../base/names.ts';
import { sizeOf } from '../base/shape.ts';
import { Tensor, type TensorLike, tensor } from '../base/tensor.ts';
import { jit } from '../graph/jit.ts';
import { constantNode, type Node } from '../graph/node.ts';
import { broadcastTo, cast, concat, mul, reshape, scale, sum } from '../graph/ops.ts';
import { weightsFor } from '../losses/reduce.ts';

/** Options every metric has. */
export interface MetricOptions {
  /** What it is called in logs. Default: its type in camelCase, or the string it was given as. */
  readonly name?: string;
}

const metricOptions = { name: true } satisfies Record<keyof MetricOptions, true>;

/** A number that is watched during training and evaluation. */
export abstract class Metric<O extends MetricOptions = MetricOptions> {
  /** Name of the class in saved models. Explicit, because minifiers rename classes. */
  static readonly type: string = 'Metric';
  /** Names of the class's own options, so that others are refused. */
  static readonly optionNames?: OptionNames;

  /** What the metric was made with: its config. */
  readonly options: Readonly<O>;
  readonly name: string;
  /** Which way is better, for callbacks that watch it; undefined when that is not known. */
  readonly direction: 'max' | 'min' | undefined = undefined;

  #run: ReturnType<typeof jit<Node>> | undefined;
  #totals: Float64Array | undefined;

  constructor(options?: O) {
    this.options = options ?? ({} as O);
    checkOwnOptions(this, this.type, this.options, metricOptions);
    const { name } = this.options;
    if (name !== undefined && (typeof name !== 'string' || name === ''))
      fail(this.type, '`name` to be a non-empty string', describe(name));
    this.name = name ?? nameOfType(this.type);
  }

  /** The class's {@link Metric.type}. */
  get type(): string {
    return (this.constructor as typeof Metric).type;
  }

  /** What error messages call this metric: `metric "accuracy"`. */
  get where(): string {
    return `metric "${this.name}"`;
  }

  /** Statistics of a batch as a vector, of the same length for every batch. */
  abstract statistics(yTrue: Node, yPred: Node, sampleWeight?: Node): Node;

  /** Adds the statistics of a batch, `floats[start]` and those that follow, to the totals. */
  merge(totals: Float64Array, floats: Float32Array, start: number): void {
    for (let i = 0; i < totals.length; i++) totals[i]! += floats[start + i]!;
  }

  /** The metric from the totals of all batches: one number, whatever {@link Metric.detailOf} gives. */
  abstract result(totals: Float64Array): number;

  /** As {@link Metric.result} for metrics of several numbers (one for each class or threshold): all of them. Others give a scalar. */
  detailOf(totals: Float64Array): Tensor {
    return new Tensor(Float32Array.of(this.result(totals)), []);
  }

  /**
   * Takes in a batch, for use outside of models.
   *
   * @example
   * const recall = new metrics.Recall();
   * recall.update([0, 1, 1], [0.2, 0.8, 0.3]);
   * recall.value; // 0.5
   */
  update(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    this.#run ??= jit((t, p, w?: Node) => this.statistics(t, p, w));
    const given = [yTrue, yPred, sampleWeight].flatMap((part) => (part === undefined ? [] : [tensor(part)]));
    const data = this.#run(...given).data as Float32Array;
    this.#totals ??= new Float64Array(data.length);
    if (this.#totals.length !== data.length)
      fail(this.where, `batches of one kind`, `${data.length} statistics after ${this.#totals.length}`, 'call reset() first.');
    this.merge(this.#totals, data, 0);
  }

  /** Forgets all batches. */
  reset(): void {
    this.#totals = undefined;
  }

  /** The metric over all batches since the last reset. */
  get value(): number {
    return this.result(this.#given());
  }

  /** All its numbers over all batches since the last reset. */
  get detail(): Tensor {
    return this.detailOf(this.#given());
  }

  #given(): Float64Array {
    return this.#totals ?? fail(this.where, 'at least one batch', 'none', 'call update(yTrue, yPred) first.');
  }
}

/** A metric that is the mean of one value per sample, weighted where samples have weights; 0 over no samples. */
export abstract class MeanMetric<O extends MetricOptions = MetricOptions> extends Metric<O> {
  /** Values whose first axis is the batch; further axes are averaged. A scalar counts as the value of every sample of the batch. */
  abstract values(yTrue: Node, yPred: Node): Node;

  /** 1 for each position that counts and 0 for others; undefined when all count. */
  mask(_yTrue: Node, _yPred: Node): Node | undefined {
    return undefined;
  }

  override statistics(yTrue: Node, yPred: Node, sampleWeight?: Node): Node {
    const values = this.values(yTrue, yPred);
    const mask = this.mask(yTrue, yPred);
    const rows = yPred.shape[0] ?? 1;
    if (values.rank === 0) {
      const count = sampleWeight ? sum(cast(sampleWeight, 'float32')) : constantNode(new Tensor(Float32Array.of(rows), []));
      return pair(mul(values, count), count);
    }
    const weights = [sampleWeight, mask].flatMap((factor) => (factor ? [weightsFor(this.where, factor, values.shape)] : []));
    // Samples count alike however many positions they have.
    const perSample = sizeOf(values.shape.slice(1));
    const total = (node: Node): Node => (perSample === 1 ? sum(node) : scale(sum(node), 1 / perSample));
    if (weights.length === 0) return pair(total(values), constantNode(new Tensor(Float32Array.of(values.shape[0]!), [])));
    const weight = broadcastTo(
      weights.reduce((a, b) => mul(a, b)),
      values.shape,
    );
    return pair(total(mul(values, weight)), total(weight));
  }

  override result(totals: Float64Array): number {
    const [total, count] = totals;
    return count === 0 ? 0 : total! / count!;
  }
}

/** Two scalars as a vector. */
function pair(total: Node, count: Node): Node {
  return concat([reshape(total, [1]), reshape(count, [1])]);
}
