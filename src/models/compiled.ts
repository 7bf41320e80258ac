/** @file What `compile` fixes: the optimizer, and losses and metrics of every output; and the running results of an epoch. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames, nearestName } from '../base/names.ts';
import type { Logs } from '../callbacks/index.ts';
import type { TensorSpec } from '../graph/node.ts';
import { type Loss, type LossSpec, resolveLoss } from '../losses/index.ts';
import { type Metric, type MetricSpec, resolveMetric } from '../metrics/index.ts';
import { type Optimizer, type OptimizerSpec, resolveOptimizer } from '../optimizers/index.ts';

/** What `compile` takes. */
export interface CompileOptions {
  /** An optimizer or its name. Default 'rmsprop'. */
  readonly optimizer?: OptimizerSpec;
  /**
   * A loss, its name, or a function of (yTrue, yPred) that gives a value for each sample. For a model with several outputs: one loss for
   * all, a list in their order (null where an output is not trained), or losses by name of output.
   */
  readonly loss: LossSpec | readonly (LossSpec | null)[] | Readonly<Record<string, LossSpec>>;
  /** Factors of the outputs' losses in the total, as a list or by name. Default 1. */
  readonly lossWeights?: readonly number[] | Readonly<Record<string, number>>;
  /**
   * Metrics, their names, or functions. 'accuracy' is the binary, categorical or sparse one, by the shapes of targets and outputs. A list
   * is for every output; a list of lists or an object says which metrics each output has.
   */
  readonly metrics?:
    | readonly MetricSpec[]
    | readonly (readonly MetricSpec[])[]
    | Readonly<Record<string, MetricSpec | readonly MetricSpec[]>>;
}

const compileOptions = { optimizer: true, loss: true, lossWeights: true, metrics: true } satisfies Record<
  keyof CompileOptions,
  true
>;

/** What an output is trained by. */
export interface OutputGear {
  readonly loss: Loss | undefined;
  readonly weight: number;
  readonly metrics: readonly Metric[];
}

function isPlainRecord<T>(value: unknown): value is Readonly<Record<string, T>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A compiled model's training gear. */
export class Compiled {
  readonly optimizer: Optimizer;
  readonly #where: string;
  readonly #options: CompileOptions;
  readonly #gear = new Map<string, Omit<OutputGear, 'metrics'>>();
  readonly #metrics = new Map<string, readonly Metric[]>();
  #names: readonly string[] | undefined;

  /** @param names of the outputs; undefined while only running the model can tell them */
  constructor(where: string, options: CompileOptions, names: readonly string[] | undefined) {
    if (typeof options !== 'object' || options === null) fail(where, 'options like { optimizer, loss }', describe(options));
    checkOptionNames(where, options, compileOptions);
    if (options.loss === undefined || options.loss === null) {
      fail(where, 'a `loss`', 'none', "such as { loss: 'meanSquaredError' }.");
    }
    this.#where = where;
    this.#options = options;
    this.optimizer = resolveOptimizer(options.optimizer ?? 'rmsprop');
    const { metrics } = options;
    if (metrics !== undefined && !Array.isArray(metrics) && !isPlainRecord(metrics))
      fail(where, '`metrics` to be a list', describe(metrics));
    // Names that need no shapes are looked up now, so that a misspelt one is refused here.
    const { loss } = options;
    const losses = Array.isArray(loss) ? loss : isPlainRecord<LossSpec>(loss) ? Object.values(loss) : [loss as LossSpec];
    for (const spec of losses) if (spec !== null) resolveLoss(spec);
    const scalar: TensorSpec = { shape: [1, 1], dtype: 'float32' };
    const specs = Array.isArray(metrics) ? metrics : Object.values(metrics ?? {});
    for (const spec of specs.flat() as MetricSpec[]) resolveMetric(spec, scalar, scalar);
    if (names) this.settle(names);
  }

