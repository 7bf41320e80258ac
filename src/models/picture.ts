/** @file A model as a graph of boxes: one for every input and for every call of a layer, with the shapes that go in and come out. */

import type { PartialShape } from '../base/shape.ts';
import type { Layer } from '../layers/layer.ts';
import type { SymbolicTensor } from '../layers/symbolic.ts';
import type { Network } from './network.ts';
import { shapesText } from './shape-text.ts';

/** A box. */
export interface PictureBox {
  readonly name: string;
  /** Class of the layer; of a layer called several times with the number of the call. */
  readonly type: string;
  /** `(None, 4) → (None, 2)`, empty where nothing is known. */
  readonly shapes: string;
  readonly kind: 'input' | 'layer' | 'model';
}

/** Boxes, and arrows between them as pairs of indices. */
export interface Picture {
  readonly title: string;
  readonly boxes: readonly PictureBox[];
  readonly arrows: readonly (readonly [from: number, to: number])[];
}

/** What a picture needs of a model. */
export interface Pictured {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly network?: Network | undefined;
  /** Whether the layers are called one after the other. */
  readonly isStack: boolean;
  readonly inputShapes: readonly PartialShape[] | undefined;
}

function inputBox(name: string, shape: PartialShape): PictureBox {
  return { name, type: 'Input', shapes: shapesText([shape]), kind: 'input' };
}

function layerBox(layer: Layer, from: readonly PartialShape[], to: readonly PartialShape[], call = ''): PictureBox {
  const shapes = to.length === 0 ? '' : `${from.length > 0 ? `${shapesText(from)} → ` : ''}${shapesText(to)}`;
  return { name: layer.name, type: layer.type + call, shapes, kind: 'layers' in layer ? 'model' : 'layer' };
}

/** The picture of a model. Where only code knows how layers are connected there are no arrows. */
export function pictureOf(model: Pictured): Picture {
  if (model.network) return pictureOfNetwork(model.name, model.network);
  const boxes: PictureBox[] = [];
  let shapes = model.inputShapes ?? [];
  if (model.isStack && shapes.length > 0) boxes.push(inputBox('input', shapes[0]!));
  for (const layer of model.layers) {
    const out = layer.isBuilt ? layer.outputShapes : [];
    boxes.push(layerBox(layer, model.isStack ? shapes : (layer.inputShapes ?? []), out));
    shapes = out;
  }
  const arrows = model.isStack ? boxes.slice(1).map((_, i) => [i, i + 1] as const) : [];
  return { title: model.name, boxes, arrows };
}

function pictureOfNetwork(title: string, { inputs, inputNames, connections }: Network): Picture {
  const boxes = inputs.map(({ shape }, i) => inputBox(inputNames[i]!, shape));
  const boxOf = new Map<SymbolicTensor, number>(inputs.map((tensor, i) => [tensor, i]));
  const arrows: [number, number][] = [];
  const totals = new Map<Layer, number>();
  for (const { layer } of connections) totals.set(layer, (totals.get(layer) ?? 0) + 1);
  const calls = new Map<Layer, number>();
  const shapesOf = (tensors: readonly SymbolicTensor[]): PartialShape[] => tensors.map(({ shape }) => shape);
  for (const { layer, inputs: from, outputs } of connections) {
    const call = (calls.get(layer) ?? 0) + 1;
    calls.set(layer, call);
    const total = totals.get(layer)!;
    boxes.push(layerBox(layer, shapesOf(from), shapesOf(outputs), total > 1 ? `, call ${call} of ${total}` : ''));
    const index = boxes.length - 1;
    for (const source of new Set(from.map((tensor) => boxOf.get(tensor)!))) arrows.push([source, index]);
    for (const tensor of outputs) if (!boxOf.has(tensor)) boxOf.set(tensor, index);
  }
  return { title, boxes, arrows };
}
