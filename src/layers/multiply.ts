import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { mul } from '../graph/ops.ts';
import { Merging } from './merging.ts';

/** Multiplies its inputs, element by element. Shape: a list of shapes that broadcast → the shape they have together. */
export class Multiply extends Merging {
  static override readonly type: string = 'Multiply';
  static override readonly optionNames: OptionNames = {};

  protected override merge(inputs: readonly Node[]): Node {
    return inputs.reduce((a, b) => mul(a, b));
  }
}
