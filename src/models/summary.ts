/** @file `model.summary()`: the table Keras prints, for people. */

import type { PartialShape } from '../base/shape.ts';
import type { Variable } from '../graph/variable.ts';
import type { Layer } from '../layers/layer.ts';

/** Options of `summary`. */
export interface SummaryOptions {
  /** Characters per line. Default 88. */
  readonly lineLength?: number;
  /** Where the text goes. Default console.log. */
  readonly print?: (text: string) => void;
}

/** What a summary needs of a model. */
interface Summarized {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly weights: readonly Variable[];
  readonly trainableWeights: readonly Variable[];
}

function shapeText(shape: PartialShape): string {
  return `(${shape.map((size) => size ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;
}

function count(variables: readonly Variable[]): number {
  return variables.reduce((total, { size }) => total + size, 0);
}

/** `2,374 (9.27 KB)` */
function sizeText(variables: readonly Variable[]): string {
  const elements = count(variables);
  let bytes = elements * 4;
  let unit = 0;
  while (bytes >= 1024 && unit < 4) {
    bytes /= 1024;
    unit++;
  }
  return `${elements.toLocaleString('en-US')} (${bytes.toFixed(2)} ${['B', 'KB', 'MB', 'GB', 'TB'][unit]})`;
}

/** Cuts a text into lines of at most `width` characters, at a blank where there is one. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width);
    lines.push(rest.slice(0, blank > 0 ? blank : width));
    rest = rest.slice(blank > 0 ? blank + 1 : width);
  }
  return [...lines, rest];
}

/** The table of a model's layers and its counts of parameters. */
export function summarize(
  model: Summarized,
  optimizerVariables: readonly Variable[],
  { lineLength = 88 }: SummaryOptions = {},
): string {
  const edges = [0.45, 0.8, 1].map((fraction) => Math.floor(lineLength * fraction));
  // Each column has a bar and two blanks, and the line has one bar more than columns.
  const widths = edges.map((edge, i) => Math.max(4, edge - (edges[i - 1] ?? 0) - (i === 1 ? 4 : 3)));
  const rule = (left: string, middle: string, right: string, fill: string): string =>
    left + widths.map((width) => fill.repeat(width + 2)).join(middle) + right;
  const row = (cells: readonly string[], bar: string): string[] => {
    const wrapped = cells.map((cell, i) => wrap(cell, widths[i]!));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) => {
      const parts = wrapped.map((lines, i) =>
        i === 2 ? (lines[line] ?? '').padStart(widths[i]!) : (lines[line] ?? '').padEnd(widths[i]!),
      );
      return `${bar} ${parts.join(` ${bar} `)} ${bar}`;
    });
  };
  const lines = [
    `Model: "${model.name}"`,
    rule('┏', '┳', '┓', '━'),
    ...row(['Layer (type)', 'Output Shape', 'Param #'], '┃'),
    rule('┡', '╇', '┩', '━'),
  ];
  model.layers.forEach((layer, i) => {
    if (i > 0) lines.push(rule('├', '┼', '┤', '─'));
    const shape = layer.isBuilt ? shapeText(layer.outputShape) : '?';
    const parameters = layer.isBuilt ? layer.countParams().toLocaleString('en-US') : '0 (unbuilt)';
    lines.push(...row([`${layer.name} (${layer.type})`, shape, parameters], '│'));
  });
  const trained = new Set(model.trainableWeights);
  lines.push(rule('└', '┴', '┘', '─'));
  lines.push(` Total params: ${sizeText([...model.weights, ...optimizerVariables])}`);
  lines.push(` Trainable params: ${sizeText(model.trainableWeights)}`);
  lines.push(` Non-trainable params: ${sizeText(model.weights.filter((variable) => !trained.has(variable)))}`);
  if (optimizerVariables.length > 0) lines.push(` Optimizer params: ${sizeText(optimizerVariables)}`);
  return lines.join('\n');
}
