/** @file Looking names up as a person writes them: camelCase or Keras's snake_case, with the nearest known name when there is none. */

import { describe, fail } from './fail.ts';

/** `sparse_categorical_crossentropy` and `SparseCategoricalCrossentropy` both become `sparsecategoricalcrossentropy`. */
export function foldName(name: string): string {
  return name.replace(/[_\-\s]/g, '').toLowerCase();
}

/** Number of single-letter edits between two words (Levenshtein's distance). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The known name nearest to `name`, or undefined when none is near enough to be what was meant. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const folded = foldName(name);
  if (folded === '') return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(folded.length / 2)) + 1;
  for (const candidate of known) {
    const other = foldName(candidate);
    const distance = other.startsWith(folded) || folded.startsWith(other) ? 1 : editDistance(folded, other);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * The entry of `table` that `name` means, whether it is written in camelCase, PascalCase or snake_case.
 *
 * @throws MyelinError naming the nearest known name when there is no such entry
 */
export function lookup<T>(where: string, kind: string, name: string, table: Readonly<Record<string, T>>): T {
  const folded = foldName(name);
  for (const [key, value] of Object.entries(table)) if (foldName(key) === folded) return value;
  const near = nearestName(name, Object.keys(table));
  const hint = near ? `did you mean '${near}'?` : `known names: ${Object.keys(table).join(', ')}.`;
  return fail(where, `the name of ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`, describe(name), hint);
}

/**
 * Refuses options of a name that nothing reads: a misspelt one would otherwise be silently without effect.
 *
 * @param known every name there is; `{ … } satisfies Record<keyof Options, true>` keeps the list complete
 */
export function checkOptionNames(where: string, options: unknown, known: Readonly<Record<string, true>>): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    fail(where, 'an object of options', describe(options));
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const near = nearestName(name, Object.keys(known));
    fail(
      where,
      'an option it knows',
      `\`${name}\``,
      near ? `did you mean \`${near}\`?` : `options: ${Object.keys(known).join(', ')}.`,
    );
  }
}

/** Names of the options a class has beyond those of its base. */
export type OptionNames = Readonly<Record<string, true>>;

/** What keeps such a list complete: `{ … } satisfies OwnOptions<Options, BaseOptions>`. */
export type OwnOptions<O, Base> = Readonly<Record<Exclude<keyof O, keyof Base>, true>>;

/**
 * Refuses options of a name that the class of `instance` does not know. A class without a list of its own is not checked: a user's subclass
 * need not have one.
 *
 * @param base the options every class of the room has
 */
export function checkOwnOptions(instance: object, type: string, options: unknown, base: OptionNames): void {
  const made = instance.constructor as { optionNames?: OptionNames };
  if (Object.hasOwn(made, 'optionNames')) checkOptionNames(type, options, { ...base, ...made.optionNames });
}

/** What something of this type is called by default: its type in camelCase (`klDivergence` for `KLDivergence`, `auc` for `AUC`). */
export function nameOfType(type: string): string {
  return type.replace(/^(?:[A-Z]+(?=[A-Z][a-z])|[A-Z]+\d*$|[A-Z])/, (start) => start.toLowerCase());
}
