/**
 * @file Tracing functions: `jit` turns a function of tensors into compiled programs, one for each combination of shapes it meets;
 * `grad` and `valueAndGrad` turn a function that computes a loss into one that computes its gradient. The shape of this
 * interface is jax's.
 */

import { describe, fail } from '../base/fail.ts';
import { Tensor, type TensorLike, tensor } from '../base/tensor.ts';
import type { Executable } from '../compiler/index.ts';
import { compileGraph } from './compile-graph.ts';
import { asNode } from './define-op.ts';
import { gradients } from './gradient.ts';
import { Graph } from './graph.ts';
import { inputNode, Node } from './node.ts';
import { isTracing, Trace, withTrace } from './trace.ts';
import { Variable } from './variable.ts';

/** What a traced function may return: a node, or arrays and objects of them. */
export type Traced = Node | readonly Traced[] | { readonly [key: string]: Traced };

/** The same structure with tensors for nodes. */
export type Computed<T> = T extends Node ? Tensor : { [K in keyof T]: Computed<T[K]> };

/** Lists the nodes of a structure in a fixed order. */
function leaves(value: Traced): Node[] {
  if (value instanceof Node) return [value];
  if (value instanceof Tensor || typeof value === 'number') return [asNode('jit', value)];
  if (typeof value !== 'object' || value === null)
    return fail('jit', 'a function that returns nodes, or arrays or objects of nodes', describe(value));
  return Object.values(value).flatMap(leaves);
}

/** The structure of `value` with the elements of `tensors` in place of its nodes. */
function rebuild(value: Traced, tensors: Tensor[]): unknown {
  if (value instanceof Node || value instanceof Tensor || typeof value === 'number') return tensors.shift();
  if (Array.isArray(value)) return value.map((element) => rebuild(element, tensors));
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, rebuild(element as Traced, tensors)]));
}

interface Compiled {
  readonly executable: Executable;
  readonly inputs: readonly Node[];
  readonly result: Traced;
  readonly beforeRun: readonly (() => void)[];
}

/** Programs one jitted function keeps; a function that meets more combinations of shapes drops the oldest. */
const cacheSize = 64;

/**
 * Compiles a function of tensors. The function runs once per combination of argument shapes, with nodes in place of tensors, and
 * what it does with them (ops, layers, `optimizer.apply`) becomes one program; later calls only run that program.
 *
 * The function must do the same for the same shapes: JavaScript values it reads are fixed when it is traced, except those of
 * variables.
 *
 * @example
 * const distance = jit((a, b) => ops.sum(ops.square(ops.sub(a, b))));
 * distance([1, 2], [3, 4]).item(); // 8
 */
export function jit<R extends Traced>(fn: (...args: Node[]) => R): (...args: (TensorLike | Node)[]) => Computed<R> {
  const cache = new Map<string, Compiled>();
  const compileFor = (args: readonly Tensor[]): Compiled => {
    const trace = new Trace({ training: true });
    const inputs = args.map((arg, i) => inputNode(`argument ${i}`, arg));
    const result = withTrace(trace, () => fn(...inputs));
    return { executable: compileGraph(new Graph(leaves(result), trace.effects)), inputs, result, beforeRun: trace.beforeRun };
  };
  return (...args) => {
    // Inside another trace the function is just inlined.
    if (isTracing())
      return fn(...args.map((arg) => asNode('jit', arg instanceof Node ? arg : tensor(arg)))) as unknown as Computed<R>;
    const tensors = args.map((arg) => (arg instanceof Node ? fail('jit', 'tensors as arguments', 'a Node') : tensor(arg)));
    const key = tensors.map(({ dtype, shape }) => `${dtype}[${shape}]`).join();
    let compiled = cache.get(key);
    if (!compiled) {
      compiled = compileFor(tensors);
      cache.set(key, compiled);
      if (cache.size > cacheSize) cache.delete(cache.keys().next().value!);
    }
    const { executable, inputs, result } = compiled;
    for (const hook of compiled.beforeRun) hook();
    inputs.forEach((input, i) => {
      if (executable.reads(input)) executable.view(input).set(tensors[i]!.data);
    });
    executable.runSync();
    const values = leaves(result).map((_, i) => executable.output(i));
    return rebuild(result, values) as Computed<R>;
  };
}

/** What to differentiate by. */
export interface GradientOptions {
  /** Positions of arguments (default: the first), or variables. */
  readonly wrt?: number | readonly number[] | readonly Variable[];
}

/** A function that takes tensors and gives tensors, or, inside a traced function, takes and gives nodes. */
export interface Differentiated<T extends object, N extends object> {
  (...args: TensorLike[]): T;
  (...args: Node[]): N;
}

/**
 * A function that computes `fn` and its gradient. Inside a traced function it takes and gives nodes; called with tensors it
 * compiles itself.
 *
 * @param fn computes a scalar loss from its arguments
 * @returns a function of the same arguments that gives `{ value, gradients }`; `gradients` has one entry for each thing differentiated by
 */
export function valueAndGrad(
  fn: (...args: Node[]) => Node,
  { wrt = 0 }: GradientOptions = {},
): Differentiated<{ value: Tensor; gradients: Tensor[] }, { value: Node; gradients: Node[] }> {
  const list: readonly (number | Variable)[] = typeof wrt === 'number' ? [wrt] : wrt;
  const traced = jit((...args: Node[]) => {
    const value = fn(...args);
    const nodes = list.map((target) => {
      if (target instanceof Variable) return target.node;
      return (
        args[target] ??
        fail('valueAndGrad', '`wrt` to name an argument', `${target}`, `the function has ${args.length} arguments.`)
      );
    });
    return { value, gradients: gradients(value, nodes) };
  });
  return traced as unknown as ReturnType<typeof valueAndGrad>;
}

/** As {@link valueAndGrad}, giving only the list of gradients. */
export function grad(fn: (...args: Node[]) => Node, options: GradientOptions = {}): Differentiated<Tensor[], Node[]> {
  const both = valueAndGrad(fn, options) as (...args: unknown[]) => { gradients: unknown };
  return ((...args: unknown[]) => both(...args).gradients) as Differentiated<Tensor[], Node[]>;
}
