/**
 * @file What `compile` was given, to JSON and back: `{ optimizer, loss, lossWeights, metrics, weightedMetrics }`. The optimizer is
 * `{ type, options }`; names stay as they are; lists and objects by output keep their form. What JSON lacks is tagged, as in the records of
 * layers:
 *
 * - `{ "$loss": { type, options } }` and `{ "$metric": { type, options } }` for objects of those classes;
 * - `{ "$function": name }` for a loss in its function form, or for a function with a `type` of its own, which whoever loads must give as a
 *   custom object.
 *
 * Other functions cannot be saved.
 */

import { describe, fail, MyelinError } from '../base/fail.ts';
import { nearestName } from '../base/names.ts';
import { type Json, RecordWriter } from '../layers/record.ts';
import { type CustomObject, type Fields, RecordReader } from '../layers/record-reader.ts';
import { isLayerClass } from '../layers/registry.ts';
import * as allLosses from '../losses/all.ts';
import { Loss } from '../losses/index.ts';
import * as allMetrics from '../metrics/all.ts';
import { Metric } from '../metrics/index.ts';
import * as allOptimizers from '../optimizers/all.ts';
import { Optimizer } from '../optimizers/index.ts';
import { Schedule } from '../schedules/index.ts';
import type { CompileOptions } from './compiled.ts';

/** What a compiled model can tell: the options it was compiled with, and its optimizer. */
export interface CompileSettings {
  readonly options: CompileOptions;
  readonly optimizer: Optimizer;
}

/** Compile settings as JSON, or why there are none. */
export type CompileRecord = { readonly json: Json; readonly leftOut?: undefined } | { readonly leftOut: string };

const where = 'compile';

/** What a class must show to be found again: a type of its own. A subclass without one would come back as its parent. */
function typeOf(path: string, value: { readonly type: string }): string {
  const made = value.constructor as { readonly type?: unknown; readonly name: string };
  if (Object.hasOwn(made, 'type')) return value.type;
  return fail(where, `\`${path}\` of a class with a \`static type\` of its own`, `class ${made.name}`);
}

/** Writes one set of compile settings. */
class CompileWriter {
  readonly #writer = new RecordWriter();

