import { describe, expect, test } from 'vitest';
import { Tensor } from '../../../src/base/tensor.ts';
import { gradients } from '../../../src/graph/gradient.ts';
import { jit } from '../../../src/graph/jit.ts';
import { constantNode, type Node } from '../../../src/graph/node.ts';
import * as ops from '../../../src/graph/ops.ts';
import { expectClose } from '../../support/compare.ts';
import { type GoldenCase, type GoldenTensor, loadGolden } from '../../support/golden.ts';

type Nodes = Readonly<Record<string, Node>>;

/** What a golden case computes, from its inputs by name and its configuration. */
type Compute = (inputs: Nodes, config: Config) => Node | Nodes;

/** The keys the configurations of these files have. */
interface Config {
  readonly op?: string;
  readonly activation?: string;
  readonly f?: string;
  readonly axis?: number | readonly number[] | null;
  readonly keepdims?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly transpose_a?: boolean;
  readonly transpose_b?: boolean;
  readonly begin?: readonly number[];
  readonly size?: readonly number[];
  readonly sizes?: readonly number[];
  readonly perm?: readonly number[];
  readonly shape?: readonly number[];
  readonly paddings?: readonly [number, number][];
  readonly value?: number;
  readonly mode?: string;
  readonly depth?: number;
}

const unary =
  (op: (x: Node) => Node): Compute =>
  ({ x }) =>
    op(x!);
const binary =
  (op: (a: Node, b: Node) => Node): Compute =>
  ({ a, b }) =>
    op(a!, b!);
const reduction =
  (op: (x: Node, axes?: number | readonly number[] | null, keepDims?: boolean) => Node): Compute =>
  ({ x }, { axis, keepdims }) =>
    op(x!, axis, keepdims);
const alongAxis =
  (op: (x: Node, axis?: number) => Node): Compute =>
  ({ x }, { axis }) =>
    op(x!, axis as number);

/** Every op of the golden files that exists here. */
const known: Readonly<Record<string, Compute>> = {
  add: binary(ops.add),
  sub: binary(ops.sub),
  mul: binary(ops.mul),
  div: binary(ops.div),
  maximum: binary(ops.maximum),
  minimum: binary(ops.minimum),
  pow: binary(ops.pow),
  squared_difference: binary(ops.squaredDifference),
  neg: unary(ops.neg),
  abs: unary(ops.abs),
  exp: unary(ops.exp),
  expm1: unary(ops.expm1),
  log: unary(ops.log),
  log1p: unary(ops.log1p),
  sqrt: unary(ops.sqrt),
  rsqrt: unary(ops.rsqrt),
  square: unary(ops.square),
  reciprocal: unary(ops.reciprocal),
  sin: unary(ops.sin),
  cos: unary(ops.cos),
  erf: unary(ops.erf),
  sigmoid: unary(ops.sigmoid),
  tanh: unary(ops.tanh),
  sign: unary(ops.sign),
  floor: unary(ops.floor),
  ceil: unary(ops.ceil),
  round_half_even: unary(ops.round),
  clip: ({ x }, { min, max }) => ops.clip(x!, min!, max!),
  matmul: ({ a, b }, config) => ops.matmul(a!, b!, { transposeA: config.transpose_a!, transposeB: config.transpose_b! }),
  sum: reduction(ops.sum),
  mean: reduction(ops.mean),
  max: reduction(ops.max),
  min: reduction(ops.min),
  prod: reduction(ops.prod),
  logsumexp: reduction(ops.logSumExp),
  variance: reduction(ops.variance),
  std: reduction(ops.std),
  norm: reduction(ops.norm),
  argmax: alongAxis(ops.argmax),
  argmin: alongAxis(ops.argmin),
  gather: ({ x, ids }) => ops.gatherRows(x!, ids!),
  reverse: ({ x }, { axis }) => ops.reverse(x!, axis as number),
  slice: ({ x }, { begin, size }) => ops.slice(x!, begin!, size!),
  transpose: ({ x }, { perm }) => ops.transpose(x!, perm!),
  reshape: ({ x }, { shape }) => ops.reshape(x!, shape!),
  broadcast_to: ({ x }, { shape }) => ops.broadcastTo(x!, shape!),
  pad: ({ x }, { paddings, value }) => ops.pad(x!, paddings!, value),
  concat: ({ a, b }, { axis }) => ops.concat([a!, b!], axis as number),
  stack: ({ a, b }, { axis }) => ops.stack([a!, b!], axis as number),
  split: ({ x }, { sizes, axis }) => Object.fromEntries(ops.split(x!, sizes!, axis as number).map((part, i) => [`y${i}`, part])),
  where: ({ cond, a, b }) => ops.select(cond!, a!, b!),
  one_hot: ({ ids }, { depth }) => ops.oneHot(ids!, depth!),
  softmax: alongAxis(ops.softmax),
  log_softmax: alongAxis(ops.logSoftmax),
  sparsemax: alongAxis(ops.sparsemax),
  'composite x*x+sin(x)*exp(-x)': ({ x }) => ops.add(ops.mul(x!, x!), ops.mul(ops.sin(x!), ops.exp(ops.neg(x!)))),
  'composite stop_gradient(x)*x': ({ x }) => ops.mul(ops.stopGradient(x!), x!),
  'composite a@b + (a@b).T summed twice': ({ a, b }) => {
    const product = ops.matmul(a!, b!);
    return ops.add(product, ops.add(ops.transpose(product), ops.transpose(product)));
  },
  'composite softmax attention': ({ q, k, v }) => {
    const scores = ops.scale(ops.matmul(q!, k!, { transposeB: true }), 1 / Math.sqrt(q!.shape[1]!));
    return ops.matmul(ops.softmax(scores), v!);
  },
};

