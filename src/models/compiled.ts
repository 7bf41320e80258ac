/** @file What `compile` fixes: the optimizer, and losses and metrics of every output. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames, nearestName } from '../base/names.ts';
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
  /** Metrics in which samples count as their `sampleWeight` and `classWeight` say; in the others all count alike. In the forms of `metrics`. */
  readonly weightedMetrics?: CompileOptions['metrics'];
}

const compileOptions = { optimizer: true, loss: true, lossWeights: true, metrics: true, weightedMetrics: true } satisfies Record<
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

function byName<T>(
  where: string,
  option: string,
  values: Readonly<Record<string, T>>,
  names: readonly string[],
): (T | undefined)[] {
  for (const key of Object.keys(values)) {
    if (names.includes(key)) continue;
    const near = nearestName(key, names);
    const hint = near ? `did you mean "${near}"?` : `outputs: ${names.join(', ')}.`;
    fail(where, `\`${option}\` by the names of the outputs`, `"${key}"`, hint);
  }
  return names.map((name) => values[name]);
}

function byPlace<T>(where: string, option: string, values: readonly T[], names: readonly string[]): readonly T[] {
  if (values.length === names.length) return values;
  return fail(where, `\`${option}\` for ${names.length} outputs (${names.join(', ')})`, `a list of ${values.length}`);
}

/** The metrics of all outputs, from `metrics` or `weightedMetrics`. */
class MetricPlan {
  readonly #where: string;
  readonly #option: string;
  readonly #given: NonNullable<CompileOptions['metrics']>;
  readonly #made = new Map<string, readonly Metric[]>();
  #names: readonly string[] | undefined;

  constructor(where: string, option: string, given: CompileOptions['metrics'] = []) {
    if (!Array.isArray(given) && !isPlainRecord(given)) fail(where, `\`${option}\` to be a list`, describe(given));
    this.#where = where;
    this.#option = option;
    this.#given = given;
    // Names that need no shapes are looked up now, so that a misspelt one is refused here.
    const scalar: TensorSpec = { shape: [1, 1], dtype: 'float32' };
    const specs = Array.isArray(given) ? given : Object.values(given);
    for (const spec of specs.flat() as MetricSpec[]) resolveMetric(spec, scalar, scalar);
  }

  /** Says what the outputs are called. */
  settle(names: readonly string[]): void {
    const given = this.#given;
    if (isPlainRecord(given)) byName(this.#where, this.#option, given, names);
    else if (given.some((one) => Array.isArray(one))) byPlace<unknown>(this.#where, this.#option, given, names);
    this.#names = names;
  }

  directionOf(name: string): 'max' | 'min' | undefined {
    for (const [output, metrics] of this.#made) {
      const found = metrics.find((metric) => metric.name === name || `${output}_${metric.name}` === name);
      if (found) return found.direction;
    }
    return undefined;
  }

  metricsFor(output: string, yTrue: TensorSpec, yPred: TensorSpec): readonly Metric[] {
    const known = this.#made.get(output);
    if (known) return known;
    const given = this.#given;
    const names = this.#names ?? [output];
    const own: unknown = isPlainRecord(given)
      ? (given[output] ?? [])
      : given.some((one) => Array.isArray(one))
        ? (given[names.indexOf(output)] ?? [])
        : given;
    const specs = (Array.isArray(own) ? own : [own]) as readonly MetricSpec[];
    const made = specs.map((spec) => resolveMetric(spec, yTrue, yPred));
    this.#made.set(output, made);
    return made;
  }
}

/** A compiled model's training gear. */
export class Compiled {
  readonly optimizer: Optimizer;
  readonly #where: string;
  readonly #options: CompileOptions;
  readonly #gear = new Map<string, Omit<OutputGear, 'metrics'>>();
  readonly #metrics: MetricPlan;
  readonly #weighted: MetricPlan;
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
    const { loss } = options;
    const losses = Array.isArray(loss) ? loss : isPlainRecord<LossSpec>(loss) ? Object.values(loss) : [loss as LossSpec];
    for (const spec of losses) if (spec !== null) resolveLoss(spec);
    this.#metrics = new MetricPlan(where, 'metrics', options.metrics);
    this.#weighted = new MetricPlan(where, 'weightedMetrics', options.weightedMetrics);
    if (names) this.settle(names);
  }

  /** Says what the outputs are called, and assigns losses and weights to them. */
  settle(names: readonly string[]): void {
    if (this.#names && this.#names.length === names.length && names.every((name, i) => name === this.#names![i])) return;
    const { loss, lossWeights } = this.#options;
    const losses = isPlainRecord<LossSpec>(loss)
      ? byName(this.#where, 'loss', loss, names)
      : Array.isArray(loss)
        ? byPlace(this.#where, 'loss', loss as readonly (LossSpec | null)[], names)
        : names.map(() => loss as LossSpec);
    const weights = isPlainRecord<number>(lossWeights)
      ? byName(this.#where, 'lossWeights', lossWeights, names)
      : Array.isArray(lossWeights)
        ? byPlace(this.#where, 'lossWeights', lossWeights as readonly number[], names)
        : [];
    this.#metrics.settle(names);
    this.#weighted.settle(names);
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

  /** Loss and weight of an output. */
  gearOf(output: string): Omit<OutputGear, 'metrics'> {
    return this.#gear.get(output) ?? fail(this.#where, 'an output that is known', `"${output}"`);
  }

  /** Which way the metric of this name in the logs is better, where that is known. */
  directionOf(name: string): 'max' | 'min' | undefined {
    return this.#metrics.directionOf(name) ?? this.#weighted.directionOf(name);
  }

  /** The metrics of an output with targets and predictions like these. Which accuracy 'accuracy' is, is settled at the first call. */
  metricsFor(
    output: string,
    yTrue: TensorSpec,
    yPred: TensorSpec,
  ): { readonly plain: readonly Metric[]; readonly weighted: readonly Metric[] } {
    const metricsOf = (plan: MetricPlan): readonly Metric[] => plan.metricsFor(output, yTrue, yPred);
    return { plain: metricsOf(this.#metrics), weighted: metricsOf(this.#weighted) };
  }

  /** Names of the losses and metrics: runs with others are others. */
  get settings(): Readonly<Record<'loss' | 'metrics' | 'weightedMetrics', string>> {
    const nameOf = (spec: unknown): string => {
      if (typeof spec === 'string') return spec;
      if (typeof spec === 'function') return spec.name || 'a function';
      if (Array.isArray(spec)) return `[${spec.map(nameOf).join(', ')}]`;
      if (isPlainRecord(spec))
        return `{${Object.entries(spec)
          .map(([name, one]) => `${name}: ${nameOf(one)}`)
          .join(', ')}}`;
      return (spec as { name?: string } | null | undefined)?.name ?? 'none';
    };
    const { loss, metrics, weightedMetrics } = this.#options;
    return { loss: nameOf(loss), metrics: nameOf(metrics), weightedMetrics: nameOf(weightedMetrics) };
  }

  /** What `compile` was given. */
  get options(): CompileOptions {
    return this.#options;
  }
}
