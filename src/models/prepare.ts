/** @file Whether a model and data go together, found out before anything runs. */

import { fail } from '../base/fail.ts';
import type { PartialShape } from '../base/shape.ts';
import { checkSampleShape } from '../data/arrays.ts';
import type { Samples } from './arguments.ts';
import type { Compiled } from './compiled.ts';
import type { StepModel } from './trace-step.ts';

/**
 * Builds a model that is not built for data of this shape, and refuses data that it or its losses cannot take.
 *
 * @throws MyelinError naming what does not fit
 */
export function prepareModel(model: StepModel, compiled: Compiled | undefined, where: string, { x, y }: Samples): void {
  if (!model.isBuilt) {
    const shapes = x.map(({ shape }): PartialShape => [null, ...shape.slice(1)]);
    model.ensureBuiltAll(shapes.length === 1 ? shapes[0]! : shapes);
  }
  const { inputShapes = [] } = model;
  if (inputShapes.length !== x.length) fail(where, `${inputShapes.length} inputs`, `${x.length}`);
  x.forEach((part, i) => {
    checkSampleShape(where, part, inputShapes[i]!);
  });
  if (y.length === 0 || !compiled) return;
  const shapes = model.outputShapes;
  const names = model.namesOf(shapes.length);
  compiled.settle(names);
  if (y.length !== shapes.length) fail(where, `targets for ${shapes.length} outputs (${names.join(', ')})`, `${y.length}`);
  y.forEach((targets, i) => {
    const { loss } = compiled.gearOf(names[i]!);
    if (!loss) return;
    if (!targets) fail(where, `targets for "${names[i]}"`, 'none', 'outputs without a loss need no targets.');
    loss.validateTargets(targets, [targets.shape[0]!, ...shapes[i]!.slice(1)], where);
  });
}
