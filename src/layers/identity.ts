import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { Layer } from './layer.ts';

/** Does nothing: stands where another layer may stand. Shape: any → same. */
export class Identity extends Layer {
  static override readonly type: string = 'Identity';
  static override readonly optionNames: OptionNames = {};

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node): Node {
    return x;
  }
}
