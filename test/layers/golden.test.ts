/** @file Layers against golden/dense.json and golden/batchnorm.json: outputs, all gradients, and the moving statistics. */

import { describe, expect, test } from 'vitest';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import { mul, sum } from '../../src/graph/ops.ts';
import type { Variable } from '../../src/graph/variable.ts';
import type { Layer } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { type GoldenCase, loadGolden } from '../support/golden.ts';
import { goldenLayer, lackingLayer, tensorOf } from '../support/golden-layers.ts';

const cases = [...loadGolden('dense').cases, ...loadGolden('batchnorm').cases];

/** Cases that cannot run yet, with the reason. */
const left = { 'dense [33, 17]->9 gelu': 'the activation gelu' };

test('no case is left out without a reason', () => {
  const lacking = cases.flatMap(({ name, config }) => (lackingLayer(config) ? [[name, lackingLayer(config)]] : []));
  expect(Object.fromEntries(lacking)).toEqual(left);
});

/** Sets the weights from what the case gives: `params`, and moving statistics among the inputs. */
function setWeights(layer: Layer, { params = {}, inputs }: GoldenCase): Map<string, Variable> {
  const byName = new Map(layer.weights.map((weight) => [weight.name.split('/').at(-1)!, weight]));
  for (const [name, weight] of byName) weight.write(tensorOf((params[name] ?? inputs[name])!));
  return byName;
}

describe('golden layers', () => {
  for (const golden of cases.filter(({ config }) => !lackingLayer(config))) {
    test(golden.name, () => {
      const { config, inputs, outputs, upstream, grads = {}, f32err = {} } = golden;
      const tolerance = (key: string) => ({ absolute: 1e-6 + 10 * (f32err[key] ?? 0), relative: 1e-5 });
      const training = config.training === true;
      const layer = goldenLayer(config);
      const x = tensorOf(inputs.x!);
      layer.ensureBuilt([null, ...x.shape.slice(1)]);
      const weights = setWeights(layer, golden);

      const u = tensorOf(upstream!.y!);
      const trained = layer.trainableWeights;
      const y = jit((node) => layer.call(node, { training }))(x);
      expectClose(y.data, outputs.y!.data, tolerance('y'), 'y');
      for (const name of ['moving_mean', 'moving_variance']) {
        const wanted = outputs[`new_${name}`];
        if (wanted) expectClose(weights.get(name)!.read().data, wanted.data, tolerance(`new_${name}`), name);
      }

      setWeights(layer, golden);
      const loss = (node: Parameters<Layer['call']>[0]) => sum(mul(layer.call(node, { training }), u));
      const byInput = valueAndGrad(loss)(x).gradients[0]!;
      expectClose(byInput.data, grads.x!.data, tolerance('grad:x'), 'grad:x');
      if (trained.length === 0) return;
      const { gradients } = valueAndGrad(loss, { wrt: trained })(x);
      trained.forEach((weight, i) => {
        const name = weight.name.split('/').at(-1)!;
        expectClose(gradients[i]!.data, grads[name]!.data, tolerance(`grad:${name}`), `grad:${name}`);
      });
    });
  }
});