  /** Says what the outputs are called, and assigns losses and weights to them. */
  settle(names: readonly string[]): void {
    if (this.#names && this.#names.length === names.length && names.every((name, i) => name === this.#names![i])) return;
    const { loss, lossWeights } = this.#options;
    const losses = isPlainRecord<LossSpec>(loss)
      ? this.#byName('loss', loss, names)
      : Array.isArray(loss)
        ? this.#byPlace('loss', loss as readonly (LossSpec | null)[], names)
        : names.map(() => loss as LossSpec);
    const weights = isPlainRecord<number>(lossWeights)
      ? this.#byName('lossWeights', lossWeights, names)
      : Array.isArray(lossWeights)
        ? this.#byPlace('lossWeights', lossWeights as readonly number[], names)
        : [];
    const { metrics } = this.#options;
    if (isPlainRecord(metrics)) this.#byName('metrics', metrics, names);
    else if (metrics?.some((one) => Array.isArray(one))) this.#byPlace<unknown>('metrics', metrics, names);
    names.forEach((name, i) => {
      const weight = weights[i] ?? 1;
      if (typeof weight !== 'number' || !Number.isFinite(weight))
        fail(this.#where, `\`lossWeights\` to be numbers`, `${describe(weight)} for "${name}"`);
      const spec = losses[i];
      this.#gear.set(name, { loss: spec === undefined || spec === null ? undefined : resolveLoss(spec), weight });
    });
    if (losses.every((spec) => spec === undefined || spec === null)) fail(this.#where, 'a `loss` for some output', 'none');
    this.#names = names;
  }

  #byName<T>(option: string, values: Readonly<Record<string, T>>, names: readonly string[]): (T | undefined)[] {
    for (const key of Object.keys(values)) {
      if (names.includes(key)) continue;
      const near = nearestName(key, names);
      const hint = near ? `did you mean "${near}"?` : `outputs: ${names.join(', ')}.`;
      fail(this.#where, `\`${option}\` by the names of the outputs`, `"${key}"`, hint);
    }
    return names.map((name) => values[name]);
  }

  #byPlace<T>(option: string, values: readonly T[], names: readonly string[]): readonly T[] {
    if (values.length === names.length) return values;
    return fail(this.#where, `\`${option}\` for ${names.length} outputs (${names.join(', ')})`, `a list of ${values.length}`);
  }

  /** Loss and weight of an output. */
  gearOf(output: string): Omit<OutputGear, 'metrics'> {
    return this.#gear.get(output) ?? fail(this.#where, 'an output that is known', `"${output}"`);
  }

  /** Which way the metric of this name in the logs is better, where that is known. */
  directionOf(name: string): 'max' | 'min' | undefined {
    for (const [output, metrics] of this.#metrics) {
      const found = metrics.find((metric) => metric.name === name || `${output}_${metric.name}` === name);
      if (found) return found.direction;
    }
    return undefined;
  }

  /** The metrics of an output with targets and predictions like these. Which accuracy 'accuracy' is, is settled at the first call. */
  metricsFor(output: string, yTrue: TensorSpec, yPred: TensorSpec): readonly Metric[] {
    const known = this.#metrics.get(output);
    if (known) return known;
    const { metrics = [] } = this.#options;
    const names = this.#names ?? [output];
    const own: unknown = isPlainRecord(metrics)
      ? (metrics[output] ?? [])
      : metrics.some((one) => Array.isArray(one))
        ? (metrics[names.indexOf(output)] ?? [])
        : metrics;
    const specs = (Array.isArray(own) ? own : [own]) as readonly MetricSpec[];
    const made = specs.map((spec) => resolveMetric(spec, yTrue, yPred));
    this.#metrics.set(output, made);
    return made;
  }
}

/** A loss or metric of a step: what it is called in logs, and how its statistics are added up and read. */
export interface Result {
  readonly name: string;
  /** Undefined for a loss: that is one number, averaged over samples. */
  readonly metric: Metric | undefined;
  /** Numbers it takes per batch. */
  readonly size: number;
}

/** Losses and metrics over the batches of an epoch so far. */
export class RunningResults {
  readonly #results: readonly Result[];
  readonly #totals: readonly Float64Array[];
  #count = 0;

  constructor(results: readonly Result[]) {
    this.#results = results;
    this.#totals = results.map(({ size }) => new Float64Array(size));
  }

  /** Starts over. */
  reset(): void {
    this.#count = 0;
    for (const total of this.#totals) total.fill(0);
  }

  /** Takes in a batch of `count` samples; the numbers of result i start at `floats[addresses[i]]`. */
  add(floats: Float32Array, addresses: readonly number[], count: number): void {
    this.#count += count;
    for (let i = 0; i < this.#results.length; i++) {
      const { metric } = this.#results[i]!;
      const total = this.#totals[i]!;
      if (metric) metric.merge(total, floats, addresses[i]!);
      else total[0]! += floats[addresses[i]!]! * count;
    }
  }

  /** Results so far, names in alphabetical order as in Keras. */
  logs(): Logs {
    const logs: Logs = {};
    this.#results.forEach(({ name: wanted, metric }, i) => {
      let name = wanted;
      for (let n = 1; Object.hasOwn(logs, name); n++) name = `${wanted}_${n}`;
      const total = this.#totals[i]!;
      logs[name] = metric ? metric.result(total) : this.#count === 0 ? 0 : total[0]! / this.#count;
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
