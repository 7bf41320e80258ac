/** @file What `compile` fixes: the optimizer, the loss and the metrics of a model, and the running results of an epoch. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Logs } from '../callbacks/index.ts';
import type { TensorSpec } from '../graph/node.ts';
import { type Loss, type LossSpec, resolveLoss } from '../losses/index.ts';
import { type Metric, type MetricSpec, resolveMetric } from '../metrics/index.ts';
import { type Optimizer, type OptimizerSpec, resolveOptimizer } from '../optimizers/index.ts';

/** What `compile` takes. */
export interface CompileOptions {
  /** An optimizer or its name. Default 'rmsprop'. */
  readonly optimizer?: OptimizerSpec;
  /** A loss, its name, or a function of (yTrue, yPred) that gives a value for each sample. */
  readonly loss: LossSpec;
  /** Metrics, their names, or functions. 'accuracy' is the binary, categorical or sparse one, by the shapes of targets and outputs. */
  readonly metrics?: readonly MetricSpec[];
}

const compileOptions = { optimizer: true, loss: true, metrics: true } satisfies Record<keyof CompileOptions, true>;

/** A compiled model's training gear. */
export class Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly #specs: readonly MetricSpec[];
  #metrics: readonly Metric[] | undefined;

  constructor(where: string, options: CompileOptions) {
    if (typeof options !== 'object' || options === null) fail(where, 'options like { optimizer, loss }', describe(options));
    checkOptionNames(where, options, compileOptions);
    if (options.loss === undefined || options.loss === null) {
      fail(where, 'a `loss`', 'none', "such as { loss: 'meanSquaredError' }.");
    }
    this.optimizer = resolveOptimizer(options.optimizer ?? 'rmsprop');
    this.loss = resolveLoss(options.loss);
    if (options.metrics !== undefined && !Array.isArray(options.metrics))
      fail(where, '`metrics` to be a list', describe(options.metrics));
    this.#specs = options.metrics ?? [];
    // Names that need no shapes are looked up now, so that a misspelt one is refused here.
    const scalar: TensorSpec = { shape: [1, 1], dtype: 'float32' };
    for (const spec of this.#specs) resolveMetric(spec, scalar, scalar);
  }

  /** The metrics for targets and outputs like these. Which accuracy 'accuracy' is, is settled at the first call. */
  metricsFor(yTrue: TensorSpec, yPred: TensorSpec): readonly Metric[] {
    this.#metrics ??= this.#specs.map((spec) => resolveMetric(spec, yTrue, yPred));
    return this.#metrics;
  }
}

/** Loss and metrics over the batches of an epoch so far. */
export class RunningResults {
  readonly #metrics: readonly Metric[];
  readonly #totals: readonly Float64Array[];
  #loss = 0;
  #count = 0;

  constructor(metrics: readonly Metric[], sizes: readonly number[]) {
    this.#metrics = metrics;
    this.#totals = sizes.map((size) => new Float64Array(size));
  }

  /** Starts over. */
  reset(): void {
    this.#loss = 0;
    this.#count = 0;
    for (const total of this.#totals) total.fill(0);
  }

  /** Adds the loss of a batch of `count` samples. */
  addLoss(loss: number, count: number): void {
    this.#loss += loss * count;
    this.#count += count;
  }

  /** Where metric `index` adds up its statistics. */
  totals(index: number): Float64Array {
    return this.#totals[index]!;
  }

  /** Results so far, names in alphabetical order as in Keras. */
  logs(): Logs {
    const logs: Logs = { loss: this.#count === 0 ? 0 : this.#loss / this.#count };
    this.#metrics.forEach((metric, i) => {
      let { name } = metric;
      for (let n = 1; Object.hasOwn(logs, name); n++) name = `${metric.name}_${n}`;
      logs[name] = metric.result(this.#totals[i]!);
    });
    return sortedLogs(logs);
  }
}

/** The same logs in alphabetical order. */
export function sortedLogs(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same logs under longer names. */
export function prefixed(prefix: string, logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [prefix + name, value]));
}
