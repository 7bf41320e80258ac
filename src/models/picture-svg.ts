/** @file A picture as an SVG file that needs nothing else: no fonts, no styles, no scripts. Dark text on light boxes. */

import type { Picture, PictureBox } from './picture.ts';
import { layoutOf, type Place } from './picture-layout.ts';

const fontSize = 13;
/** Width of a character of a fixed-width font. */
const characterWidth = fontSize * 0.602;
const lineHeight = 18;
const padding = 10;
const margin = 16;
const longestLine = 72;

const textLook = `font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${fontSize}" fill="#202124" text-anchor="middle"`;
const fills: Readonly<Record<PictureBox['kind'], string>> = { input: '#e6f4ea', layer: '#e8f0fe', model: '#f3e8fd' };

/** Text for XML. What XML 1.0 cannot hold becomes a replacement character. */
function escaped(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|\p{Cs}|[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The text, with its middle left out when it is too long for a box. */
function shortened(text: string): string {
  const characters = [...text];
  if (characters.length <= longestLine) return text;
  const half = Math.floor((longestLine - 1) / 2);
  return `${characters.slice(0, half).join('')}…${characters.slice(-half).join('')}`;
}

/** Width of a line. Characters of East Asian scripts are two wide. */
function widthOf(line: string): number {
  return [...line].reduce((total, character) => total + (character >= '\u2e80' ? 2 : 1), 0) * characterWidth;
}

function linesOf({ name, type, shapes }: PictureBox): string[] {
  return [name, type, ...(shapes ? [shapes] : [])].map(shortened);
}

const number = (value: number): string => String(Math.round(value * 10) / 10);

function boxText(box: PictureBox, lines: readonly string[], { x, y }: Place, width: number, height: number): string {
  const top = y - height / 2;
  const texts = lines.map((line, i) => {
    const style = i === 0 ? ' font-weight="bold"' : '';
    return `<text x="${number(x)}" y="${number(top + padding + lineHeight * (i + 0.72))}"${style}>${escaped(line)}</text>`;
  });
  const rounding = box.kind === 'input' ? height / 2 : 6;
  const frame = `x="${number(x - width / 2)}" y="${number(top)}" width="${number(width)}" height="${number(height)}"`;
  const look = `rx="${number(rounding)}" fill="${fills[box.kind]}" stroke="#5f6368"`;
  return `<g><title>${escaped(`${box.name} (${box.type})`)}</title><rect ${frame} ${look}/>${texts.join('')}</g>`;
}

/** A line from box to box that runs straight down through the rows it passes. */
function wayText(way: readonly Place[], heightFrom: number, heightTo: number): string {
  const last = way.length - 1;
  const reach = 30;
  let path = '';
  for (let i = 0; i < last; i++) {
    const [a, b] = [way[i]!, way[i + 1]!];
    const from = a.y + (i === 0 ? heightFrom / 2 : reach);
    const to = b.y - (i + 1 === last ? heightTo / 2 + 1 : reach);
    const middle = (from + to) / 2;
    path += `${i === 0 ? 'M' : 'L'}${number(a.x)} ${number(from)}`;
    path += `C${number(a.x)} ${number(middle)} ${number(b.x)} ${number(middle)} ${number(b.x)} ${number(to)}`;
  }
  return `<path d="${path}" fill="none" stroke="#5f6368" marker-end="url(#arrow)"/>`;
}

/** The SVG of a picture. */
export function svgOf({ title, boxes, arrows }: Picture): string {
  const lines = boxes.map(linesOf);
  const sizes = lines.map((texts, i) => {
    const height = texts.length * lineHeight + 2 * padding;
    const sides = boxes[i]!.kind === 'input' ? height / 2 : padding;
    return { width: Math.ceil(Math.max(...texts.map(widthOf)) + 2 * sides), height };
  });
  const layout = layoutOf(sizes, arrows);
  const [width, height] = [Math.ceil(layout.width) + 2 * margin, Math.ceil(layout.height) + 2 * margin];
  const marker =
    '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">' +
    '<path d="M0 0L8 4L0 8z" fill="#5f6368"/></marker>';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<defs>${marker}</defs>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<g transform="translate(${margin} ${margin})" ${textLook}>`,
    ...arrows.map(([from, to], i) => wayText(layout.ways[i]!, sizes[from]!.height, sizes[to]!.height)),
    ...boxes.map((box, i) => boxText(box, lines[i]!, layout.places[i]!, sizes[i]!.width, sizes[i]!.height)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}
