import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { maximum } from '../graph/ops.ts';
import type { Mask } from './layer.ts';
import { foldMasked, Merging } from './merging.ts';

/**
 * The largest of its inputs, element by element. A step that one input masks comes from the others.
 *
 * Shape: a list of shapes that broadcast → the shape they have together.
 */
export class Maximum extends Merging {
  static override readonly type: string = 'Maximum';
  static override readonly optionNames: OptionNames = {};

  protected override merge(inputs: readonly Node[], masks: readonly Mask[]): Node {
    return foldMasked(inputs, masks, (a, b) => maximum(a, b));
  }
}
