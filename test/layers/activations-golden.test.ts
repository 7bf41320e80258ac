/** @file Activations against golden/activations.json and golden/softmax_prelu.json: values and gradients. */

import { describe, expect, test } from 'vitest';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { mul, sum } from '../../src/graph/ops.ts';
import { activationFunctions } from '../../src/layers/activations.ts';
import { PReLU } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { type GoldenCase, loadGolden } from '../support/golden.ts';
import { tensorOf } from '../support/golden-layers.ts';

const camelCase = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

type Configurable = (x: Node, options?: Readonly<Record<string, unknown>>) => Node;

/** The function of a case, whose other keys are its options. */
function functionOf({ activation, ...rest }: GoldenCase['config']): (x: Node) => Node {
  const fn = activationFunctions[camelCase(String(activation))] as Configurable | undefined;
  if (!fn) throw new Error(`no activation ${activation}`);
  const options = Object.fromEntries(Object.entries(rest).map(([key, value]) => [camelCase(key), value]));
  return (x) => fn(x, options);
}

const all = [...loadGolden('activations').cases, ...loadGolden('softmax_prelu').cases];
/** Keras 2's hard sigmoid is another function; ours is that of Keras 3. */
const cases = all.filter(({ config }) => config.convention !== 'keras2');

test('only the other convention is left out', () => {
  expect(all.filter((each) => !cases.includes(each)).map(({ name }) => name)).toEqual([
    'hard_sigmoid,convention=keras2 [3, 7]',
    'hard_sigmoid,convention=keras2 extreme',
  ]);
  expect(cases.length).toBe(77);
});

describe('golden activations', () => {
  for (const { name, config, inputs, outputs, params, upstream, grads = {}, f32err = {} } of cases) {
    test(name, () => {
      const x = tensorOf(inputs.x!);
      const tolerance = (key: string) => ({ absolute: Math.max(1e-6, 10 * (f32err[key] ?? 0)), relative: 1e-5 });
      const layer = params ? new PReLU({ sharedAxes: config.shared_axes as number[] }) : undefined;
      layer?.ensureBuilt([null, ...x.shape.slice(1)]);
      if (params) {
        expect(layer!.weights[0]!.shape).toEqual(params.alpha!.shape);
        layer!.setWeights([tensorOf(params.alpha!)]);
      }
      const fn = layer ? (node: Node) => layer.call(node) : functionOf(config);
      const y = jit(fn)(x);
      expect(y.shape).toEqual(outputs.y!.shape);
      expectClose(y.data, outputs.y!.data, tolerance('y'), 'y');
      if (!upstream) return;
      const u = tensorOf(upstream.y!);
      const loss = (node: Node) => sum(mul(fn(node), u));
      if (grads.x) expectClose(valueAndGrad(loss)(x).gradients[0]!.data, grads.x.data, tolerance('grad:x'), 'grad:x');
      if (grads.alpha) {
        const { gradients } = valueAndGrad(loss, { wrt: layer!.trainableWeights })(x);
        expectClose(gradients[0]!.data, grads.alpha.data, tolerance('grad:alpha'), 'grad:alpha');
      }
    });
  }
});
