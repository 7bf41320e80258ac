/** @file Models from JSON. A file may come from a stranger: nothing in it is run, and what does not fit is refused with a reason. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Layer } from '../layers/layer.ts';
import { type CustomObject, type Fields, RecordReader } from '../layers/record-reader.ts';
import { builtInLayers, type LayerClass } from '../layers/registry.ts';
import { Model } from './model.ts';
import { jsonFormat, jsonVersion, type LayerJSON, type ModelJSON } from './model-json.ts';
import { readNetwork } from './network-record.ts';
import { Sequential } from './sequential.ts';

/** Options of {@link modelFromJSON} and {@link layerFromJSON}. */
export interface FromJSONOptions {
  /**
   * What the file may name besides what is built in: your classes of layers and models, each with its `static type`, and functions with
   * a `type` (activations; what `defineInitializer` and its like gave).
   */
  readonly customObjects?: readonly CustomObject[];
}

/** Reads layers that may be models. */
class ModelReader extends RecordReader {
  protected override parts(path: string, { layers, network }: Fields, type: LayerClass): object {
    const isStack = type === Sequential || type.prototype instanceof Sequential;
    const isModel = type === Model || type.prototype instanceof Model;
    if (layers !== undefined && !isStack) this.fail(path, 'a Sequential where there are `layers`', type.type);
    if (network !== undefined && (!isModel || isStack)) this.fail(path, 'a Model where there is a `network`', type.type);
    if (network !== undefined) return readNetwork(this, `${path}.network`, network);
    if (layers === undefined) return {};
    return { layers: this.list(`${path}.layers`, layers).map((entry, i) => this.layer(`${path}.layers[${i}]`, entry)) };
  }
}

function parsed(where: string, json: unknown): unknown {
  if (typeof json !== 'string') return json;
  try {
    return JSON.parse(json);
  } catch (error) {
    return fail(where, 'JSON', describe(String(error)));
  }
}

/** The layer in `json` under `key`, and what else stands there. */
function read(
  where: string,
  key: 'model' | 'layer',
  json: unknown,
  options: FromJSONOptions,
): { layer: Layer; fields: Fields; reader: RecordReader } {
  checkOptionNames(where, options, { customObjects: true });
  const models = [Model, Sequential].map((type) => [type.type, type] as const);
  const reader = new ModelReader(where, new Map([...builtInLayers(), ...models]), options.customObjects);
  const content = parsed(where, json);
  if (typeof content !== 'object' || content === null || (content as { format?: unknown }).format !== jsonFormat) {
    const got = typeof content === 'object' && content !== null ? (content as { format?: unknown }).format : content;
    fail(where, `what ${key === 'model' ? 'model.toJSON()' : 'layerToJSON()'} gave, with format "${jsonFormat}"`, describe(got));
  }
  const { version } = content as { version?: unknown };
  if (version !== jsonVersion) {
    const isNewer = typeof version === 'number' && version > jsonVersion;
    fail(where, `version ${jsonVersion}`, describe(version), isNewer ? 'the file needs a newer version of Myelin.' : undefined);
  }
  const known = key === 'model' ? ['format', 'version', 'model', 'inputShapes'] : ['format', 'version', 'layer'];
  const fields = reader.fields('json', content, known);
  return { layer: reader.layer(key, fields[key]), fields, reader };
}

/**
 * A model from what `model.toJSON()` gave, or its text. Layers have new weights; `setWeights` puts others in.
 *
 * @throws MyelinError when the file is malformed, of another version, or names a class that is neither built in nor given
 * @example
 * const text = JSON.stringify(model);
 * const twin = modelFromJSON(text);
 * twin.setWeights(model.getWeights());
 */
export function modelFromJSON(json: string | ModelJSON, options: FromJSONOptions = {}): Model {
  const where = 'modelFromJSON';
  const { layer, fields, reader } = read(where, 'model', json, options);
  if (!(layer instanceof Model)) return fail(where, 'a model', layer.where, 'layerFromJSON reads a layer.');
  if (fields.inputShapes !== undefined) {
    const list = reader.list('inputShapes', fields.inputShapes).map((shape, i) => batchShape(reader, `inputShapes[${i}]`, shape));
    if (list.length === 0) reader.fail('inputShapes', 'at least one shape', list);
    reader.guarded('inputShapes', layer.where, () => layer.ensureBuiltAll(list.length === 1 ? list[0]! : list));
  }
  reader.finish();
  return layer;
}

/** A shape with its batch axis. */
function batchShape(reader: RecordReader, path: string, json: unknown): PartialShape {
  const [batch, ...sizes] = reader.list(path, json);
  const isSize = (size: unknown): boolean => size === null || (Number.isInteger(size) && (size as number) >= 1);
  if (batch !== null || !sizes.every(isSize)) reader.fail(path, 'null (the batch) followed by sizes, null where not known', json);
  return [null, ...(sizes as PartialShape)];
}

/**
 * A layer from what {@link layerToJSON} gave, or its text.
 *
 * @throws MyelinError as {@link modelFromJSON}
 */
export function layerFromJSON(json: string | LayerJSON, options: FromJSONOptions = {}): Layer {
  const { layer, reader } = read('layerFromJSON', 'layer', json, options);
  reader.finish();
  return layer;
}
