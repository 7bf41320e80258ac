/** @file Names of files with numbers in them, in Python's way: `{epoch:02d}-{val_loss:.2f}.safetensors`. */

import { describe, fail } from '../base/fail.ts';
import { nearestName } from '../base/names.ts';
import type { Logs } from './callback.ts';
import { formatNumber, isNumberFormat } from './python-format.ts';

/** A piece of text, or the name of a number and how it is written. */
type Part = string | { readonly name: string; readonly spec: string };

function partsOf(where: string, template: string): Part[] {
  const parts: Part[] = [];
  const pattern = /\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}|[^{}]+|[{}]/g;
  for (const [text, name, spec = ''] of template.matchAll(pattern)) {
    if (text === '{{' || text === '}}') parts.push(text[0]!);
    else if (text === '{' || text === '}')
      fail(where, '`path` with braces in pairs', describe(template), 'a brace itself is written twice: {{.');
    else if (name === undefined) parts.push(text);
    else {
      if (name === '') fail(where, '`path` with a name in every pair of braces', describe(template));
      if (!isNumberFormat(spec)) fail(where, `a format such as \`02d\`, \`.2f\` or \`g\` for {${name}}`, describe(spec));
      parts.push({ name, spec });
    }
  }
  return parts;
}

/** A path with places for numbers. */
export class FileTemplate {
  readonly #where: string;
  readonly #parts: readonly Part[];

  /** @throws MyelinError when the path is empty, a brace is not closed or a format is none */
  constructor(where: string, path: unknown) {
    if (typeof path !== 'string' || path === '') fail(where, '`path` to be the name of a file', describe(path));
    this.#where = where;
    this.#parts = partsOf(where, path as string);
  }

  /** Whether a path can be one that {@link fill} gave: the same text, with a number at every place. */
  matches(path: string): boolean {
    const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    const parts = this.#parts.map((part) => (typeof part === 'string' ? escaped(part) : '[ \\w.,%+-]*\\w[ \\w.,%+-]*'));
    return new RegExp(`^${parts.join('')}$`).test(path);
  }

  /**
   * The path with its numbers.
   *
   * @param counts whole numbers such as the epoch
   * @throws MyelinError when the path asks for a number that there is not, naming those there are
   */
  fill(counts: Readonly<Record<string, number>>, logs: Logs): string {
    return this.#parts
      .map((part) => {
        if (typeof part === 'string') return part;
        const { name, spec } = part;
        const count = Object.hasOwn(counts, name) ? counts[name] : undefined;
        const value = count ?? (Object.hasOwn(logs, name) ? logs[name] : undefined);
        if (value === undefined) {
          const names = [...Object.keys(counts), ...Object.keys(logs)];
          const near = nearestName(name, names);
          if (name.startsWith('val_') && !names.some((other) => other.startsWith('val_')))
            return fail(
              this.#where,
              '`path` with names of numbers there are',
              `{${name}}`,
              'give fit validationData or a validationSplit.',
            );
          const hint = `${near ? `did you mean {${near}}? ` : ''}There are: ${names.join(', ')}.`;
          return fail(this.#where, '`path` with names of numbers there are', `{${name}}`, hint);
        }
        return formatNumber(this.#where, value, spec, count !== undefined);
      })
      .join('');
  }
}
