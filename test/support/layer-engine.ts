/** @file The layer engine: what must hold of every layer, checked by one call. */

import { expect } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { type PartialShape, type Shape, sizeOf } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { mean, mul, reshape, slice, square, sub, sum } from '../../src/graph/ops.ts';
import { Lambda, Layer } from '../../src/layers/index.ts';
import { layerFromJSON, layerToJSON, Sequential } from '../../src/models/index.ts';

/** What a layer is expected to do. */
export interface LayerExpectation {
  readonly out: Shape;
  /** Number of weights. */
  readonly weights: number;
  /** Layers that change their outputs at random in training are not differentiated numerically. */
  readonly isRandom?: boolean;
  /** Step of the central differences. Default 1e-2. */
  readonly step?: number;
}

/** Numbers in [−1, 1] that follow from the index, away from 0 so that kinks are not met. */
export function pattern(shape: Shape, phase = 0): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const value = (((i + 1) * 7919 + phase * 104729) % 2003) / 1001.5 - 1;
    return value >= 0 ? value * 0.9 + 0.1 : value * 0.9 - 0.1;
  });
  return new Tensor(data, shape);
}

/** A layer of several inputs behind one input that holds them side by side, as a model of one input needs it. */
class SideBySide extends Layer {
  static override readonly type: string = 'SideBySide';
  readonly layer: Layer;
  readonly #shapes: readonly Shape[];

  constructor(layer: Layer, shapes: readonly Shape[]) {
    super();
    this.layer = layer;
    this.#shapes = shapes;
  }

  override build(inputShape: PartialShape): PartialShape {
    return [inputShape[0] ?? null, ...this.layer.ensureBuilt(withoutBatch(this.#shapes)).slice(1)];
  }

  override call(x: Node): Node {
    const batch = x.shape[0]!;
    let start = 0;
    const inputs = this.#shapes.map((shape) => {
      const size = sizeOf(shape.slice(1));
      start += size;
      return reshape(slice(x, [0, start - size], [batch, size]), [batch, ...shape.slice(1)]);
    });
    return this.layer.apply(inputs);
  }
}

/** Inputs as {@link SideBySide} wants them. */
function sideBySide(inputs: readonly Tensor[]): Tensor {
  const batch = inputs[0]!.shape[0]!;
  const rows = Array.from({ length: batch }, (_, row) =>
    inputs.flatMap(({ data, size }) => [...data.subarray((row * size) / batch, ((row + 1) * size) / batch)]),
  );
  return new Tensor(Float32Array.from(rows.flat()), [batch, rows[0]!.length]);
}

function withoutBatch(shapes: readonly Shape[]): PartialShape[] {
  return shapes.map((shape) => [null, ...shape.slice(1)]);
}

/**
 * Checks build, shapes, round trips of config and JSON, gradients of inputs and weights, and that a training step lowers a loss.
 *
 * @param inputShape shape of the input, or a list of them for layers that take several
 */
export async function checkLayer<O extends object>(
  Type: new (options: O) => Layer,
  options: O,
  inputShape: Shape | readonly Shape[],
  expected: LayerExpectation,
): Promise<void> {
  setSeed(1);
  const layer = new Type(options);
  const isList = inputShape.every((one) => Array.isArray(one));
  const shapes = (isList ? inputShape : [inputShape]) as readonly Shape[];
  const symbolic = isList ? withoutBatch(shapes) : withoutBatch(shapes)[0]!;
  const built = layer.ensureBuilt(symbolic);
  expect(built.slice(1)).toEqual(expected.out.slice(1));
  expect(layer.weights.length).toBe(expected.weights);

  const xs = shapes.map((shape, i) => pattern(shape, 4 * i));
  const run = (target: Layer) => jit((...inputs) => target.apply(isList ? inputs : inputs[0]!, { training: false }))(...xs);
  expect(run(layer).shape).toEqual(expected.out);

  // The options are the config: a second layer made of them, with the same weights, is the same function.
  const twin = new Type({ ...layer.options, name: `${layer.name}_twin` } as unknown as O);
  twin.ensureBuilt(symbolic);
  twin.setWeights(layer.getWeights());
  expect(run(twin).data).toEqual(run(layer).data);

  // So does JSON hold all there is to say; but for functions, which have no text.
  if (layer instanceof Lambda) expect(() => layerToJSON(layer)).toThrow(/Lambda ".+"\] expected `options\.function` to be/);
  else {
    const copy = layerFromJSON(JSON.stringify(layerToJSON(layer)));
    expect([copy.constructor, copy.name]).toEqual([Type, layer.name]);
    expect(JSON.stringify(layerToJSON(copy))).toBe(JSON.stringify(layerToJSON(layer)));
    copy.ensureBuilt(symbolic);
    copy.setWeights(layer.getWeights());
    expect(run(copy).data).toEqual(run(layer).data);
  }

