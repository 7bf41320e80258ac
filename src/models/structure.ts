/** @file What can be told of a model by asking its layers or by running its `call` on nodes without values. */

import { keyOf } from '../base/key.ts';
import type { PartialShape, Shape } from '../base/shape.ts';
import { inputNode, type Node } from '../graph/node.ts';
import { Trace, withTrace } from '../graph/trace.ts';
import { type Layer, type Shapes, shapesIn } from '../layers/layer.ts';

/** Output shapes of a model whose `call` alone knows them: what differs between two sizes of the unknown axes is unknown itself. */
export function shapesByTracing(model: Layer, inputShape: Shapes): PartialShape[] {
  const shapesFor = (size: number): readonly Shape[] =>
    withTrace(new Trace(), () => {
      const nodes = shapesIn(inputShape).map((shape, i) =>
        inputNode(`x${i}`, { shape: shape.map((known) => known ?? size), dtype: 'float32' }),
      );
      const outputs = model.call(nodes.length === 1 ? nodes[0]! : nodes, { training: false });
      return (Array.isArray(outputs) ? (outputs as readonly Node[]) : [outputs as Node]).map(({ shape }) => shape);
    });
  const [a, b] = [shapesFor(2), shapesFor(3)];
  return a.map((shape, i) => shape.map((size, axis) => (size === b[i]?.[axis] ? size : null)));
}

/** What a program depends on besides shapes: the layers there are and, in training, which of them and of their weights are trained. */
export function structureOf(layer: Layer, isTraining: boolean): string {
  const parts = layer.sublayers.map((part) => structureOf(part, isTraining));
  const own = isTraining ? `${keyOf(layer)}${layer.trainable}${layer.trainableWeights.length}` : keyOf(layer);
  return parts.length > 0 ? `${own}(${parts})` : own;
}
