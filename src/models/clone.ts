/** @file Copies of models: new layers of the same options and names, connected in the same way. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { Layer } from '../layers/layer.ts';
import { nestedLayers } from '../layers/record.ts';
import { SymbolicTensor } from '../layers/symbolic.ts';
import { Model } from './model.ts';
import type { Network } from './network.ts';
import { Sequential } from './sequential.ts';

/** Options of {@link cloneModel}. */
export interface CloneOptions {
  /** Whether the copy gets the weights' values; otherwise it is freshly initialized. Default false. */
  readonly weights?: boolean;
  /** Makes the copy of a layer; asked for every layer but models that are made of layers. Default: one of the same class and options. */
  readonly cloneFunction?: (layer: Layer) => Layer;
}

/** Copies layers, each once. */
class Cloner {
  readonly #where: string;
  readonly #cloneFunction: ((layer: Layer) => Layer) | undefined;
  readonly #copies = new Map<Layer, Layer>();

  constructor(where: string, cloneFunction: ((layer: Layer) => Layer) | undefined) {
    this.#where = where;
    this.#cloneFunction = cloneFunction;
  }

  /** The copy of a layer. */
  layer(layer: Layer): Layer {
    const known = this.#copies.get(layer);
    if (known) return known;
    const copy = this.#copyOf(layer);
    this.#copies.set(layer, copy);
    return copy;
  }

  #copyOf(layer: Layer): Layer {
    if (layer instanceof Sequential) return this.#make(layer, { layers: layer.layers.map((one) => this.layer(one)) });
    if (layer instanceof Model && layer.network) return this.#make(layer, this.#ends(layer.network));
    const copy: unknown = this.#cloneFunction ? this.#cloneFunction(layer) : this.#make(layer, {});
    return copy instanceof Layer ? copy : fail(this.#where, '`cloneFunction` to return a layer', describe(copy));
  }

  /** A layer of the class and options of `layer`, with what its parts have become. */
  #make(layer: Layer, parts: object): Layer {
    const Type = layer.constructor as new (options: object) => Layer;
    const options = Object.fromEntries(Object.entries(layer.getConfig()).map(([key, value]) => [key, this.#option(value)]));
    return new Type({ ...options, name: layer.name, trainable: layer.trainable, ...parts });
  }

  /** An option with the layers inside replaced by their copies. */
  #option(value: unknown): unknown {
    if (value instanceof Layer) return this.layer(value);
    return Array.isArray(value) ? value.map((one) => this.#option(one)) : value;
  }

  /** The inputs and outputs of a copy of the network. */
  #ends({ inputs, inputNames, outputs, outputNames, connections }: Network): object {
    const copies = new Map<SymbolicTensor, SymbolicTensor>();
    inputs.forEach((tensor, i) => {
      copies.set(tensor, new SymbolicTensor(tensor.shape, inputNames[i]!, undefined, false, tensor.dtype));
    });
    for (const { layer, inputs: from, isList, outputs: made } of connections) {
      const x = from.map((tensor) => copies.get(tensor)!);
      const results = this.layer(layer).applyAll<SymbolicTensor>(isList ? x : x[0]!);
      made.forEach((tensor, i) => {
        if (!copies.has(tensor)) copies.set(tensor, results[i]!);
      });
    }
    const ends = outputs.map((tensor) => copies.get(tensor)!);
    const byName = Object.fromEntries(ends.map((tensor, i) => [outputNames[i]!, tensor]));
    // An object would put names that are numbers first. Such names are those of layers, and come by themselves.
    const isInOrder = Object.keys(byName).every((name, i) => name === outputNames[i]);
    return { inputs: inputs.map((tensor) => copies.get(tensor)!), outputs: isInOrder ? byName : ends };
  }
}

const cloneOptions = { weights: true, cloneFunction: true } satisfies Record<keyof CloneOptions, true>;

/**
 * A new model like `model`: new layers of the same names and options, connected in the same way. A layer that is shared is shared in the
 * copy, too; models inside are copied.
 *
 * @throws MyelinError when `cloneFunction` returns no layer, or weights do not fit what it returned
 * @example
 * const target = cloneModel(policy, { weights: true });
 */
export function cloneModel<M extends Model>(model: M, options: CloneOptions = {}): M {
  const where = 'cloneModel';
  if (!(model instanceof Model)) fail(where, 'a model', describe(model));
  checkOptionNames(where, options, cloneOptions);
  const { weights = false, cloneFunction } = options;
  const copy = new Cloner(where, cloneFunction).layer(model) as M;
  const { inputShapes } = model;
  if (model.isBuilt && inputShapes && !copy.isBuilt)
    copy.ensureBuiltAll(inputShapes.length === 1 ? inputShapes[0]! : inputShapes);
  if (!cloneFunction) copyTrainable(model, copy);
  if (weights) copy.setWeights(model.getWeights());
  return copy;
}

/** Freezes what is frozen, also among layers that others make for themselves. */
function copyTrainable(from: Layer, to: Layer): void {
  const copies = nestedLayers(to);
  nestedLayers(from).forEach((layer, i) => {
    const copy = copies[i];
    // Setting it goes on to the layers inside, which come later.
    if (copy && copy.trainable !== layer.trainable) copy.trainable = layer.trainable;
  });
}
