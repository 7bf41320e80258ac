/** @file Keys for caches: a text that two values share exactly when they are the same for every computation. */

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

function identityOf(value: object): number {
  let id = identities.get(value);
  if (id === undefined) {
    id = nextIdentity++;
    identities.set(value, id);
  }
  return id;
}

/**
 * The key of a value. Numbers are told apart as `Object.is` does (−0, NaN and Infinity have keys of their own), plain objects and
 * arrays are compared by their content, and everything else by identity.
 */
export function keyOf(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'function') return `#${identityOf(value)}`;
  if (typeof value !== 'object' || value === null) return `${typeof value}:${JSON.stringify(value) ?? ''}`;
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (Object.getPrototypeOf(value) !== Object.prototype) return `#${identityOf(value)}`;
  return `{${Object.entries(value)
    .map(([name, entry]) => `${name}=${keyOf(entry)}`)
    .join()}}`;
}
