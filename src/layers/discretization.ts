import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import { checkFinite, samples } from '../data/arrays.ts';
import type { Operand } from '../graph/define-op.ts';
import type { Node } from '../graph/node.ts';
import { cast, greaterEqual, reshape, sum } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type EncodingMode, encodedShape, encodeTokens, resolveMode } from './token-encoding.ts';

/** Options of {@link Discretization}: `binBoundaries` or `numBins`, not both. */
export interface DiscretizationOptions extends LayerOptions {
  /** Where one bin ends and the next begins, ascending: n boundaries make n + 1 bins. A boundary belongs to the bin above it. */
  readonly binBoundaries?: readonly number[];
  /** Number of bins, at least 2, whose boundaries {@link Discretization.adapt} finds. */
  readonly numBins?: number;
  /** 'int' (the default) gives the number of the bin as an int32; the others encode it as CategoryEncoding does. */
  readonly outputMode?: 'int' | EncodingMode;
}

/**
 * Puts numbers into bins. The boundaries are given, or found in data by `adapt`, so that all bins are about equally full; then they
 * are a weight, `bin_boundaries`.
 *
 * Shape: any → same as 'int'; otherwise as CategoryEncoding.
 *
 * @throws MyelinError unless just one of `binBoundaries` and `numBins` is given and valid
 */
export class Discretization extends Layer<DiscretizationOptions> {
  static override readonly type: string = 'Discretization';
  static override readonly optionNames: OptionNames = {
    binBoundaries: true,
    numBins: true,
    outputMode: true,
  } satisfies OwnOptions<DiscretizationOptions, LayerOptions>;
  /** Number of bins. */
  readonly numBins: number;
  readonly #mode: 'int' | EncodingMode;
  #boundaries: Variable | undefined;

  constructor(options: DiscretizationOptions) {
    super(options);
    const { binBoundaries, numBins, outputMode = 'int' } = this.options;
    if ((binBoundaries === undefined) === (numBins === undefined))
      fail(this.where, 'either `binBoundaries` or `numBins`', binBoundaries === undefined ? 'neither' : 'both');
    if (numBins !== undefined && !(Number.isInteger(numBins) && numBins >= 2))
      fail(this.where, '`numBins` to be an integer >= 2', describe(numBins));
    if (binBoundaries !== undefined && !isAscending(binBoundaries))
      fail(this.where, '`binBoundaries` to be a list of ascending numbers', describe(binBoundaries));
    this.numBins = numBins ?? binBoundaries!.length + 1;
    this.#mode = outputMode === 'int' ? 'int' : resolveMode(this.where, outputMode);
  }

  override build(inputShape: PartialShape): PartialShape {
    if (this.options.binBoundaries === undefined) {
      this.#boundaries = this.addWeight('bin_boundaries', [this.numBins - 1], { initializer: 'zeros', trainable: false });
      // A mark that `adapt` has not been called: no data give this boundary.
      this.#boundaries.view().fill(Infinity);
    }
    return this.#mode === 'int' ? inputShape : encodedShape(inputShape, this.numBins, this.#mode);
  }

  /** Finds the boundaries: the quantiles 1/numBins, 2/numBins, … of all numbers in `data`, whose first axis is the batch. */
  adapt(data: TensorLike): void {
    const where = `${this.where}.adapt`;
    if (this.options.binBoundaries !== undefined) fail(where, 'a layer with `numBins`', 'one whose `binBoundaries` are given');
    const given = samples(where, 'data', data);
    checkFinite(where, 'data', given);
    this.ensureBuilt([null, ...given.shape.slice(1)]);
    const sorted = Float64Array.from(given.data).sort();
    this.#boundaries!.write(Float32Array.from({ length: this.numBins - 1 }, (_, i) => quantile(sorted, (i + 1) / this.numBins)));
  }

  override call(x: Node): Node {
    if (this.#boundaries?.view()[0] === Infinity)
      fail(this.where, 'boundaries', 'none', 'call adapt(data) first, or set the weights.');
    const boundaries: Operand =
      this.#boundaries ?? new Tensor(Float32Array.from(this.options.binBoundaries!), [this.numBins - 1]);
    // The number of boundaries at or below x.
    const column = reshape(cast(x, 'float32'), [...x.shape, 1]);
    const bin = cast(sum(greaterEqual<Node, Operand>(column, boundaries), -1) as Node, 'int32');
    return this.#mode === 'int' ? bin : encodeTokens(bin, this.numBins, this.#mode);
  }
}

function isAscending(list: readonly number[]): boolean {
  return Array.isArray(list) && list.length > 0 && list.every((v, i) => Number.isFinite(v) && (i === 0 || v > list[i - 1]!));
}

/** The number below which a share of `share` lies, by straight lines between the sorted numbers, the i-th of which stands for (i + 1)/n. */
function quantile(sorted: Float64Array, share: number): number {
  const position = Math.min(Math.max(share * sorted.length - 1, 0), sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}
