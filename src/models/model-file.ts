/**
 * @file Models as files: one safetensors file with the weights as tensors and the model as JSON in the metadata, so that any reader of the
 * format finds the weights by name. Metadata: `model` (what `toJSON()` gave), `weights` (their names in order), `compile` (see
 * `compile-record.ts`), `optimizer` and `random` (names of their tensors). Reading models is up to `saving.ts`; this file knows nothing of how
 * models are made, so that models can use it.
 */

import { describe, fail } from '../base/fail.ts';
import { files } from '../base/files.ts';
import { checkOptionNames } from '../base/names.ts';
import { type CompileSettings, compileRecord } from './compile-record.ts';
import type { Model } from './model.ts';
import { optimizerPaths } from './optimizer-state.ts';
import { type Source, sourceBytes } from './source.ts';
import { TensorFileReader, TensorFileWriter } from './tensor-file.ts';
import { match, type NamedTensor, randomPaths, shapesOf, valuesOf, weightPaths } from './weight-paths.ts';

/** Options of `model.save`, {@link modelToBytes} and {@link saveModel}. */
export interface SaveOptions {
  /**
   * Whether what training needs to go on goes along: the optimizer's variables (step count, averages) and the random states of the layers, so
   * that the next step has the same bits. Takes two to three times the space. Default true; without effect on a model that is not compiled.
   */
  readonly optimizer?: boolean;
  /** Texts to keep in the file, under names that the format does not use itself. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Options of `model.loadWeights`. */
export interface LoadWeightsOptions {
  /** Whether weights that are missing or of another shape stay as they are, instead of an error. Default false. */
  readonly skipMismatch?: boolean;
}

const saveOptions = { optimizer: true, metadata: true } satisfies Record<keyof SaveOptions, true>;

/** Metadata of the format. */
const reserved: readonly string[] = [
  'format',
  'version',
  'kind',
  'model',
  'weights',
  'compile',
  'uncompiled',
  'optimizer',
  'random',
];

function checkMetadata(where: string, metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null) fail(where, '`metadata` to be an object of texts', describe(metadata));
  for (const [name, text] of Object.entries(metadata)) {
    if (reserved.includes(name)) fail(where, `\`metadata\` without ${reserved.join(', ')}`, describe(name));
    if (typeof text !== 'string') fail(where, `\`metadata.${name}\` to be a text`, describe(text));
  }
}

function needBuilt(where: string, model: Model): void {
  if (model.isBuilt) return;
  fail(where, 'a model that is built', 'one that is not', 'give the first layer an inputShape, or fit the model first.');
}

/**
 * A model as the bytes of a file: its layers, weights, and what it was compiled with. A loss or metric that is a function cannot be saved:
 * the file then has no compile settings, and says so under `uncompiled` in its metadata.
 *
 * @throws MyelinError when the model is not built, or a layer has a function among its options
 */
export function modelToBytes(model: Model, options: SaveOptions = {}, where = `${model.where}.toBytes`): Uint8Array<ArrayBuffer> {
  checkOptionNames(where, options, saveOptions);
  const { optimizer: withOptimizer = true, metadata: own = {} } = options;
  if (typeof withOptimizer !== 'boolean') fail(where, '`optimizer` to be true or false', describe(withOptimizer));
  checkMetadata(where, own);
  needBuilt(where, model);
  const file = new TensorFileWriter();
  const weights = weightPaths(model);
  const metadata: Record<string, string> = {
    kind: 'model',
    model: JSON.stringify(model.toJSON()),
    weights: JSON.stringify(file.list('', valuesOf(weights))),
  };
  const settings: CompileSettings | undefined = model.compiled;
  const record = settings && compileRecord(settings);
  if (record?.leftOut !== undefined) metadata.uncompiled = record.leftOut;
  else if (settings && record) {
    metadata.compile = JSON.stringify(record.json);
    if (withOptimizer) {
      const { optimizer } = settings;
      if (optimizer.iterations > 0) {
        metadata.optimizer = JSON.stringify(file.list('optimizer/', valuesOf(optimizerPaths(optimizer, weights))));
      }
      const random = file.list('random/', valuesOf(randomPaths(model)));
      if (random.length > 0) metadata.random = JSON.stringify(random);
    }
  }
  return file.bytes({ ...own, ...metadata });
}

