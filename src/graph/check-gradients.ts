/**
 * @file Gradient checking: what backpropagation gives against central differences (f(x + ε) − f(x − ε)) / 2ε. The differences are taken of
 * the ops' float64 references, so that they are good to about ten digits and what is left of an error is that of the gradient.
 */

import { describe, fail, failShape } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { type Tensor, type TensorLike, tensor } from '../base/tensor.ts';
import { compileGraph } from './compile-graph.ts';
import type { RefArray } from './define-op.ts';
import { gradients } from './gradient.ts';
import { Graph } from './graph.ts';
import { interpret, toReference } from './interpret.ts';
import { inputNode, Node } from './node.ts';
import { Trace, withTrace } from './trace.ts';
import { Variable } from './variable.ts';

/** Options of {@link checkGradients}. */
export interface GradientCheckOptions {
  /** Weights that are checked besides the arguments. Default none. */
  readonly weights?: readonly Variable[];
  /** Positions of the arguments to check. Default: all that are float32. */
  readonly wrt?: readonly number[];
  /** ε of the differences, times max(1, |x|). Default 1e-5. */
  readonly epsilon?: number;
  /** Largest relative error that passes. Default 1e-3: kernels compute in float32. */
  readonly tolerance?: number;
  /** Elements of each tensor that are checked, spread evenly over it. Default 64. */
  readonly elements?: number;
  /** Whether layers behave as in training. Random draws are the same in every evaluation. Default true. */
  readonly training?: boolean;
}

/** What was found for one argument or weight. */
export interface TensorGradientCheck {
  /** `argument 0`, `weight "dense/kernel"`. */
  readonly name: string;
  readonly shape: Shape;
  /** Elements compared. */
  readonly checked: number;
  /** Elements left out because the function has a kink there: its differences to both sides do not agree. */
  readonly kinks: number;
  /**
   * Largest |computed − expected| / max(|computed|, |expected|, 1% of the largest expected of the tensor, 0.01% of the largest of all):
   * next to gradients of 1, one of 1e-7 is what rounding leaves of zero.
   */
  readonly error: number;
  /** The element with that error. */
  readonly worst: { readonly index: readonly number[]; readonly computed: number; readonly expected: number } | undefined;
  /** Whether the error is within the tolerance. False where all elements are at kinks, so that nothing could be compared. */
  readonly isOk: boolean;
}

/** What {@link checkGradients} found; `String(report)` is a table for people. */
export class GradientReport {
  readonly tensors: readonly TensorGradientCheck[];
  readonly tolerance: number;
  /** Relative difference of the function's value to its float64 reference. */
  readonly valueError: number;

  constructor(tensors: readonly TensorGradientCheck[], tolerance: number, valueError: number) {
    this.tensors = tensors;
    this.tolerance = tolerance;
    this.valueError = valueError;
  }

  /** Whether all gradients are right. */
  get isOk(): boolean {
    return this.tensors.every(({ isOk }) => isOk);
  }

  /** The largest relative error of all. */
  get error(): number {
    return this.tensors.reduce((largest, { error }) => (error <= largest ? largest : error), 0);
  }

  /** One line for each tensor, the worst element with it. */
  toString(): string {
    const names = this.tensors.map(({ name, shape }) => `${name} ${formatShape(shape)}`);
    const width = Math.max(...names.map(({ length }) => length));
    const lines = this.tensors.map(({ isOk, checked, kinks, error, worst, shape }, i) => {
      const at = worst
        ? ` at [${worst.index.join(', ')}]: computed ${worst.computed.toPrecision(6)}, expected ${worst.expected.toPrecision(6)}`
        : '';
      const left = kinks > 0 ? `, ${kinks} at kinks left out` : '';
      const mark = isOk ? 'ok    ' : checked === 0 ? 'unseen' : 'WRONG ';
      return `  ${mark} ${names[i]!.padEnd(width)}  error ${error.toExponential(1)}${at} (${checked} of ${sizeOf(shape)} elements${left})`;
    });
    const isUnseen = this.tensors.every(({ isOk, checked }) => isOk || checked === 0);
    const verdict = this.isOk ? 'right' : isUnseen ? 'not all seen' : 'WRONG';
    return [
      `Gradients are ${verdict}: largest relative error ${this.error.toExponential(1)}, tolerance ${this.tolerance}`,
      ...lines,
    ].join('\n');
  }
}

