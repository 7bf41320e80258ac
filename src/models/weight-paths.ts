/**
 * @file What the weights of a model are called in files: the path of layers down to the weight, `encoder/dense/kernel`. Names follow from
 * the model alone and are unique; a layer that is shared counts where it first occurs. And which of them go together when names of a file
 * and of a model differ.
 */

import { describe } from '../base/fail.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Variable } from '../graph/variable.ts';
import type { Layer } from '../layers/layer.ts';
import { randomStatesIn } from '../layers/random-state.ts';

/** A variable and what files call it. */
export interface NamedVariable {
  readonly name: string;
  readonly variable: Variable;
}

/** A tensor and what files call it. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** `wanted`, or `wanted_1` and so on when that is taken. */
export function freeName(taken: { has(name: string): boolean }, wanted: string): string {
  let name = wanted;
  for (let n = 1; taken.has(name); n++) name = `${wanted}_${n}`;
  return name;
}

/** Calls `visit` with every layer inside of `layer` and its path, each layer once. The path of `layer` itself is empty. */
function walk(layer: Layer, visit: (layer: Layer, path: string) => void): void {
  const seen = new Set<Layer>();
  const go = (one: Layer, path: string): void => {
    if (seen.has(one)) return;
    seen.add(one);
    visit(one, path);
    for (const inner of one.sublayers) go(inner, path === '' ? inner.name : `${path}/${inner.name}`);
  };
  go(layer, '');
}

/** The variables that `own` says a layer has by itself, by path, in the order of `variables`. */
function pathsOf(model: Layer, variables: readonly Variable[], own: (layer: Layer) => readonly Variable[]): NamedVariable[] {
  const wanted = new Map<Variable, string>();
  walk(model, (layer, path) => {
    for (const variable of own(layer)) {
      const start = `${layer.name}/`;
      const name = variable.name.startsWith(start) ? variable.name.slice(start.length) : variable.name;
      wanted.set(variable, path === '' ? name : `${path}/${name}`);
    }
  });
  const taken = new Set<string>();
  return variables.map((variable) => {
    const name = freeName(taken, wanted.get(variable) ?? variable.name);
    taken.add(name);
    return { name, variable };
  });
}

/** All weights of a model, in their order, by unique names: `dense/kernel`, `encoder/dense/kernel`. */
export function weightPaths(model: Layer): NamedVariable[] {
  return pathsOf(model, model.weights, (layer) => {
    const inner = new Set(layer.sublayers.flatMap((one) => one.weights));
    return layer.weights.filter((variable) => !inner.has(variable));
  });
}

/** The random states of a model's layers, by unique names: `dropout/random`. */
export function randomPaths(model: Layer): NamedVariable[] {
  const variables: Variable[] = [];
  const statesOf = (layer: Layer): readonly Variable[] => randomStatesIn(layer).map(({ variable }) => variable);
  walk(model, (layer) => {
    variables.push(...statesOf(layer));
  });
  return pathsOf(model, variables, statesOf);
}

/** The values of variables now. */
export function valuesOf(variables: readonly NamedVariable[]): NamedTensor[] {
  return variables.map(({ name, variable }) => ({ name, tensor: variable.read() }));
}

/** Something with a name and a shape. */
export interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
}

/** What of a file goes with what of a model. */
export interface Match {
  /** For each of the model's: which of the file's it gets; undefined where there is none that fits. */
  readonly sources: readonly (number | undefined)[];
  /** Where they differ, a sentence each. */
  readonly differences: readonly string[];
}

/** A name without the numbers that tell automatic names apart: `dense_3/kernel` → `dense/kernel`. */
function withoutNumbers(name: string): string {
  return name.replace(/_\d+(?=\/|$)/g, '');
}

/** Names that occur several times, told apart by their order. */
function distinct(list: readonly NamedShape[]): string[] {
  const counts = new Map<string, number>();
  return list.map(({ name }) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name} (${count + 1})`;
  });
}

/**
 * Counterparts where names differ by automatic numbers: of names that are alike without them, if none is there on both sides, the first goes
 * with the first, and so on. Gives, for places in `own`, places in `saved`.
 */
function byOrder(saved: readonly string[], own: readonly string[]): ReadonlyMap<number, number> {
  const groups = (names: readonly string[]): Map<string, number[]> => {
    const places = new Map<string, number[]>();
    names.forEach((name, i) => {
      const stem = withoutNumbers(name);
      places.set(stem, [...(places.get(stem) ?? []), i]);
    });
    return places;
  };
  const others = groups(saved);
  const known = new Set(saved);
  const pairs = new Map<number, number>();
  for (const [stem, places] of groups(own)) {
    if (places.some((place) => known.has(own[place]!))) continue;
    const sources = others.get(stem) ?? [];
    for (const [i, place] of places.slice(0, sources.length).entries()) pairs.set(place, sources[i]!);
  }
  return pairs;
}

/**
 * Finds what goes together: by name. Layers that were never given a name are numbered as they are made, so that the same model made twice
 * has other names: lists that agree in order, in shapes and in names but for such numbers go together in that order. Where lists do not
 * agree, layers of such names are compared in their order all the same, so that differences tell of shapes rather than of numbers.
 *
 * @param kind what differences call one of them: 'weight'
 */
export function match(kind: string, saved: readonly NamedShape[], own: readonly NamedShape[]): Match {
  const [savedNames, ownNames] = [distinct(saved), distinct(own)];
  const places = new Map(savedNames.map((name, i) => [name, i]));
  const isSameSet = saved.length === own.length && ownNames.every((name) => places.has(name));
  const isSameOrder =
    saved.length === own.length &&
    own.every(({ name, shape }, i) => {
      const other = saved[i]!;
      return withoutNumbers(name) === withoutNumbers(other.name) && sameShape(shape, other.shape);
    });
  if (!isSameSet && isSameOrder) return { sources: own.map((_, i) => i), differences: [] };
  const differences: string[] = [];
  const counterparts = byOrder(savedNames, ownNames);
  const sources = own.map(({ shape }, i) => {
    const at = places.get(ownNames[i]!) ?? counterparts.get(i);
    const title = `${kind} ${describe(ownNames[i])}`;
    if (at === undefined) differences.push(`${title} ${formatShape(shape)} is missing`);
    else if (sameShape(saved[at]!.shape, shape)) return at;
    else differences.push(`${title} has the shape ${formatShape(saved[at]!.shape)}, the model's has ${formatShape(shape)}`);
    return undefined;
  });
  const known = new Set(ownNames);
  const taken = new Set(counterparts.values());
  savedNames.forEach((name, i) => {
    if (!known.has(name) && !taken.has(i))
      differences.push(`${kind} ${describe(name)} ${formatShape(saved[i]!.shape)} is none of the model's`);
  });
  // What goes together by pairs alone is not taken for the same model.
  if (differences.length === 0 && !isSameSet) differences.push(`${kind}s are in another order`);
  return { sources, differences };
}

/** The names and shapes of named tensors or variables. */
export function shapesOf(list: readonly (NamedTensor | NamedVariable)[]): NamedShape[] {
  return list.map((one) => ({ name: one.name, shape: ('tensor' in one ? one.tensor : one.variable).shape }));
}
