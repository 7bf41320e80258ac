/** @file A picture in the language of Mermaid, which GitHub, editors and notebooks draw. */

import type { Picture } from './picture.ts';

/** The text with everything that could mean something to Mermaid as a character code. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.,:()→-]/gu, (character) => `#${character.codePointAt(0)};`);
}

/** The flowchart of a picture. */
export function mermaidOf({ boxes, arrows }: Picture): string {
  const lines = boxes.map(({ name, type, shapes, kind }, i) => {
    const text = [name, type, ...(shapes ? [shapes] : [])].map(escaped).join('<br/>');
    const [open, close] = kind === 'input' ? ['([', '])'] : kind === 'model' ? ['[[', ']]'] : ['[', ']'];
    return `  n${i}${open}"${text}"${close}`;
  });
  return ['flowchart TD', ...lines, ...arrows.map(([from, to]) => `  n${from} --> n${to}`), ''].join('\n');
}