const optionNames = {
  weights: true,
  wrt: true,
  epsilon: true,
  tolerance: true,
  elements: true,
  training: true,
} satisfies Record<keyof GradientCheckOptions, true>;

const where = 'checkGradients';

function positiveNumber(name: string, value: number): number {
  if (typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY) return value;
  return fail(where, `\`${name}\` to be a number > 0`, describe(value));
}

/** Something differentiated by. */
interface Target {
  readonly name: string;
  readonly node: Node;
  readonly value: RefArray;
}

/**
 * Compares the gradient of a function with differences of it.
 *
 * @param fn computes a scalar from nodes, with ops, layers or models; layers must be built
 * @param inputs values of its arguments
 * @throws MyelinError when the function gives no scalar, or an option is bad. That a gradient is wrong is no error: see `isOk`
 *
 * @example
 * const report = checkGradients((x, y) => ops.mean(ops.square(ops.sub(model.apply(x), y))), [x, y], { weights: model.trainableWeights });
 * if (!report.isOk) console.log(String(report));
 */
export function checkGradients(
  fn: (...args: Node[]) => Node,
  inputs: readonly TensorLike[],
  options: GradientCheckOptions = {},
): GradientReport {
  checkOptionNames(where, options, optionNames);
  if (typeof fn !== 'function') fail(where, 'a function', describe(fn));
  if (!Array.isArray(inputs)) fail(where, '`inputs` to be a list of the arguments', describe(inputs));
  const { weights = [], training = true } = options;
  const epsilon = positiveNumber('epsilon', options.epsilon ?? 1e-5);
  const tolerance = positiveNumber('tolerance', options.tolerance ?? 1e-3);
  const elements = positiveNumber('elements', options.elements ?? 64);
  const tensors = inputs.map((input) => tensor(input));
  const args = tensors.map((value, i) => inputNode(`argument ${i}`, value));
  const trace = new Trace({ training });
  const { targets, value, computed } = withTrace(trace, () => {
    const value: unknown = fn(...args);
    if (!(value instanceof Node)) return fail(where, 'a function that returns a node', describe(value), 'compute with ops.');
    if (sizeOf(value.shape) !== 1)
      failShape(where, 'a function that returns a scalar', formatShape(value.shape), 'reduce it, with ops.sum.');
    const targets = targetsOf(tensors, args, weights, options.wrt);
    return {
      targets,
      value,
      computed: gradients(
        value,
        targets.map(({ node }) => node),
      ),
    };
  });
  const executable = compileGraph(new Graph([value, ...computed], []));
  args.forEach((arg, i) => {
    if (executable.reads(arg)) executable.view(arg).set(tensors[i]!.data);
  });
  executable.runSync();
  const found = computed.map((_, i) => executable.output(i + 1));
  const given = executable.output(0).data[0]!;
  executable.release();
  const feeds = new Map<Node, RefArray>(args.map((arg, i) => [arg, toReference(tensors[i]!)]));
  for (const { node, value: own } of targets) feeds.set(node, own);
  const evaluate = (): number => interpret([value], feeds)[0]!.data[0]!;
  const expected = evaluate();
  const compared = targets.map((target, i) => compareTarget(target, found[i]!, evaluate, epsilon, elements));
  const most = compared.reduce((largest, { rows }) => largestOf(rows, largest), 0);
  const checks = targets.map((target, i) => checkTarget(target, compared[i]!, most, tolerance));
  return new GradientReport(checks, tolerance, Math.abs(given - expected) / Math.max(Math.abs(expected), 1e-6));
}