  if (!expected.isRandom) checkGradients(layer, xs, isList, expected);
  const fresh = new Type(options);
  if (isList) await checkTraining(new SideBySide(fresh, shapes), sideBySide(xs), expected);
  else await checkTraining(fresh, xs[0]!, expected);
}

/** Compares the gradient with central differences in one direction, for every input and every trainable weight. */
function checkGradients(layer: Layer, xs: readonly Tensor[], isList: boolean, { out, step = 1e-2 }: LayerExpectation): void {
  const upstream = pattern(out, 1);
  const weights = layer.trainableWeights;
  const lossOf = (...inputs: Node[]) => sum(mul(layer.apply(isList ? inputs : inputs[0]!, { training: true }), upstream));
  const value = jit(lossOf);
  const byInput = valueAndGrad(lossOf, { wrt: xs.map((_, i) => i) })(...xs).gradients;
  const byWeights = weights.length > 0 ? valueAndGrad(lossOf, { wrt: weights })(...xs).gradients : [];

  const compare = (name: string, gradient: Tensor, evaluate: (sign: number, direction: Tensor) => number): void => {
    const direction = pattern(gradient.shape, 2);
    const difference = (evaluate(step, direction) - evaluate(-step, direction)) / (2 * step);
    const analytic = Array.from(gradient.data).reduce((total, element, i) => total + element * direction.data[i]!, 0);
    const scale = Array.from(gradient.data).reduce((total, element, i) => total + Math.abs(element * direction.data[i]!), 1e-3);
    expect(
      Math.abs(difference - analytic) / scale,
      `gradient by ${name}: ${analytic}, differences give ${difference}`,
    ).toBeLessThan(5e-3);
  };
  const moved = (base: Tensor, direction: Tensor, by: number): Tensor =>
    new Tensor(
      Float32Array.from(base.data, (element, i) => element + by * direction.data[i]!),
      base.shape,
    );
  xs.forEach((x, i) => {
    compare(`input ${i}`, byInput[i]!, (by, direction) => value(...xs.with(i, moved(x, direction, by))).item());
  });
  weights.forEach((weight, i) => {
    const before = weight.read();
    compare(weight.name, byWeights[i]!, (by, direction) => {
      weight.write(moved(before, direction, by));
      const result = value(...xs).item();
      weight.write(before);
      return result;
    });
  });
}

/** A few steps of gradient descent on the layer alone must lower a squared error. */
async function checkTraining(layer: Layer, x: Tensor, { out, isRandom }: LayerExpectation): Promise<void> {
  const model = new Sequential([layer]);
  model.build([null, ...x.shape.slice(1)]);
  model.compile({ optimizer: 'sgd', loss: (yTrue, yPred) => mean(square(sub(yPred, yTrue)), -1) });
  const y = pattern(out, 3);
  const losses: number[] = [];
  for (let i = 0; i < 4; i++) losses.push((await model.trainOnBatch(x, y)).loss!);
  expect(losses.every(Number.isFinite)).toBe(true);
  if (layer.trainableWeights.length > 0) expect(losses[3]).toBeLessThan(losses[0]!);
  else if (!isRandom) expect(losses[3]).toBe(losses[0]);
}