/** The weights of a model as the bytes of a file, without the model itself. */
export function weightsToBytes(model: Model, where = `${model.where}.saveWeights`): Uint8Array<ArrayBuffer> {
  needBuilt(where, model);
  const file = new TensorFileWriter();
  const weights = JSON.stringify(file.list('', valuesOf(weightPaths(model))));
  return file.bytes({ kind: 'weights', weights });
}

function checkPath(where: string, path: unknown): string {
  if (typeof path !== 'string' || path === '') return fail(where, '`path` to be the path of a file', describe(path));
  if (path.endsWith('.safetensors')) return path;
  const near = path.replace(/\.[^./\\]*$/, '');
  return fail(where, 'a path that ends in .safetensors', describe(path), `${describe(`${near}.safetensors`)} would do.`);
}

/**
 * Writes a model to a file, at once: whoever reads the path, also after a crash in the middle, finds the old file or the new one. Folders on
 * the way are made.
 *
 * @param path ends in `.safetensors`
 * @throws MyelinError as {@link modelToBytes}, for another path, where the file cannot be written, and in browsers, which have no files
 */
export async function saveModel(model: Model, path: string, options: SaveOptions = {}): Promise<void> {
  const where = `${model.where}.save`;
  const target = checkPath(where, path);
  const host = files(where);
  await host.write(target, modelToBytes(model, options, where));
}

/** Writes the weights of a model to a file, as {@link saveModel} does. */
export async function saveWeights(model: Model, path: string): Promise<void> {
  const where = `${model.where}.saveWeights`;
  const target = checkPath(where, path);
  const host = files(where);
  await host.write(target, weightsToBytes(model, where));
}

/** The weights in a file: those it lists, or, in files of other programs, all tensors. */
function weightsIn(file: TensorFileReader): NamedTensor[] {
  if (!file.isOurs) return [...file.tensors].map(([name, tensor]) => ({ name, tensor }));
  file.needVersion();
  return file.list('weights', file.json('weights'));
}

/**
 * Gives a model the weights of a file: by their names, or, where only automatic numbers in names differ (`dense_2` for `dense`), in their
 * order.
 *
 * @param source a file that {@link saveWeights} or {@link saveModel} wrote, a checkpoint, or any safetensors file with such names; see
 *   `loadModel` for what may stand here
 * @returns what was skipped, a sentence each; nothing unless `skipMismatch` is set
 * @throws MyelinError with the whole list of differences when names or shapes differ; no weight is changed then
 */
export async function loadWeights(model: Model, source: Source, options: LoadWeightsOptions = {}): Promise<string[]> {
  const where = `${model.where}.loadWeights`;
  checkOptionNames(where, options, { skipMismatch: true });
  const { skipMismatch = false } = options;
  if (typeof skipMismatch !== 'boolean') fail(where, '`skipMismatch` to be true or false', describe(skipMismatch));
  needBuilt(where, model);
  const saved = weightsIn(new TensorFileReader(where, await sourceBytes(where, source)));
  const own = weightPaths(model);
  const { sources, differences } = match('weight', shapesOf(saved), shapesOf(own));
  if (differences.length > 0 && !skipMismatch) {
    const hint = 'skipMismatch: true loads what fits.';
    fail(where, 'the weights of this model', `others:\n- ${differences.join('\n- ')}\n`, hint);
  }
  own.forEach(({ variable }, i) => {
    const from = sources[i];
    if (from !== undefined) variable.write(saved[from]!.tensor);
  });
  return [...differences];
}
