import { defineBinary } from '../binary.ts';
import { constantOf, type Node } from '../node.ts';

function isScalarOne(node: Node): boolean {
  return node.shape.length === 0 && constantOf(node)?.data[0] === 1;
}

/** a · b, elementwise with broadcasting. Shape: broadcast of both. */
export const mul = defineBinary({
  name: 'mul',
  reference: (a, b) => a * b,
  // dL/da = dy · b, dL/db = dy · a
  gradient: ({ a, b, dy }) => [mul(dy, b), mul(dy, a)],
  test: { tolerance: 0 },
  record: { simplify: ([a, b]) => (isScalarOne(b) ? a : isScalarOne(a) ? b : undefined) },
});
