/**
 * @file The op engine: runs the kernels of one op as its record lowers them, between guard words, on any build and number of threads,
 * and checks its gradient against central differences of its reference.
 */

import { bytesOf, sizeOf } from '../../src/base/shape.ts';
import { Tensor, type TypedArray } from '../../src/base/tensor.ts';
import { ACTIVATION_NONE, Engine, type EngineOptions, type Pointer } from '../../src/engine/index.ts';
import { compileGraph } from '../../src/graph/compile-graph.ts';
import type { Epilogue, OpRecord, RefArray } from '../../src/graph/define-op.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { Graph } from '../../src/graph/graph.ts';
import { constantNode, inputNode, type Node, OpCall, type TensorSpec } from '../../src/graph/node.ts';
import { add, mul, sum } from '../../src/graph/ops.ts';
import { verifyGraph } from '../../src/graph/verify.ts';
import { type BuildName, buildBytes } from './engine.ts';
import { generator, seedOf } from './random.ts';
import { referenceOf, toReference } from './reference.ts';

/** An engine with guard words around every block that runs `build` on `threads` threads. */
export async function guardedEngine(build: BuildName, threads: number): Promise<Engine> {
  const shared = build === 'debug' || build.endsWith('-shared');
  const source = { name: build, relaxedSimd: build.startsWith('relaxed'), source: buildBytes(build) };
  const options: EngineOptions = { build: source, shared, guard: true, maximumPages: 1024 };
  const engine = new Engine(options);
  await engine.useThreads({ threads });
  if (engine.threads !== threads) throw new Error(`${threads} threads, but ${engine.reason}`);
  return engine;
}

/** How an op is run. */
export interface RunOptions {
  /** Threads. Default 1. */
  readonly parts?: number;
  /** The input over whose buffer the first output is written. */
  readonly over?: number;
  /** What a matrix product adds on its way out. */
  readonly epilogue?: { readonly bias: Tensor; readonly activation: number };
}

function viewOf({ memory }: Engine, { shape, dtype }: TensorSpec, address: number): TypedArray {
  const size = sizeOf(shape);
  if (dtype === 'float32') return memory.f32(address, size);
  return dtype === 'int32' ? memory.i32(address, size) : memory.u8(address, size);
}

/** Runs one op on `inputs` and returns its outputs, or, of an op that writes, what the written inputs hold afterwards. */
export function runOp(
  engine: Engine,
  op: OpRecord,
  inputs: readonly Tensor[],
  attrs: object,
  options: RunOptions = {},
): Tensor[] {
  const { memory } = engine;
  const addresses: number[] = [];
  const allocate = (bytes: number, label: string): number => {
    const address = memory.allocate(bytes, label);
    addresses.push(address);
    return address;
  };
  const place = (spec: TensorSpec, label: string): number => allocate(sizeOf(spec.shape) * bytesOf(spec.dtype), label);
  const inferred = op.infer(inputs, attrs);
  const outputs: readonly TensorSpec[] = 'shape' in inferred ? [inferred] : inferred;
  const inputPointers = inputs.map((input, i) => place(input, `input ${i} of ${op.name}`));
  const outputPointers = outputs.map((spec, i) => {
    if (op.view) return inputPointers[0]!;
    return i === 0 && options.over !== undefined ? inputPointers[options.over]! : place(spec, `output ${i} of ${op.name}`);
  });
  const biasPointer = options.epilogue ? place(options.epilogue.bias, 'bias') : 0;
  const epilogue: Epilogue = { bias: biasPointer, activation: options.epilogue?.activation ?? ACTIVATION_NONE };
  const scratchSize = op.scratch?.(inputs, attrs, engine.threads) ?? 0;
  const tables: { address: number; words: readonly number[] }[] = [];
  const writer = engine.write();
  op.lower(writer.k, {
    inputs: inputPointers,
    outputs: outputPointers,
    inputSpecs: inputs,
    outputSpecs: outputs,
    attrs,
    scratch: scratchSize > 0 ? allocate(4 * scratchSize, 'scratch') : 0,
    n: sizeOf(outputs[0]?.shape ?? []),
    barrier: () => writer.barrier(),
    offset: (pointer: Pointer, elements) => (typeof pointer === 'number' ? pointer + 4 * elements : pointer),
    table: (words) => {
      const address = allocate(4 * words.length, 'table');
      tables.push({ address, words });
      return address;
    },
    epilogue,
  });
  const program = writer.finish();
  for (const { address, words } of tables) memory.i32(address, words.length).set(words);
  inputs.forEach((input, i) => {
    viewOf(engine, input, inputPointers[i]!).set(input.data);
  });
  if (options.epilogue) viewOf(engine, options.epilogue.bias, biasPointer).set(options.epilogue.bias.data);
  engine.runOn(program, options.parts ?? 1);
  memory.checkGuards();
  const written = op.writes?.(inputs.length, attrs);
  const results = written
    ? written.map((index) => new Tensor(viewOf(engine, inputs[index]!, inputPointers[index]!).slice(), inputs[index]!.shape))
    : outputs.map((spec, i) => new Tensor(viewOf(engine, spec, outputPointers[i]!).slice(), spec.shape));
  const changed = inputs.findIndex((input, i) => {
    if (written?.includes(i) || (options.over === i && !op.view)) return false;
    return viewOf(engine, input, inputPointers[i]!).some((value, at) => !Object.is(value, input.data[at]));
  });
  if (changed >= 0) throw new Error(`${op.name} changed its input ${changed}`);
  program.release();
  for (const address of addresses) memory.free(address);
  return results;
}

