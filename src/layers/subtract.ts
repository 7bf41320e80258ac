import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { sub } from '../graph/ops.ts';
import { Merging } from './merging.ts';

/** The first of its two inputs less the second. Shape: two shapes that broadcast → the shape they have together. */
export class Subtract extends Merging {
  static override readonly type: string = 'Subtract';
  static override readonly optionNames: OptionNames = {};
  protected override readonly inputCount = { least: 2, most: 2 };

  protected override merge(inputs: readonly Node[]): Node {
    return sub(inputs[0]!, inputs[1]!);
  }
}
