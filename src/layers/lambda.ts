import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape, type Shape } from '../base/shape.ts';
import { inputNode, Node } from '../graph/node.ts';
import { Trace, withTrace } from '../graph/trace.ts';
import { checkSample } from './checks.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';

/** Options of {@link Lambda}. */
export interface LambdaOptions extends LayerOptions {
  /** Computes the outputs with ops; see {@link Layer.call}. */
  readonly function: (x: Node, context: CallContext) => Node;
  /** Shape of an output sample, without the batch axis. Default: found out by calling the function. */
  readonly outputShape?: PartialShape;
}

/**
 * A function as a layer, for what needs no weights. A model with such a layer cannot be saved: a function has no config. Write a
 * subclass of Layer for that, or to train weights.
 *
 * Shape: any → what the function makes of it.
 *
 * @example
 * new Lambda((x) => ops.square(x))
 *
 * @throws MyelinError when the function returns no node
 */
export class Lambda extends Layer<LambdaOptions> {
  static override readonly type: string = 'Lambda';
  static override readonly optionNames: OptionNames = { function: true, outputShape: true } satisfies OwnOptions<
    LambdaOptions,
    LayerOptions
  >;

  /** Accepts the options, or the function alone. */
  constructor(options: LambdaOptions | LambdaOptions['function']) {
    super(typeof options === 'function' ? { function: options } : options);
    const { function: body, outputShape } = this.options;
    if (typeof body !== 'function') fail(this.where, '`function` to be a function of nodes', describe(body));
    if (outputShape !== undefined) checkSample(this.where, outputShape);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { outputShape } = this.options;
    if (outputShape !== undefined) return [inputShape[0] ?? null, ...outputShape];
    // What differs between two sizes of the unknown axes is unknown itself.
    const [a, b] = [this.#shapeFor(inputShape, 2), this.#shapeFor(inputShape, 3)];
    if (a.length !== b.length)
      fail(this.where, 'outputs of one rank for all sizes of the batch', `${formatShape(a)} and ${formatShape(b)}`);
    return a.map((size, i) => (size === b[i] ? size : null));
  }

  /** Shape of the output when all unknown sizes are `size`. */
  #shapeFor(inputShape: PartialShape, size: number): Shape {
    const shape = inputShape.map((known) => known ?? size);
    return withTrace(new Trace(), () => this.call(inputNode('x', { shape, dtype: 'float32' }), { training: false }).shape);
  }

  override call(x: Node, context: CallContext): Node {
    const result: unknown = this.options.function(x, context);
    return result instanceof Node
      ? result
      : fail(this.where, '`function` to return a node', describe(result), 'compute with ops, not with JavaScript arithmetic.');
  }
}