function targetsOf(
  tensors: readonly Tensor[],
  args: readonly Node[],
  weights: readonly Variable[],
  wrt: readonly number[] = [...args.keys()].filter((i) => args[i]!.dtype === 'float32'),
): Target[] {
  const byArgument = wrt.map((i): Target => {
    const node = args[i] ?? fail(where, '`wrt` to hold positions of arguments', describe(i), `there are ${args.length}.`);
    if (node.dtype !== 'float32') fail(where, 'float32 arguments to differentiate by', `argument ${i} of ${node.dtype}`);
    return { name: `argument ${i}`, node, value: toReference(tensors[i]!) };
  });
  const byWeight = weights.map((weight): Target => {
    if (!(weight instanceof Variable)) fail(where, '`weights` to be variables', describe(weight));
    return { name: `weight "${weight.name}"`, node: weight.node, value: toReference(weight.read()) };
  });
  if (byArgument.length + byWeight.length === 0)
    fail(where, 'something to differentiate by', 'nothing', 'name arguments or weights.');
  return [...byArgument, ...byWeight];
}

function indexOf(shape: Shape, at: number): number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = at; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

/** Gradients of some elements of a tensor: what backpropagation gave, and what differences give. */
interface Comparison {
  readonly rows: readonly { readonly at: number; readonly computed: number; readonly expected: number }[];
  readonly kinks: number;
}

function largestOf(rows: Comparison['rows'], least = 0): number {
  return rows.reduce((most, { expected }) => Math.max(most, Math.abs(expected)), least);
}

function compareTarget(
  { value }: Target,
  computed: Tensor,
  evaluate: () => number,
  epsilon: number,
  elements: number,
): Comparison {
  const { data } = value as { data: Float64Array };
  const size = data.length;
  const count = Math.min(size, Math.floor(elements));
  const middle = evaluate();
  const rows: { at: number; computed: number; expected: number }[] = [];
  let kinks = 0;
  for (let k = 0; k < count; k++) {
    const at = Math.floor((k * size) / count);
    const held = data[at]!;
    const step = epsilon * Math.max(1, Math.abs(held));
    data[at] = held + step;
    const above = evaluate();
    data[at] = held - step;
    const below = evaluate();
    data[at] = held;
    const expected = (above - below) / (2 * step);
    // Rounding leaves about 1e-16 / ε of a difference, curvature about ε.
    const [right, left] = [(above - middle) / step, (middle - below) / step];
    const isSmooth =
      Math.abs(right - left) <= 1e-3 * Math.max(Math.abs(right), Math.abs(left)) + 1e-4 * Math.max(1, Math.abs(middle));
    if (isSmooth || Number.isNaN(right - left)) rows.push({ at, computed: computed.data[at]!, expected });
    else kinks++;
  }
  return { rows, kinks };
}

/** @param most the largest gradient of all tensors */
function checkTarget({ name, node }: Target, { rows, kinks }: Comparison, most: number, tolerance: number): TensorGradientCheck {
  // A gradient that is zero in theory comes out as what rounding leaves of sums of others: nothing, beside those.
  const least = Math.max(0.01 * largestOf(rows), 1e-4 * most, 1e-12);
  let error = 0;
  let worst: TensorGradientCheck['worst'];
  for (const { at, computed: own, expected } of rows) {
    const scale = Math.max(Math.abs(own), Math.abs(expected), least);
    const relative = own === expected ? 0 : Math.abs(own - expected) / scale;
    if (relative <= error) continue;
    // NaN is never <=: it is the worst there can be.
    error = Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative;
    worst = { index: indexOf(node.shape, at), computed: own, expected };
  }
  // Where every element lies at a kink nothing was compared, which says nothing good.
  const isSeen = rows.length > 0 || kinks === 0;
  return { name, shape: node.shape, checked: rows.length, kinks, error, worst, isOk: isSeen && error <= tolerance };
}
