/** @file A model as JSON: format, version, and the record of the model itself, see `layers/record.ts`. */

import type { PartialShape } from '../base/shape.ts';
import type { Layer } from '../layers/layer.ts';
import { type LayerEntry, RecordWriter } from '../layers/record.ts';

/** What a file must begin with. */
export const jsonFormat = 'myelin';

/** Changes when older versions could not read the file any more. */
export const jsonVersion = 1;

/** A model as plain JSON: its layers, their options and connections, no weights. */
export interface ModelJSON {
  readonly format: 'myelin';
  readonly version: 1;
  readonly model: LayerEntry;
  /** What a model that does not say so by itself is built for. */
  readonly inputShapes?: readonly PartialShape[];
}

/** A layer that stands alone as plain JSON. */
export interface LayerJSON {
  readonly format: 'myelin';
  readonly version: 1;
  readonly layer: LayerEntry;
}

/** The JSON of a model. */
export function modelJSON(model: Layer): ModelJSON {
  const record = new RecordWriter().layer(model);
  const { isBuilt, inputShapes } = model;
  const shapes = isBuilt && inputShapes && !('network' in record) ? { inputShapes } : {};
  return { format: jsonFormat, version: jsonVersion, model: record, ...shapes };
}

/**
 * A single layer as plain JSON, a vocabulary that was learned included: what {@link layerFromJSON} takes.
 *
 * @throws MyelinError naming the option that is a function: functions cannot be saved
 */
export function layerToJSON(layer: Layer): LayerJSON {
  return { format: jsonFormat, version: jsonVersion, layer: new RecordWriter().layer(layer) };
}
