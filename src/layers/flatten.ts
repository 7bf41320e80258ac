import type { OptionNames } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { reshape } from '../graph/ops.ts';
import { Layer } from './layer.ts';

/** All axes but the batch in one. Shape: [batch, …] → [batch, product of the rest]; [batch] → [batch, 1]. */
export class Flatten extends Layer {
  static override readonly type: string = 'Flatten';
  static override readonly optionNames: OptionNames = {};

  override build(inputShape: PartialShape): PartialShape {
    const rest = inputShape.slice(1);
    return [inputShape[0] ?? null, rest.includes(null) ? null : rest.reduce<number>((product, size) => product * size!, 1)];
  }

  override call(x: Node): Node {
    return reshape(x, [x.shape[0]!, x.shape.slice(1).reduce((product, size) => product * size, 1)]);
  }
}
