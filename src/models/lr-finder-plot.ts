/** @file The curve of the loss by the learning rate: as text for a terminal, and as an SVG file that needs nothing else. */

import type { RateCurve } from './lr-finder.ts';

/** Losses above the first and the lowest ones by this share of their distance are cut off: what diverges would flatten the rest. */
const headroom = 0.4;

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** Axis of the losses: what lies between the lowest loss and a bit above the first ones. */
function lossAxis({ smoothed }: RateCurve): Axis {
  const low = Math.min(...smoothed);
  const lowestAt = smoothed.indexOf(low);
  const before = Math.max(...smoothed.slice(0, lowestAt + 1));
  const highest = Math.max(...smoothed);
  const room = before > low ? (before - low) * (1 + headroom) : (highest - low) * headroom;
  const high = Math.min(highest, low + room);
  const [bottom, top] = high > low ? [low, high] : [low - Math.abs(low || 1) / 2, low + Math.abs(low || 1) / 2];
  const step = roundStep((top - bottom) / 4);
  const ticks: number[] = [];
  for (let i = Math.ceil(bottom / step); i * step <= top; i++) ticks.push(i * step);
  return { low: bottom, high: top, ticks };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const unit = 10 ** Math.floor(Math.log10(step));
  return unit * ([1, 2, 5].find((factor) => factor * unit >= step) ?? 10);
}

/** Axis of the rates, in powers of ten. */
function rateAxis({ rates }: RateCurve): Axis {
  const [low, high] = [Math.log10(rates[0]!), Math.log10(rates.at(-1)!)];
  const [first, last] = [Math.ceil(low - 1e-9), Math.floor(high + 1e-9)];
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  return { low, high: high > low ? high : low + 1, ticks };
}

const share = (value: number, { low, high }: Axis): number => (value - low) / (high - low);

const shortNumber = (value: number): string => String(Number(value.toPrecision(4)));

const nothing = 'No step ended with a finite loss.';

/** The smoothed loss by the rate, drawn with characters; `|` stands at the suggested rate, or at the edge where that was not tried. */
export function rateCurveText(curve: RateCurve, suggestion: number | undefined, width = 64, height = 16): string {
  if (curve.rates.length === 0) return nothing;
  const [x, y] = [rateAxis(curve), lossAxis(curve)];
  const grid = Array.from({ length: height }, () => new Array<string>(width).fill(' '));
  const column = (rate: number): number => Math.round(share(Math.log10(rate), x) * (width - 1));
  const put = (row: number, at: number, mark: string): void => {
    const line = grid[row];
    if (line && at >= 0 && at < width) line[at] = mark;
  };
  if (suggestion !== undefined) for (let row = 0; row < height; row++) put(row, Math.max(0, column(suggestion)), '|');
  curve.rates.forEach((rate, i) => {
    put(Math.round((1 - share(curve.smoothed[i]!, y)) * (height - 1)), column(rate), '*');
  });
  const labelWidth = Math.max(...[y.low, y.high].map((value) => shortNumber(value).length));
  const label = (row: number): string => {
    const text = row === 0 ? shortNumber(y.high) : row === height - 1 ? shortNumber(y.low) : '';
    return text.padStart(labelWidth);
  };
  const lines = grid.map((line, row) => `${label(row)} ${row === 0 || row === height - 1 ? '┤' : '│'}${line.join('')}`);
  const ruler = new Array<string>(width).fill('─');
  const names = new Array<string>(width + 6).fill(' ');
  let free = 0;
  for (const tick of x.ticks) {
    const at = Math.round(share(tick, x) * (width - 1));
    ruler[at] = '┴';
    const text = `1e${tick}`;
    const from = Math.max(0, at - Math.floor(text.length / 2));
    if (from < free) continue;
    names.splice(from, text.length, ...text);
    free = from + text.length + 1;
  }
  const indent = ' '.repeat(labelWidth + 1);
  const rest = [`${indent}└${ruler.join('')}`, `${indent} ${names.join('')}`].map((line) => line.trimEnd());
  const found =
    suggestion === undefined
      ? 'The loss fell no further than noise: no rate is suggested.'
      : `Suggested rate: ${suggestion.toPrecision(3)}`;
  return [...lines.map((line) => line.trimEnd()), ...rest, `${indent} learning rate → smoothed loss. ${found}`].join('\n');
}

const size = { width: 720, height: 420 };
const frame = { left: 72, right: 24, top: 44, bottom: 60 };

