/** @file Variables: named values that live in the engine's memory between runs — weights, moving statistics, optimizer slots. */

import { describe, failShape } from '../base/fail.ts';
import { bytesOf, type DType, formatShape, type Shape, sameShape, sizeOf } from '../base/shape.ts';
import { newArray, Tensor, type TensorLike, type TypedArray, tensor } from '../base/tensor.ts';
import { engine } from '../engine/index.ts';
import { Node, type TensorSpec } from './node.ts';

/** A value that programs read and update in place. Its memory is freed when nothing refers to it any more. */
export class Variable implements TensorSpec {
  /** What error messages and saved files call it. */
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The leaf that stands for this variable in every graph. */
  readonly node: Node;
  /** Address of its elements. */
  readonly address: number;

  constructor(name: string, shape: Shape, dtype: DType = 'float32') {
    this.name = name;
    this.shape = [...shape];
    this.dtype = dtype;
    const { memory } = engine();
    this.address = memory.allocate(Math.max(1, sizeOf(shape)) * bytesOf(dtype), name);
    memory.ownedBy(this, this.address);
    this.view().fill(0);
    this.node = new Node(this, { kind: 'variable', variable: this });
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The elements where they lie. Valid until the engine's memory grows: never keep it. */
  view(): TypedArray {
    const { memory } = engine();
    if (this.dtype === 'float32') return memory.f32(this.address, this.size);
    return this.dtype === 'int32' ? memory.i32(this.address, this.size) : memory.u8(this.address, this.size);
  }

  /** A copy of the elements. */
  read(): Tensor {
    const copy = newArray(this.dtype, this.size);
    copy.set(this.view());
    return new Tensor(copy, this.shape);
  }

  /**
   * Replaces the elements.
   *
   * @throws ShapeError when the shape differs; the variable keeps what it held
   */
  write(value: TensorLike): void {
    const given = tensor(value, undefined, this.dtype);
    if (!sameShape(given.shape, this.shape) && !(given.rank === 1 && given.size === this.size && ArrayBuffer.isView(value))) {
      failShape(`variable "${this.name}"`, `shape ${formatShape(this.shape)}`, formatShape(given.shape));
    }
    this.view().set(given.data);
  }

  /** `Variable "kernel" float32 [4, 3]` */
  toString(): string {
    return `Variable ${describe(this.name)} ${this.dtype} ${formatShape(this.shape)}`;
  }
}