  settings({ options, optimizer }: CompileSettings): Json {
    const { loss, lossWeights, metrics, weightedMetrics } = options;
    return {
      optimizer: this.#optimizer(optimizer),
      loss: this.#spec('loss', loss),
      ...(lossWeights === undefined ? {} : { lossWeights: this.#spec('lossWeights', lossWeights) }),
      ...(metrics === undefined ? {} : { metrics: this.#spec('metrics', metrics) }),
      ...(weightedMetrics === undefined ? {} : { weightedMetrics: this.#spec('weightedMetrics', weightedMetrics) }),
    };
  }

  #optimizer(optimizer: Optimizer): Json {
    const options = { ...optimizer.getConfig() };
    // A rate that was set to 0 is among the optimizer's variables; none can be made with it.
    if (options.learningRate === 0) delete options.learningRate;
    return { type: typeOf('optimizer', optimizer), options };
  }

  #object(path: string, value: Loss | Metric): Json {
    return { type: typeOf(path, value), options: this.#writer.options(`${where}.${path}`, value.options) };
  }

  #spec(path: string, spec: unknown): Json {
    if (spec === null || typeof spec === 'string' || (typeof spec === 'number' && Number.isFinite(spec))) return spec;
    if (spec instanceof Loss) return { $loss: this.#object(path, spec) };
    if (spec instanceof Metric) return { $metric: this.#object(path, spec) };
    if (typeof spec === 'function') return functionRecord(path, spec);
    if (Array.isArray(spec)) return spec.map((one, i) => this.#spec(`${path}[${i}]`, one));
    const entries = Object.entries(spec as object).map(([name, one]: [string, unknown]): [string, Json] => {
      if (name.startsWith('$')) fail(where, `names that do not begin with $ in \`${path}\``, describe(name));
      return [name, this.#spec(`${path}.${name}`, one)];
    });
    return Object.fromEntries(entries);
  }
}

function functionRecord(path: string, spec: object): Json {
  const form = Object.entries(allLosses).find(([, one]) => one === spec);
  if (form) return { $function: form[0] };
  const type: unknown = Object.hasOwn(spec, 'type') ? (spec as { type?: unknown }).type : undefined;
  if (typeof type === 'string') return { $function: type };
  const hint = 'write a class, or give the function a `type` and name it among `customObjects` when loading.';
  return fail(where, `\`${path}\` to be something that can be saved`, describe(spec), hint);
}

/** The compile settings as JSON; where one of them cannot be saved, the reason instead. */
export function compileRecord(settings: CompileSettings): CompileRecord {
  try {
    return { json: new CompileWriter().settings(settings) };
  } catch (error) {
    if (error instanceof MyelinError) return { leftOut: error.message };
    throw error;
  }
}

type Class = CustomObject & (new (options: object) => unknown);

/** Classes by type: those of a room, and the user's own. */
function classesOf(room: object, Base: { prototype: object }, customs: readonly CustomObject[]): Map<string, Class> {
  const isOne = (value: unknown): value is Class => typeof value === 'function' && value.prototype instanceof (Base as never);
  const found = [...Object.values(room), ...customs].filter(isOne);
  return new Map(found.map((one) => [one.type, one]));
}

/** Reads options of what is no layer. */
class OptionReader extends RecordReader {
  protected override parts(): object {
    return {};
  }
}

/** Reads one set of compile settings. */
class CompileReader {
  readonly #reader: OptionReader;
  readonly #classes: { readonly [kind in 'loss' | 'metric' | 'optimizer']: ReadonlyMap<string, Class> };
  readonly #schedules: ReadonlyMap<string, Class>;
  readonly #functions: ReadonlyMap<string, unknown>;

  constructor(fileWhere: string, customObjects: readonly CustomObject[]) {
    this.#classes = {
      loss: classesOf(allLosses, Loss, customObjects),
      metric: classesOf(allMetrics, Metric, customObjects),
      optimizer: classesOf(allOptimizers, Optimizer, customObjects),
    };
    this.#schedules = classesOf({}, Schedule, customObjects);
    const made = new Set<unknown>([...Object.values(this.#classes), this.#schedules].flatMap((classes) => [...classes.values()]));
    const isClass = (one: unknown): boolean => isLayerClass(one) || made.has(one);
    const functions = customObjects.filter((one) => !isClass(one));
    this.#reader = new OptionReader(fileWhere, new Map(), functions);
    const forms = Object.entries(allLosses).filter(([, one]) => typeof one === 'function' && !isClass(one));
    this.#functions = new Map<string, unknown>([...forms, ...functions.map((one): [string, unknown] => [one.type, one])]);
  }

  settings(json: unknown): CompileOptions {
    const names = ['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics'];
    const { optimizer, ...rest } = this.#reader.fields('compile', json, names);
    const specs = Object.entries(rest).map(([name, spec]) => [name, this.#spec(`compile.${name}`, spec)]);
    return { optimizer: this.#made('optimizer', 'compile.optimizer', optimizer), ...Object.fromEntries(specs) } as CompileOptions;
  }

  #spec(path: string, json: unknown): unknown {
    if (json === null || typeof json === 'string' || typeof json === 'number') return json;
    if (Array.isArray(json)) return json.map((one, i) => this.#spec(`${path}[${i}]`, one));
    if (typeof json !== 'object') return this.#reader.fail(path, 'a name, a list or an object', json);
    const fields = json as Fields;
    if ('$loss' in fields) return this.#made('loss', `${path}.$loss`, fields.$loss);
    if ('$metric' in fields) return this.#made('metric', `${path}.$metric`, fields.$metric);
    if ('$function' in fields) return this.#function(`${path}.$function`, fields.$function);
    return Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, this.#spec(`${path}.${name}`, one)]));
  }

  #made(kind: 'loss' | 'metric' | 'optimizer', path: string, json: unknown): unknown {
    const { type: given, options: record } = this.#reader.fields(path, json, ['type', 'options']);
    const type = this.#reader.text(`${path}.type`, given);
    const classes = this.#classes[kind];
    const Made =
      classes.get(type) ??
      this.#unknown(`${path}.type`, `${kind === 'optimizer' ? 'an' : 'a'} ${kind} that is known`, type, classes.keys());
    const options = this.#withSchedules(path, this.#reader.options(`${path}.options`, record)) as object;
    return this.#reader.guarded(path, type, () => new Made(options));
  }

  /** Options with schedules of the user's classes made; optimizers know the others. */
  #withSchedules(path: string, value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one, i) => this.#withSchedules(`${path}[${i}]`, one));
    // Tensors and the like stay what they are.
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    const entries = Object.entries(value).map(([key, one]) => [key, this.#withSchedules(`${path}.${key}`, one)]);
    const settled = Object.fromEntries(entries) as Fields;
    const { type, options } = settled;
    const Made = typeof type === 'string' ? this.#schedules.get(type) : undefined;
    return Made ? this.#reader.guarded(path, Made.type, () => new Made((options ?? {}) as object)) : settled;
  }

  #function(path: string, json: unknown): unknown {
    const type = this.#reader.text(path, json);
    return this.#functions.get(type) ?? this.#unknown(path, 'a function that is known', type, this.#functions.keys());
  }

  #unknown(path: string, expected: string, type: string, known: Iterable<string>): never {
    const near = nearestName(type, known);
    const start = near ? `did you mean '${near}'? What is your own goes` : 'what is your own goes';
    return this.#reader.fail(
      path,
      expected,
      type,
      `${start} into \`customObjects\`; \`compile: false\` loads the model without.`,
    );
  }
}

/**
 * What `compile` was given, from what {@link compileRecord} made of it.
 *
 * @throws MyelinError naming what is malformed, or a class that is neither built in nor among `customObjects`
 */
export function readCompileRecord(fileWhere: string, json: unknown, customObjects: readonly CustomObject[] = []): CompileOptions {
  return new CompileReader(fileWhere, customObjects).settings(json);
}
