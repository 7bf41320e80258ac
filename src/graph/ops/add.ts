import { defineBinary } from '../binary.ts';
import { constantOf, type Node } from '../node.ts';

/** Whether a node is a constant that holds `value` everywhere. */
function isAll(node: Node, value: number): boolean {
  const data = constantOf(node)?.data;
  return data !== undefined && data.length > 0 && data.every((element) => Object.is(element, value));
}

/** a + b, elementwise with broadcasting. Shape: broadcast of both. */
export const add = defineBinary({
  name: 'add',
  reference: (a, b) => a + b,
  // dL/da = dL/db = dy
  gradient: ({ dy }) => [dy, dy],
  test: { tolerance: 0 },
  record: {
    epilogue: 'bias',
    // x + (−0) = x for every x; x + 0 would turn −0 into 0.
    simplify: ([a, b]) => (isAll(b, -0) && b.shape.length === 0 ? a : isAll(a, -0) && a.shape.length === 0 ? b : undefined),
  },
});
