import { defineBinary } from '../binary.ts';

/** 1 where a ≠ b, else 0, with broadcasting. Shape: broadcast of both. Not differentiable. */
export const notEqual = defineBinary({
  name: 'notEqual',
  reference: (a, b) => (a !== b ? 1 : 0),
  gradient: null,
  test: { domain: { low: -2, high: 2, integer: true }, tolerance: 0 },
});