/** Positions of the inputs that a gradient can be checked by. */
export function differentiableInputs(op: OpRecord, inputs: readonly TensorSpec[]): number[] {
  const excluded = op.test.nonDifferentiable ?? [];
  return inputs.flatMap(({ dtype }, i) => (dtype === 'float32' && !excluded.includes(i) ? [i] : []));
}

/** Gradients by `wrt` of Σ outputs · weights, by the op's own rule and compiled kernels. */
export function gradientsOf(
  op: OpRecord,
  inputs: readonly Tensor[],
  attrs: object,
  weights: readonly Tensor[],
  wrt: readonly number[],
): Tensor[] {
  const nodes = inputs.map((input, i) => inputNode(`input ${i}`, input));
  const call = new OpCall(op, nodes, attrs);
  const terms = call.outputs.flatMap((output, i): Node[] =>
    output.dtype === 'float32' ? [sum(mul(output, constantNode(weights[i]!)))] : [],
  );
  const wanted = gradients(
    terms.reduce((a, b) => add(a, b)),
    wrt.map((index) => nodes[index]!),
  );
  verifyGraph(wanted);
  const executable = compileGraph(new Graph(wanted));
  nodes.forEach((node, i) => {
    if (executable.reads(node)) executable.view(node).set(inputs[i]!.data);
  });
  executable.runSync();
  const results = wanted.map((_, i) => executable.output(i));
  executable.release();
  return results;
}

/** Step of the central differences: small beside the distance to the next kink, large beside the rounding of float64. */
const step = 1e-5;

/**
 * Throws unless the directional derivatives of Σ outputs · weights by each input, computed by the op's gradient, agree with central
 * differences of its reference.
 */
export function checkGradient(op: OpRecord, inputs: readonly Tensor[], attrs: object): void {
  const random = generator(seedOf(op.name));
  const wrt = differentiableInputs(op, inputs);
  const exact: readonly RefArray[] = inputs.map(toReference);
  const types = [op.infer(inputs, attrs)].flat().map(({ dtype }) => dtype);
  // Outputs that are no numbers to differentiate, such as indices, have no part in the sum.
  const weights = referenceOf(op, exact, attrs).map(
    ({ shape, data }, i) =>
      new Tensor(
        Float32Array.from(data, () => (types[i] === 'float32' ? 2 * random() - 1 : 0)),
        shape,
      ),
  );
  const lossOf = (values: readonly RefArray[]): number =>
    referenceOf(op, values, attrs).reduce(
      (total, { data }, i) => data.reduce((sum, value, at) => sum + value * weights[i]!.data[at]!, total),
      0,
    );
  const computed = gradientsOf(op, inputs, attrs, weights, wrt);
  wrt.forEach((index, i) => {
    const direction = Float64Array.from(inputs[index]!.data, () => (random() < 0.5 ? -1 : 1) * (0.5 + random() / 2));
    const moved = (by: number): RefArray[] =>
      exact.map((input, at) =>
        at === index ? { shape: input.shape, data: input.data.map((value, j) => value + by * direction[j]!) } : input,
      );
    const expected = (lossOf(moved(step)) - lossOf(moved(-step))) / (2 * step);
    const products = Array.from(computed[i]!.data, (value, j) => value * direction[j]!);
    const got = products.reduce((a, b) => a + b, 0);
    // What rounding in float32 can add up to, and what differences in float64 can.
    const allowed = 1e-5 * products.reduce((sum, value) => sum + Math.abs(value), 0) + 1e-6;
    if (!(Math.abs(got - expected) <= allowed)) {
      throw new Error(
        `gradient of ${op.name} by input ${index}: ${got} along a random direction, differences give ${expected} ± ${allowed}`,
      );
    }
  });
}
