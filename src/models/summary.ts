/** @file `model.summary()`: the table Keras prints, for people. */

import type { Variable } from '../graph/variable.ts';
import type { Layer } from '../layers/layer.ts';
import type { Network } from './network.ts';
import { sourcesOf } from './network-record.ts';
import { shapesText } from './shape-text.ts';

/** Options of `summary`. */
export interface SummaryOptions {
  /** Characters per line. Default 88, or 108 with the column "Connected to". */
  readonly lineLength?: number;
  /** Whether the layers of models inside the model are listed, too. Default false. */
  readonly expandNested?: boolean;
  /** Where the text goes. Default console.log. */
  readonly print?: (text: string) => void;
}

/** What a summary needs of a model. */
interface Summarized {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly weights: readonly Variable[];
  readonly trainableWeights: readonly Variable[];
  readonly network?: Network | undefined;
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

/** What feeds each layer of a network, in all its calls: `dense[0][0]` is the first output of the first call of `dense`. */
function feedsOf(network: Network): ReadonlyMap<Layer, string> {
  const sources = sourcesOf(network);
  const feeds = new Map<Layer, string>();
  for (const { layer, inputs } of network.connections) {
    const own = inputs.map((tensor) => {
      const { name, call = 0, output } = sources.get(tensor)!;
      return `${name}[${call}][${output}]`;
    });
    feeds.set(layer, [...(feeds.has(layer) ? [feeds.get(layer)!] : []), ...own].join(', '));
  }
  return feeds;
}

/** Lines of the table, without borders: name and type, shape, parameters, and what feeds the layer. */
function rowsOf(model: Pick<Summarized, 'layers' | 'network'>, expandNested: boolean, depth = 0): string[][] {
  const mark = depth > 0 ? `${'   '.repeat(depth)}└ ` : '';
  const { network } = model;
  const rows = (network?.inputs ?? []).map(({ shape }, i) => [
    `${mark}${network!.inputNames[i]} (InputLayer)`,
    shapesText([shape]),
    '0',
    '-',
  ]);
  const feeds = network && feedsOf(network);
  for (const layer of model.layers) {
    const shape = layer.isBuilt ? shapesText(layer.outputShapes) : '?';
    const parameters = layer.isBuilt ? layer.countParams().toLocaleString('en-US') : '0 (unbuilt)';
    rows.push([`${mark}${layer.name} (${layer.type})`, shape, parameters, feeds?.get(layer) ?? '-']);
    if (expandNested && isModel(layer)) rows.push(...rowsOf(layer, expandNested, depth + 1));
  }
  return rows;
}

function isModel(layer: Layer): layer is Layer & Pick<Summarized, 'layers' | 'network'> {
  return 'layers' in layer && Array.isArray(layer.layers);
}

/** The table of a model's layers and its counts of parameters. */
export function summarize(
  model: Summarized,
  optimizerVariables: readonly Variable[],
  { lineLength, expandNested = false }: SummaryOptions = {},
): string {
  const isPlain = !model.network || model.network.isStack;
  const length = lineLength ?? (isPlain ? 88 : 108);
  const edges = (isPlain ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1]).map((fraction) => Math.floor(length * fraction));
  // Each column has a bar and two blanks, and the line has one bar more than columns.
  const widths = edges.map((edge, i) => Math.max(4, edge - (edges[i - 1] ?? 0) - (i === 1 ? 4 : 3)));
  const rule = (left: string, middle: string, right: string, fill: string): string =>
    left + widths.map((width) => fill.repeat(width + 2)).join(middle) + right;
  const row = (cells: readonly string[], bar: string): string[] => {
    const wrapped = widths.map((width, i) => wrap(cells[i]!, width));
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
    ...row(['Layer (type)', 'Output Shape', 'Param #', 'Connected to'], '┃'),
    rule('┡', '╇', '┩', '━'),
  ];
  rowsOf(model, expandNested).forEach((cells, i) => {
    if (i > 0) lines.push(rule('├', '┼', '┤', '─'));
    lines.push(...row(cells, '│'));
  });
  const trained = new Set(model.trainableWeights);
  lines.push(rule('└', '┴', '┘', '─'));
  lines.push(` Total params: ${sizeText([...model.weights, ...optimizerVariables])}`);
  lines.push(` Trainable params: ${sizeText(model.trainableWeights)}`);
  lines.push(` Non-trainable params: ${sizeText(model.weights.filter((variable) => !trained.has(variable)))}`);
  if (optimizerVariables.length > 0) lines.push(` Optimizer params: ${sizeText(optimizerVariables)}`);
  return lines.join('\n');
}
