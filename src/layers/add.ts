import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add } from '../graph/ops.ts';
import { Merging } from './merging.ts';

/** Adds its inputs. Shape: a list of shapes that broadcast → the shape they have together. */
export class Add extends Merging {
  static override readonly type: string = 'Add';
  static override readonly optionNames: OptionNames = {};

  protected override merge(inputs: readonly Node[]): Node {
    return inputs.reduce((a, b) => add(a, b));
  }
}
