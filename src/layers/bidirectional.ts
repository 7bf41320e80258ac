import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { lookup } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add, concat, mul, reshape, reverse, scale, select } from '../graph/ops.ts';
import { type CallContext, Layer, type LayerOptions, type Mask, type Nodes, type Shapes, shapesIn } from './layer.ts';
import { Recurrent, type RecurrentLayerOptions } from './recurrent.ts';

/** How {@link Bidirectional} puts the two directions together. */
export type MergeMode = 'concat' | 'sum' | 'mul' | 'ave';

/** Options of {@link Bidirectional}. */
export interface BidirectionalOptions extends LayerOptions {
  /** A recurrent layer: both directions are copies of it, made of its options. */
  readonly layer: Recurrent<never> | Recurrent;
  /** Default 'concat'; null gives both outputs as a list. */
  readonly mergeMode?: MergeMode | null;
  /** What reads the sequence from its end, if it is to differ from `layer` in more than the direction. */
  readonly backwardLayer?: Recurrent<never> | Recurrent;
}

const merges: Readonly<Record<MergeMode, (a: Node, b: Node) => Node>> = {
  concat: (a, b) => concat([a, b], -1),
  sum: (a, b) => add(a, b),
  mul: (a, b) => mul(a, b),
  ave: (a, b) => scale(add(a, b), 0.5),
};

/** A layer of the same class and options, with others in their place. */
function copyOf(layer: Recurrent, changes: Partial<RecurrentLayerOptions>): Recurrent {
  const Type = layer.constructor as new (options: RecurrentLayerOptions) => Recurrent;
  return new Type({ ...layer.options, ...changes });
}

/**
 * Reads a sequence in both directions with a recurrent layer each, and merges what they give step by step. Weights: those of the forward
 * layer, then those of the backward layer.
 *
 * Shape: as of the layer, with 2·units instead of units for 'concat'. With `returnState` the states follow the output, first the forward
 * ones; initial states follow the input in the same order. With `returnSequences` a masked step gives 0.
 *
 * @throws MyelinError when `layer` is not recurrent, both layers go in the same direction or return differently, or `mergeMode` is unknown
 */
export class Bidirectional extends Layer<BidirectionalOptions> {
  static override readonly type: string = 'Bidirectional';
  static override readonly optionNames: OptionNames = { layer: true, mergeMode: true, backwardLayer: true } satisfies OwnOptions<
    BidirectionalOptions,
    LayerOptions
  >;
  readonly forwardLayer: Recurrent;
  readonly backwardLayer: Recurrent;
  readonly #merge: ((a: Node, b: Node) => Node) | null;

  constructor(options: BidirectionalOptions) {
    super(options);
    const { layer, mergeMode = 'concat', backwardLayer } = this.options;
    for (const given of [layer, ...(backwardLayer === undefined ? [] : [backwardLayer])])
      if (!(given instanceof Recurrent)) fail(this.where, 'a recurrent layer such as LSTM', describe(given));
    this.#merge = mergeMode === null ? null : lookup(this.where, 'mergeMode', mergeMode, merges);
    const forward = layer as Recurrent;
    this.forwardLayer = copyOf(forward, { name: `forward_${forward.name}` });
    const backward = (backwardLayer as Recurrent | undefined) ?? forward;
    const goBackwards = backwardLayer ? (backward.options.goBackwards ?? false) : !(forward.options.goBackwards ?? false);
    this.backwardLayer = copyOf(backward, { name: `backward_${backward.name}`, goBackwards });
    this.#checkPair();
  }

  #checkPair(): void {
    const [a, b] = [this.forwardLayer.options, this.backwardLayer.options];
    if ((a.goBackwards ?? false) === (b.goBackwards ?? false))
      fail(
        this.where,
        '`layer` and `backwardLayer` to go in different directions',
        `goBackwards: ${a.goBackwards ?? false} of both`,
      );
    for (const key of ['returnSequences', 'returnState', 'stateful'] as const)
      if ((a[key] ?? false) !== (b[key] ?? false))
        fail(this.where, `\`${key}\` to be the same in both layers`, `${a[key] ?? false} and ${b[key] ?? false}`);
    if (this.#merge && this.#merge !== merges.concat && this.forwardLayer.units !== this.backwardLayer.units)
      fail(this.where, 'layers of as many units each', `${this.forwardLayer.units} and ${this.backwardLayer.units}`);
  }

  /** Sets the states of both directions, if they are stateful, to zero. */
  resetStates(): void {
    this.forwardLayer.resetStates();
    this.backwardLayer.resetStates();
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(_inputs: Nodes, [mask]: readonly Mask[]): readonly Mask[] {
    if (!this.#returnsSequences) return [];
    return this.#merge ? [mask] : [mask, mask];
  }

  get #returnsSequences(): boolean {
    return this.forwardLayer.options.returnSequences ?? false;
  }

  /** The sequence with the states of each direction, from a list of all inputs. */
  #share<T>([sequence, ...states]: readonly T[]): readonly [forward: readonly T[], backward: readonly T[]] {
    const { stateCount } = this.forwardLayer;
    const all = states.length > 0 ? stateCount + this.backwardLayer.stateCount : 0;
    if (states.length !== all)
      fail(this.where, `an input alone, or followed by ${all} states`, `${states.length} after the input`);
    return [
      [sequence!, ...states.slice(0, stateCount)],
      [sequence!, ...states.slice(stateCount)],
    ];
  }

  override build(inputShape: Shapes): Shapes {
    const [forward, backward] = this.#share(shapesIn(inputShape));
    const [[a, ...aStates], [b, ...bStates]] = [
      this.forwardLayer.ensureBuiltAll(forward),
      this.backwardLayer.ensureBuiltAll(backward),
    ] as [PartialShape[], PartialShape[]];
    const states = [...aStates, ...bStates];
    if (!this.#merge) return [a!, b!, ...states];
    const width = this.#merge === merges.concat ? a!.at(-1)! + b!.at(-1)! : a!.at(-1)!;
    const merged = [...a!.slice(0, -1), width];
    return states.length > 0 ? [merged, ...states] : merged;
  }

  override call(x: Nodes, { training, mask }: CallContext): Nodes {
    const [forward, backward] = this.#share((Array.isArray(x) ? x : [x]) as readonly Node[]);
    const [[a, ...aStates], [b, ...bStates]] = [
      this.forwardLayer.applyAll(forward, { training, mask }),
      this.backwardLayer.applyAll(backward, { training, mask }),
    ] as [Node[], Node[]];
    const outputs = [this.#inOrder(a!, this.forwardLayer, mask), this.#inOrder(b!, this.backwardLayer, mask)] as const;
    const states = [...aStates, ...bStates];
    if (!this.#merge) return [...outputs, ...states];
    const merged = this.#merge(...outputs);
    return states.length > 0 ? [merged, ...states] : merged;
  }

  /** The outputs of a direction in the order of time, 0 where masked. */
  #inOrder(y: Node, layer: Recurrent, mask: Mask): Node {
    if (!this.#returnsSequences) return y;
    const inTime = layer.options.goBackwards ? reverse(y, 1) : y;
    return mask ? select(reshape(mask, [...mask.shape, 1]), inTime, 0) : inTime;
  }
}
