/**
 * @file Models from files that `model.save` wrote. A file may come from a stranger: nothing in it is run, and what does not fit is refused
 * with a reason.
 */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { CustomObject } from '../layers/record-reader.ts';
import { readCompileRecord } from './compile-record.ts';
import { type FromJSONOptions, modelFromJSON } from './json.ts';
import type { Model } from './model.ts';
import type { ModelJSON } from './model-json.ts';
import { restoreOptimizer } from './optimizer-state.ts';
import { type Source, sourceBytes } from './source.ts';
import { TensorFileReader } from './tensor-file.ts';
import { match, type NamedTensor, type NamedVariable, randomPaths, shapesOf, weightPaths } from './weight-paths.ts';

/** Options of {@link loadModel} and {@link modelFromBytes}. */
export interface LoadOptions extends FromJSONOptions {
  /**
   * What the file may name besides what is built in: your classes of layers, models, losses, metrics and optimizers, each with its
   * `static type`, and functions with a `type`.
   */
  readonly customObjects?: readonly CustomObject[];
  /** Whether the model is compiled as the saved one was, and its optimizer goes on where that stood. Default true. */
  readonly compile?: boolean;
}

const loadOptions = { customObjects: true, compile: true } satisfies Record<keyof LoadOptions, true>;

/** Puts tensors into variables, in order: the same model lists the same ones, whatever they are called now. */
function restore(where: string, kind: string, saved: readonly NamedTensor[], own: readonly NamedVariable[]): void {
  const from = shapesOf(saved);
  // Names are taken from the file, so that only shapes and counts are compared.
  const to = shapesOf(own).map(({ name, shape }, i) => ({ name: from[i]?.name ?? name, shape }));
  const { differences } = match(kind, from, to);
  if (differences.length > 0) fail(where, `the ${kind}s of the model in the file`, `others:\n- ${differences.join('\n- ')}\n`);
  own.forEach(({ variable }, i) => {
    variable.write(saved[i]!.tensor);
  });
}

function readModel(where: string, bytes: Uint8Array, options: LoadOptions): Model {
  checkOptionNames(where, options, loadOptions);
  const { customObjects = [], compile = true } = options;
  if (typeof compile !== 'boolean') fail(where, '`compile` to be true or false', describe(compile));
  const file = new TensorFileReader(where, bytes);
  file.needFormat(
    'a file that model.save() wrote',
    'model.loadWeights(source) takes weights of other programs, where names and shapes are those of the model.',
  );
  const json = file.json('model');
  if (json === undefined) {
    const hint = 'model.loadWeights(source) loads its weights into a model like the one they are of.';
    fail(where, 'a file that holds a model', `one of ${describe(file.text('kind') ?? 'weights')} alone`, hint);
  }
  const model = modelFromJSON(json as ModelJSON, { customObjects });
  restore(where, 'weight', file.list('weights', file.json('weights')), weightPaths(model));
  const settings = file.json('compile');
  if (!compile || settings === undefined) return model;
  model.compile(readCompileRecord(where, settings, customObjects));
  const variables = file.json('optimizer');
  if (variables !== undefined) {
    restoreOptimizer(where, model.optimizer, weightPaths(model), model.trainableWeights, file.list('optimizer', variables));
  }
  const random = file.json('random');
  if (random !== undefined) restore(where, 'random state', file.list('random', random), randomPaths(model));
  return model;
}

/**
 * A model from the bytes that `model.toBytes()` gave, or that `model.save()` wrote: layers, weights, compile settings and the optimizer's
 * state, so that the next step of training has the bits it would have had. A checkpoint gives its model, uncompiled.
 *
 * @throws MyelinError when the file is damaged, of another program or a later version, or names a class that is neither built in nor given
 */
export function modelFromBytes(bytes: Uint8Array, options: LoadOptions = {}): Model {
  return readModel('modelFromBytes', bytes, options);
}

/**
 * Loads a model that `model.save()` wrote.
 *
 * @param source the path of a file (Node, Deno, Bun), an address to fetch (in browsers also a relative one), or the bytes, as a Uint8Array,
 *   an ArrayBuffer, a Blob or a Response
 * @throws MyelinError as {@link modelFromBytes}, and when there is no such file
 * @example
 * await model.save('digits.safetensors');
 * const copy = await loadModel('digits.safetensors');
 */
export async function loadModel(source: Source, options: LoadOptions = {}): Promise<Model> {
  const where = 'loadModel';
  checkOptionNames(where, options, loadOptions);
  return readModel(where, await sourceBytes(where, source), options);
}
