import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { reshape } from '../graph/ops.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';

/** Options of {@link TimeDistributed}. */
export interface TimeDistributedOptions extends LayerOptions {
  /** What is applied to every step. */
  readonly layer: Layer;
}

/**
 * Applies a layer to every step of a sequence, with the same weights: to [batch · time, …], so that the samples of all steps are one
 * batch. Weights are those of the layer. Masks pass by to the outputs; the layer does not see them, and masked steps are computed too.
 *
 * Shape: [batch, time, …] → [batch, time, …what the layer makes of […]].
 *
 * @throws MyelinError when `layer` is no layer
 */
export class TimeDistributed extends Layer<TimeDistributedOptions> {
  static override readonly type: string = 'TimeDistributed';
  static override readonly optionNames: OptionNames = { layer: true } satisfies OwnOptions<TimeDistributedOptions, LayerOptions>;
  readonly layer: Layer;

  constructor(options: TimeDistributedOptions) {
    super(options);
    const { layer } = this.options;
    if (!(layer instanceof Layer)) fail(this.where, '`layer` to be a layer', describe(layer));
    this.layer = layer;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: PartialShape): PartialShape {
    const [batch, time, ...sample] = inputShape;
    if (sample.length === 0) {
      failShape(this.where, 'input [batch, time, …]', `shape ${formatShape(inputShape)}`, 'the first axis is the batch.');
    }
    const shapes = this.layer.ensureBuiltAll([null, ...sample]);
    if (shapes.length !== 1) fail(this.where, 'a `layer` with one output', `one with ${shapes.length}`);
    return [batch!, time!, ...shapes[0]!.slice(1)];
  }

  override call(x: Node, { training }: CallContext): Node {
    const [batch, time, ...sample] = x.shape as readonly [number, number, ...number[]];
    const y = this.layer.apply(reshape(x, [batch * time, ...sample]), { training });
    return reshape(y, [batch, time, ...y.shape.slice(1)]);
  }
}
