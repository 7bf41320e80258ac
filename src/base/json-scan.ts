/** @file What `JSON.parse` keeps silent about: keys that an object has twice, of which it takes the last, and how deep a text goes. */

/** What a look at a JSON text shows. */
export interface JSONScan {
  /** The first key that an object has twice; undefined when all differ. */
  readonly duplicate: string | undefined;
  /** Objects and lists within each other, at most. */
  readonly depth: number;
}

/**
 * Looks at a JSON text without recursion.
 *
 * @param text JSON that `JSON.parse` has accepted
 */
export function scanJSON(text: string): JSONScan {
  let duplicate: string | undefined;
  let depth = 0;
  // The keys of every object that is open; undefined for a list.
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') {
      const end = endOfString(text, at);
      if (isKey) {
        const key = JSON.parse(text.slice(at, end)) as string;
        const keys = open.at(-1)!;
        if (keys.has(key)) duplicate ??= key;
        keys.add(key);
        isKey = false;
      }
      at = end - 1;
    } else if (letter === '{' || letter === '[') {
      open.push(letter === '{' ? new Set() : undefined);
      depth = Math.max(depth, open.length);
      isKey = letter === '{';
    } else if (letter === '}' || letter === ']') {
      open.pop();
      isKey = false;
    } else if (letter === ',') isKey = open.at(-1) !== undefined;
  }
  return { duplicate, depth };
}

/** Where the string that begins at `start` is over. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote;
  }
}
