/** @file Every layer class by its type, as saved models name it. Derived from the barrel: a layer that is exported can be loaded. */

import * as all from './index.ts';
import { Layer } from './layer.ts';

/** A class of layers that can be made of options. */
export interface LayerClass {
  new (options: never): Layer;
  readonly type: string;
  readonly prototype: Layer;
}

/** Whether a value is a class of layers. */
export function isLayerClass(value: unknown): value is LayerClass {
  return typeof value === 'function' && value.prototype instanceof Layer;
}

/** The built-in layers by type. */
export function builtInLayers(): Map<string, LayerClass> {
  const classes = (Object.values(all) as unknown[]).filter(isLayerClass);
  return new Map(classes.map((type) => [type.type, type]));
}
