/**
 * @file Checkpoints: everything a run of training needs to go on, as the bytes of a safetensors file. Metadata: `kind` 'checkpoint', `model`
 * (what `toJSON()` gave, missing where a model cannot be written), `weights`, `optimizer`, `optimizerType` and `random` (names of tensors, see
 * `tensor-file.ts`), and `state`: JSON in which `{ "$tensor": key }` is a tensor of the file and `{ "$number": "NaN" }` (also "Infinity",
 * "-Infinity" and "-0") a number that JSON lacks; a name that begins with `$` has another `$` put before it.
 */

import { describe, fail } from '../base/fail.ts';
import type { Shape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { SavedState } from '../callbacks/callback.ts';
import type { Json } from '../layers/record.ts';
import { TensorFileReader, TensorFileWriter } from './tensor-file.ts';
import { match, type NamedTensor } from './weight-paths.ts';

export type { NamedTensor } from './weight-paths.ts';

/** A run of training between two steps. */
export interface RunState {
  readonly kind: 'checkpoint';
  /** What `model.toJSON()` gave; null for a model that cannot be written as JSON. */
  readonly model: unknown;
  readonly weights: readonly NamedTensor[];
  readonly optimizer: { readonly type: string; readonly variables: readonly NamedTensor[] };
  /** Random states of layers. */
  readonly random: readonly NamedTensor[];
  /** What else the run remembers: where it stands, what its callbacks know. Numbers keep all their bits. */
  readonly state: SavedState;
}

const where = 'checkpoint';

/** Levels a state may have. */
const deepest = 200;

function writeState(file: TensorFileWriter, path: string, value: SavedState | undefined, depth = 0): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return { $number: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (value instanceof Tensor) return { $tensor: file.add(path, value) };
  if (depth > deepest) return fail(where, `a state of at most ${deepest} levels`, 'more');
  if (Array.isArray(value)) return value.map((one: SavedState, i) => writeState(file, `${path}/${i}`, one, depth + 1));
  if (typeof value !== 'object' || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    return fail(where, `\`${path}\` to be numbers, texts, lists, plain objects or tensors`, describe(value));
  }
  const entries = Object.entries(value as Readonly<Record<string, SavedState | undefined>>).flatMap(([name, one]) =>
    one === undefined ? [] : [[name.startsWith('$') ? `$${name}` : name, writeState(file, `${path}/${name}`, one, depth + 1)]],
  );
  return Object.fromEntries(entries);
}

function readState(file: TensorFileReader, path: string, json: unknown, depth = 0): SavedState {
  if (json === null || typeof json === 'boolean' || typeof json === 'string' || typeof json === 'number') return json;
  if (depth > deepest + 1) fail(file.where, `a state of at most ${deepest} levels`, 'more');
  if (Array.isArray(json)) return json.map((one: unknown, i) => readState(file, `${path}/${i}`, one, depth + 1));
  const entries = Object.entries(json as object) as [string, unknown][];
  const [first] = entries;
  if (entries.length === 1 && first![0] === '$tensor') return file.tensor(path, first![1]);
  if (entries.length === 1 && first![0] === '$number') {
    if (!['NaN', 'Infinity', '-Infinity', '-0'].includes(first![1] as string))
      fail(file.where, `\`${path}\` to be NaN, Infinity, -Infinity or -0`, describe(first![1]));
    return Number(first![1]);
  }
  const read = entries.map(([name, one]) => {
    if (name.startsWith('$') && !name.startsWith('$$'))
      fail(file.where, `\`${path}\` to have a $tensor or $number alone`, describe(name));
    return [name.startsWith('$') ? name.slice(1) : name, readState(file, `${path}/${name}`, one, depth + 1)];
  });
  return Object.fromEntries(read);
}

/**
 * The bytes of a checkpoint. `loadModel` reads its model and weights from it, too.
 *
 * @throws MyelinError when the state holds what is neither JSON nor a tensor
 */
export function encodeCheckpoint(run: RunState): Uint8Array<ArrayBuffer> {
  const file = new TensorFileWriter();
  const weights = file.list('', run.weights);
  return file.bytes({
    kind: 'checkpoint',
    ...(run.model === null || run.model === undefined ? {} : { model: JSON.stringify(run.model) }),
    weights: JSON.stringify(weights),
    optimizerType: run.optimizer.type,
    optimizer: JSON.stringify(file.list('optimizer/', run.optimizer.variables)),
    random: JSON.stringify(file.list('random/', run.random)),
    state: JSON.stringify(writeState(file, 'state', run.state)),
  });
}

/**
 * The run that {@link encodeCheckpoint} wrote.
 *
 * @param where what errors begin with
 * @throws MyelinError when the file is damaged, of a later version, or no checkpoint
 */
export function decodeCheckpoint(bytes: Uint8Array, where = 'checkpoint'): RunState {
  if (!(bytes instanceof Uint8Array)) fail(where, 'the bytes of a checkpoint', describe(bytes));
  const file = new TensorFileReader(where, bytes);
  file.needFormat('a checkpoint', 'checkpoints are written by BackupAndRestore.');
  const kind = file.text('kind');
  if (kind !== 'checkpoint') fail(where, 'a checkpoint', `a file of kind ${describe(kind)}`, 'loadModel() reads saved models.');
  const type = file.text('optimizerType');
  if (type === undefined) fail(where, '`optimizerType` in the file', 'none');
  return {
    kind,
    model: file.json('model') ?? null,
    weights: file.list('weights', file.json('weights')),
    optimizer: { type, variables: file.list('optimizer', file.json('optimizer')) },
    random: file.list('random', file.json('random')),
    state: readState(file, 'state', file.json('state') ?? null),
  };
}

/** What of a checkpoint or a model is compared. */
export interface Trained {
  readonly weights: readonly { readonly name: string; readonly tensor: { readonly shape: Shape } }[];
  readonly optimizer: {
    readonly type: string;
    readonly variables: readonly { readonly name: string; readonly tensor: { readonly shape: Shape } }[];
  };
}

/**
 * In what a checkpoint and a model differ, a sentence each: weights and variables that are missing, that only the checkpoint has, or that have
 * other shapes, and another optimizer. Numbers of automatic names (`dense_2` for `dense`) make no difference. With none, weights and variables go
 * together one by one in their order.
 *
 * @param expected the checkpoint
 * @param found the model
 */
export function differences(expected: Trained, found: Trained): string[] {
  const listed = (kind: string, saved: Trained['weights'], own: Trained['weights']): string[] => {
    const shapes = (list: Trained['weights']) => list.map(({ name, tensor }) => ({ name, shape: tensor.shape }));
    const { sources, differences: list } = match(kind, shapes(saved), shapes(own));
    if (list.length > 0) return [...list];
    return sources.every((from, i) => from === i) ? [] : [`${kind}s are in another order`];
  };
  const weights = listed('weight', expected.weights, found.weights);
  const [then, now] = [expected.optimizer, found.optimizer];
  // Another optimizer has other variables; telling them all would hide what is the matter.
  if (then.type !== now.type)
    return [...weights, `the optimizer was ${describe(then.type)}, the model's is ${describe(now.type)}`];
  // What it keeps of weights differs where they do.
  return weights.length > 0 ? weights : listed('optimizer variable', then.variables, now.variables);
}

/** Differences that are told before the rest is only counted. */
const mostTold = 20;

/** A name without the numbers of automatic names. */
const plain = (value: unknown): unknown => (typeof value === 'string' ? value.replace(/_\d+(?=$|\/|:)/g, '') : value);

/**
 * In what two models differ, as their `toJSON()` tells: a sentence for every option or layer. Numbers of automatic names make no difference;
 * nor does what is null, for a model that cannot be written down.
 *
 * @param then what the checkpoint holds
 * @param now the model
 */
export function modelDifferences(then: unknown, now: unknown): string[] {
  if (then === null || now === null || then === undefined || now === undefined) return [];
  const list: string[] = [];
  const written = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value).slice(0, 80));
  const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const compare = (a: unknown, b: unknown, path: string, layer: string): void => {
    if (isBranch(a) && isBranch(b) && Array.isArray(a) === Array.isArray(b)) {
      const own = (b as { name?: unknown }).name;
      const [before, after] = [a, b].map((one) => (one as { type?: unknown }).type);
      // Another class has other options: telling them all would hide what is the matter.
      if (before !== after && path !== '') {
        list.push(`"${layer}" \`${path}\`: ${written(before)} then, ${written(after)} now`);
        return;
      }
      const inside = typeof own === 'string' ? own : layer;
      for (const key of Object.keys({ ...a, ...b })) {
        // A layer says by its name where it is; how deep it lies in the JSON tells nobody anything.
        const at = typeof own === 'string' ? key : path === '' ? key : `${path}.${key}`;
        compare((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], at, inside);
      }
    } else if (plain(a) !== plain(b)) list.push(`"${layer}" \`${path}\`: ${written(a)} then, ${written(b)} now`);
  };
  compare(then, now, '', 'model');
  const more = list.length - mostTold;
  return more > 0 ? [...list.slice(0, mostTold), `and ${more} more`] : list;
}