/** Cases that cannot be checked yet, by op or by the name of the case, and why. */
const missing: Readonly<Record<string, string>> = {
  atan2: 'no such op',
  log2: 'no such op',
  tan: 'no such op',
  asin: 'no such op',
  acos: 'no such op',
  atan: 'no such op',
  sinh: 'no such op',
  cosh: 'no such op',
  lgamma: 'no such op',
  einsum: 'no such op',
  cumsum: 'no such op',
  cumprod: 'no such op',
  sort: 'no such op',
  argsort: 'no such op',
  top_k: 'no such op',
  take_along_axis: 'no such op',
  strided_slice: 'no such op',
  tile: 'no such op',
  repeat: 'no such op',
  triu: 'no such op',
  tril: 'no such op',
  diag_part: 'no such op',
  glu: 'no such op: an activation',
  prelu: 'no such op: a layer',
  'gather axis 1': 'rows are gathered along the first axis only',
  'pad reflect': 'padding with a constant only',
  'pad symmetric_edge': 'padding with a constant only',
};

function keyOf({ name, config }: GoldenCase): string {
  if (name in missing || name in known) return name;
  const { op, activation } = config as Config;
  return op ?? activation ?? name;
}

function toTensor({ shape, data, dtype }: GoldenTensor): Tensor {
  return new Tensor(dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data), shape);
}

/** Outputs and gradients of a case, by name. */
function run(testCase: GoldenCase, compute: Compute): { outputs: Record<string, Tensor>; grads: Record<string, Tensor> } {
  const names = Object.keys(testCase.inputs);
  const gradNames = Object.keys(testCase.grads ?? {});
  const traced = jit((...args: Node[]) => {
    const inputs = Object.fromEntries(names.map((name, i) => [name, args[i]!]));
    const result = compute(inputs, testCase.config as Config);
    const outputs: Nodes = 'source' in result ? { y: result as Node } : result;
    const terms = Object.entries(testCase.upstream ?? {}).map(([name, weights]) =>
      ops.sum(ops.mul(outputs[name]!, constantNode(toTensor(weights)))),
    );
    const wrt = gradNames.map((name) => inputs[name]!);
    const list =
      wrt.length > 0
        ? gradients(
            terms.reduce((a, b) => ops.add(a, b)),
            wrt,
          )
        : [];
    return { outputs, grads: Object.fromEntries(gradNames.map((name, i) => [name, list[i]!])) };
  });
  return traced(...names.map((name) => toTensor(testCase.inputs[name]!))) as {
    outputs: Record<string, Tensor>;
    grads: Record<string, Tensor>;
  };
}

function check(
  testCase: GoldenCase,
  got: Record<string, Tensor>,
  wanted: Readonly<Record<string, GoldenTensor>>,
  prefix: string,
): void {
  for (const [name, { shape, data }] of Object.entries(wanted)) {
    const tensor = got[name];
    if (!tensor) throw new Error(`no ${prefix}${name}`);
    expect(tensor.shape, name).toEqual(shape);
    // What PyTorch's own float32 loses is no fault.
    const absolute = Math.max(1e-6, 10 * (testCase.f32err?.[`${prefix}${name}`] ?? 0));
    expectClose(tensor.data, data, { absolute, relative: 1e-5 }, `${prefix}${name}`);
  }
}

const cases = ['ops_1', 'ops_2', 'softmax_prelu'].flatMap((file) => loadGolden(file).cases);

describe('golden values', () => {
  test.each(cases.filter((each) => keyOf(each) in known).map((each) => ({ name: each.name, each })))('$name', ({ each }) => {
    const { outputs, grads } = run(each, known[keyOf(each)]!);
    check(each, outputs, each.outputs, '');
    check(each, grads, each.grads ?? {}, 'grad:');
  });

  test('every case is either checked or named with the reason why not', () => {
    expect(cases.map(keyOf).filter((key) => !(key in known) && !(key in missing))).toEqual([]);
    expect(Object.keys(missing).filter((key) => key in known)).toEqual([]);
    expect([...Object.keys(missing), ...Object.keys(known)].filter((key) => !cases.some((each) => keyOf(each) === key))).toEqual(
      [],
    );
  });

  test('nothing that is said to be missing exists', () => {
    const folded = new Set(Object.keys(ops).map((name) => name.toLowerCase()));
    expect(Object.keys(missing).filter((name) => folded.has(name.replaceAll('_', '')))).toEqual([]);
  });
});

describe('gradients of gradients', () => {
  const functions: Readonly<Record<string, Compute>> = {
    'x^3': ({ x }) => ops.sum(ops.pow(x!, 3)),
    tanh: ({ x }) => ops.sum(ops.tanh(x!)),
    mlp: ({ x, W }) => ops.sum(ops.square(ops.tanh(ops.matmul(ops.reshape(x!, [1, -1]), W!)))),
  };
  const { cases: secondOrder } = loadGolden('second_order');

  test.each(secondOrder.map((each) => ({ name: each.name, each })))('$name', ({ each }) => {
    const compute = functions[each.name]!;
    const { outputs } = run(each, (inputs, config) => {
      const [gradient] = gradients(compute(inputs, config) as Node, [inputs.x!]);
      const [product] = gradients(ops.sum(ops.mul(gradient!, inputs.v!)), [inputs.x!]);
      return { gradient: gradient!, hessian_vector_product: product! };
    });
    check(each, outputs, each.outputs, '');
  });
});