const point = (value: number): string => String(Math.round(value * 10) / 10);

/** The text of an SVG file: every step's loss as a dot, the smoothed loss as a line, a mark at the suggested rate (at the edge where that was not tried). */
export function rateCurveSVG(curve: RateCurve, suggestion: number | undefined): string {
  const { width, height } = size;
  const [right, bottom] = [width - frame.right, height - frame.bottom];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`;
  const look = 'font-family="system-ui, sans-serif" font-size="12" fill="#3c4043"';
  const title = '<title>Loss by learning rate</title>';
  const paper = `<rect width="${width}" height="${height}" fill="#ffffff"/>`;
  const text = (at: readonly [number, number], content: string, more = ''): string =>
    `<text x="${point(at[0])}" y="${point(at[1])}"${more}>${content}</text>`;
  if (curve.rates.length === 0)
    return [head, title, paper, `<g ${look}>`, text([frame.left, frame.top], nothing), '</g>', '</svg>', ''].join('\n');
  const xAxis = rateAxis(curve);
  const { low, high, ticks } = lossAxis(curve);
  const yAxis: Axis = { low: low - (high - low) * 0.06, high, ticks };
  const xOf = (power: number): number => frame.left + share(power, xAxis) * (right - frame.left);
  const yOf = (loss: number): number => bottom - share(loss, yAxis) * (bottom - frame.top);
  const parts: string[] = [];
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string): string =>
    `<path d="M${point(x1)} ${point(y1)}L${point(x2)} ${point(y2)}" stroke="${stroke}"/>`;
  for (const tick of xAxis.ticks) {
    const x = xOf(tick);
    parts.push(line(x, frame.top, x, bottom, '#e8eaed'));
    parts.push(
      `<text x="${point(x)}" y="${bottom + 18}" text-anchor="middle">10<tspan dy="-5" font-size="9">${tick}</tspan></text>`,
    );
    // The small ticks of a logarithmic axis.
    for (let factor = 2; factor < 10; factor++) {
      const minor = tick + Math.log10(factor);
      if (minor < xAxis.high) parts.push(line(xOf(minor), bottom, xOf(minor), bottom + 3, '#9aa0a6'));
    }
  }
  for (const tick of yAxis.ticks) {
    const y = yOf(tick);
    parts.push(line(frame.left, y, right, y, '#e8eaed'));
    parts.push(text([frame.left - 8, y + 4], shortNumber(tick), ' text-anchor="end"'));
  }
  parts.push(`<path d="M${frame.left} ${frame.top}V${bottom}H${right}" fill="none" stroke="#5f6368"/>`);
  parts.push(text([(frame.left + right) / 2, height - 16], 'learning rate', ' text-anchor="middle"'));
  const middle = (frame.top + bottom) / 2;
  parts.push(text([18, middle], 'loss', ` text-anchor="middle" transform="rotate(-90 18 ${point(middle)})"`));
  parts.push(text([frame.left, 24], 'Loss by learning rate', ' font-size="15" font-weight="bold"'));
  const points = curve.rates.map((rate) => xOf(Math.log10(rate)));
  const dots = curve.losses.map((loss, i) => `<circle cx="${point(points[i]!)}" cy="${point(yOf(loss))}" r="2"/>`);
  const way = curve.smoothed.map((loss, i) => `${point(points[i]!)} ${point(yOf(loss))}`).join('L');
  parts.push(
    `<clipPath id="inside"><rect x="${frame.left}" y="${frame.top}" width="${right - frame.left}" height="${bottom - frame.top}"/></clipPath>`,
    '<g clip-path="url(#inside)">',
    `<g fill="#aecbfa">${dots.join('')}</g>`,
    `<path d="M${way}" fill="none" stroke="#1a73e8" stroke-width="2" stroke-linejoin="round"/>`,
    '</g>',
  );
  if (suggestion !== undefined) {
    const x = Math.max(frame.left, xOf(Math.log10(suggestion)));
    const isRight = x > width * 0.7;
    parts.push(
      `<path d="M${point(x)} ${frame.top}V${bottom}" stroke="#d93025" stroke-dasharray="5 4"/>`,
      text(
        [x + (isRight ? -6 : 6), frame.top + 14],
        `suggested: ${suggestion.toPrecision(3)}`,
        ` fill="#d93025" text-anchor="${isRight ? 'end' : 'start'}"`,
      ),
    );
  }
  return [head, title, paper, `<g ${look}>`, ...parts, '</g>', '</svg>', ''].join('\n');
}
