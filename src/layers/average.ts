import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, scale } from '../graph/ops.ts';
import { Merging } from './merging.ts';

/** The mean of its inputs, element by element. Shape: a list of shapes that broadcast → the shape they have together. */
export class Average extends Merging {
  static override readonly type: string = 'Average';
  static override readonly optionNames: OptionNames = {};

  protected override merge(inputs: readonly Node[]): Node {
    const total = inputs.reduce((a, b) => add(a, b));
    return inputs.length === 1 ? total : scale(total, 1 / inputs.length);
  }
}
