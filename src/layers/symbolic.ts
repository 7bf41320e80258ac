/**
 * @file What `input` and `layer.apply` give outside of a trace: tensors that have a shape but no values. They remember which call made
 * them, so that a model can be cut out between any of them.
 */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { DType, PartialShape } from '../base/shape.ts';
import { checkSample } from './checks.ts';
import type { Layer } from './layer.ts';
import { uniqueName } from './names.ts';

/** One call of a layer: what went in and what came out. */
export interface Connection {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  /** Whether the layer is called with a list. */
  readonly isList: boolean;
  readonly outputs: readonly SymbolicTensor[];
}

/** A tensor without values: an input of a model to be, or what a layer makes of others. */
export class SymbolicTensor {
  /** Batch axis (null) first; unknown sizes are null. */
  readonly shape: PartialShape;
  /** What the tensor's elements are converted to before layers see them. */
  readonly dtype: DType;
  /** The input's name, or that of the layer that made the tensor. */
  readonly name: string;
  /** The call that made it; undefined for an input. */
  readonly connection: Connection | undefined;

  /** Whether it will have a mask. */
  readonly isMasked: boolean;

  constructor(shape: PartialShape, name: string, connection?: Connection, isMasked = false, dtype: DType = 'float32') {
    this.shape = shape;
    this.name = name;
    this.connection = connection;
    this.isMasked = isMasked;
    this.dtype = dtype;
  }
}

/** Options of {@link input}. */
export interface InputOptions {
  /** Shape of one sample, without the batch axis; sizes that differ from batch to batch are null. */
  readonly shape: PartialShape;
  /** What data given by name is called. Default `input`, made unique. */
  readonly name?: string;
}

const inputOptions = { shape: true, name: true } satisfies Record<keyof InputOptions, true>;

/**
 * An input of a model: where the functional way of writing models begins.
 *
 * @example
 * const image = input({ shape: [28, 28, 1] });
 * const features = new Flatten().apply(image);
 * const model = new Model({ inputs: image, outputs: new Dense({ units: 10, activation: 'softmax' }).apply(features) });
 *
 * @throws MyelinError when `shape` is no list of sizes
 */
export function input(options: InputOptions): SymbolicTensor {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    fail('input', 'options like { shape: [28, 28] }', describe(options));
  checkOptionNames('input', options, inputOptions);
  checkSample('input', options.shape);
  const { name } = options;
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    fail('input', '`name` to be a non-empty string', describe(name));
  return new SymbolicTensor([null, ...options.shape], name ?? uniqueName('Input'));
}
