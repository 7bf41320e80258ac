/** @file Initializers of weights whose shape alone does not tell how many inputs an output depends on. */

import type { Shape } from '../base/shape.ts';
import {
  type FanAxes,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  type InitializerSpec,
  lecunNormal,
  lecunUniform,
  resolveInitializer,
  varianceScaling,
} from '../initializers/index.ts';

const scaledByFans = [varianceScaling, glorotUniform, glorotNormal, heUniform, heNormal, lecunUniform, lecunNormal];

/** What `spec` means for a weight whose first `inputs` axes are what an output depends on and whose other axes are outputs. */
export function withFans(where: string, spec: InitializerSpec, shape: Shape, inputs: number): Initializer {
  const initializer = resolveInitializer(spec, where);
  const axes = shape.map((_, axis) => axis);
  const fans: FanAxes = { inputAxes: axes.slice(0, inputs), outputAxes: axes.slice(inputs) };
  const scaled = scaledByFans.find(({ type }) => type === initializer.type);
  return scaled ? scaled({ ...fans, ...initializer.options }) : initializer;
}
