import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add, matmul, max, reshape } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { lastDimension, positiveInteger } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link Maxout}. */
export interface MaxoutOptions extends LayerOptions {
  /** Number of outputs. */
  readonly units: number;
  /** Linear functions of which each output is the largest. Default 2. */
  readonly pieces?: number;
  /** Whether a bias is added. Default true. */
  readonly useBias?: boolean;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerSpec;
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerSpec;
}

/**
 * Fully connected layer with an activation that is learned: each output is the largest of `pieces` linear functions of the inputs.
 * Weights: `kernel` [inputs, pieces·units], `bias` [pieces·units], piece by piece.
 *
 * Shape: [batch, …, inputs] → [batch, …, units]. Goodfellow et al. 2013.
 *
 * @throws MyelinError when `units` or `pieces` is not a positive integer or a name is unknown
 */
export class Maxout extends Layer<MaxoutOptions> {
  static override readonly type: string = 'Maxout';
  static override readonly optionNames: OptionNames = {
    units: true,
    pieces: true,
    useBias: true,
    kernelInitializer: true,
    biasInitializer: true,
  } satisfies OwnOptions<MaxoutOptions, LayerOptions>;
  readonly units: number;
  readonly pieces: number;
  #kernel!: Variable;
  #bias: Variable | undefined;

  constructor(options: MaxoutOptions) {
    super(options);
    const { units, pieces = 2, kernelInitializer = 'glorotUniform', biasInitializer = 'zeros' } = this.options;
    this.units = positiveInteger(this.where, 'units', units);
    this.pieces = positiveInteger(this.where, 'pieces', pieces);
    resolveInitializer(kernelInitializer, this.where);
    resolveInitializer(biasInitializer, this.where);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { kernelInitializer = 'glorotUniform', biasInitializer = 'zeros', useBias = true } = this.options;
    const inputs = lastDimension(this.where, inputShape);
    const width = this.pieces * this.units;
    this.#kernel = this.addWeight('kernel', [inputs, width], { initializer: kernelInitializer });
    if (useBias) this.#bias = this.addWeight('bias', [width], { initializer: biasInitializer });
    return [...inputShape.slice(0, -1), this.units];
  }

  override call(x: Node): Node {
    const product = matmul(reshape(x, [-1, x.shape[x.rank - 1]!]), this.#kernel);
    const sums = reshape(this.#bias ? add(product, this.#bias) : product, [-1, this.pieces, this.units]);
    return reshape(max(sums, 1), [...x.shape.slice(0, -1), this.units]);
  }
}
