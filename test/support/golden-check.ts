/** @file Runs a layer of one input on a golden case: its output, its moving statistics, and all gradients, against the oracle's. */

import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { mul, sum } from '../../src/graph/ops.ts';
import type { Variable } from '../../src/graph/variable.ts';
import type { Layer } from '../../src/layers/index.ts';
import { expectClose, type Tolerance } from './compare.ts';
import type { GoldenCase, GoldenTensor } from './golden.ts';
import { goldenLayer, tensorOf } from './golden-layers.ts';

/** Sets the weights from what the case gives: `params`, and moving statistics among the inputs. */
function setWeights(layer: Layer, { params = {}, inputs }: GoldenCase): Map<string, Variable> {
  const byName = new Map(layer.weights.map((weight) => [weight.name.split('/').at(-1)!, weight]));
  for (const [name, weight] of byName) weight.write(tensorOf((params[name] ?? inputs[name])!));
  return byName;
}

/** Absolute and relative tolerance of values known to about 9 digits, widened by what float32 itself loses. */
function exact({ f32err = {} }: GoldenCase, key: string): Tolerance {
  return { absolute: 1e-6 + 10 * (f32err[key] ?? 0), relative: 1e-5 };
}

/**
 * Throws where the layer differs from the case: outputs, new moving statistics, and where the case has them, gradients.
 *
 * @param tolerance of a golden file that is less exact
 */
export function checkGoldenLayer(golden: GoldenCase, tolerance?: Tolerance): void {
  const { config, inputs, outputs, upstream, grads } = golden;
  const within = (key: string): Tolerance => tolerance ?? exact(golden, key);
  const training = config.training === true;
  const layer = goldenLayer(config);
  const x = tensorOf(inputs.x!);
  layer.ensureBuilt([null, ...x.shape.slice(1)]);
  const weights = setWeights(layer, golden);
  const y = jit((node) => layer.apply(node, { training }))(x);
  expectClose(y.shape, outputs.y!.shape, { absolute: 0, relative: 0 }, 'shape of y');
  expectClose(y.data, outputs.y!.data, within('y'), 'y');
  for (const name of ['moving_mean', 'moving_variance']) {
    const wanted = outputs[`new_${name}`];
    if (wanted) expectClose(weights.get(name)!.read().data, wanted.data, within(`new_${name}`), name);
  }
  if (!grads || !upstream) return;
  setWeights(layer, golden);
  const u = tensorOf(upstream.y!);
  const loss = (node: Node) => sum(mul(layer.apply(node, { training }), u));
  const byInput = valueAndGrad(loss)(x).gradients[0]!;
  expectClose(byInput.data, grads.x!.data, within('grad:x'), 'grad:x');
  const trained = layer.trainableWeights;
  if (trained.length === 0) return;
  const { gradients } = valueAndGrad(loss, { wrt: trained })(x);
  trained.forEach((weight, i) => {
    const name = weight.name.split('/').at(-1)!;
    expectClose(gradients[i]!.data, grads[name]!.data, within(`grad:${name}`), `grad:${name}`);
  });
}

/** A case of one sample without batch axis, as a batch of one. */
export function withBatchAxis(golden: GoldenCase): GoldenCase {
  const batched = ({ shape, ...rest }: GoldenTensor): GoldenTensor => ({ shape: [1, ...shape], ...rest });
  return { ...golden, inputs: { x: batched(golden.inputs.x!) }, outputs: { y: batched(golden.outputs.y!) } };
}
