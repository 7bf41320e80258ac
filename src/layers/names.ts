/** @file Default names of layers and models, by Keras's rule: the class in snake_case, numbered when it is taken. */

const counts = new Map<string, number>();

/** `BatchNormalization` → `batch_normalization`, `Conv2D` → `conv2d`. */
export function snakeCase(type: string): string {
  return type
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The next free default name for a class: `dense`, `dense_1`, … */
export function uniqueName(type: string): string {
  const base = snakeCase(type);
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

/** Starts numbering at zero again, so that two runs of the same code give the same names. */
export function resetNames(): void {
  counts.clear();
}
