import { describe, fail, failShape } from '../../base/fail.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import { asNode, defineOp, type Operand } from '../define-op.ts';
import { Node } from '../node.ts';

/** Gradients of the inputs from that of the value; null where nothing flows. */
type Rule = (dy: Node) => readonly (Node | null)[];

interface CustomGradientAttrs {
  readonly rule: Rule;
}

/** The value as it was computed, with a gradient that somebody else knows: inputs are the value, then what it was computed from. */
const op = defineOp<CustomGradientAttrs, number>({
  name: 'customGradient',
  infer: ([value]) => value!,
  lower: () => undefined,
  gradient: ({ dy, attrs }) => [null, ...attrs.rule(dy)],
  reference: ([value]) => value!,
  test: {
    cases: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
        attrs: { rule: () => [null] },
      },
    ],
    // What the rule says, not what the reference does: its own test compares it with what it stands for.
    nonDifferentiable: [0, 1],
    tolerance: 0,
  },
  view: true,
  // Simplifying comes after differentiating, when the rule has been asked.
  simplify: ([value]) => value,
});

/** What a function with a gradient of its own gives. */
export interface ValueWithGradient {
  readonly value: Node;
  /** Gradients of the function's arguments, in their order, from that of the value; null where nothing flows. */
  readonly gradient: Rule;
}

function checkGradient(gradient: unknown, at: number, input: Node): void {
  if (gradient === null) return;
  if (!(gradient instanceof Node)) fail('customGradient', `gradient ${at} to be a node or null`, describe(gradient));
  if (sameShape(gradient.shape, input.shape)) return;
  const wanted = `gradient ${at} of the shape of argument ${at}, ${formatShape(input.shape)}`;
  failShape('customGradient', wanted, formatShape(gradient.shape));
}

/**
 * A function with a gradient of its own: for formulas that are better differentiated by hand, and for gradients that are not those of what
 * is computed (straight-through estimators, gradient reversal).
 *
 * @param fn computes the value from nodes, and says how its gradient goes back to them. Runs while a function is traced
 * @returns a function of nodes (or of numbers, tensors and variables, then of constants as far as gradients go)
 * @throws MyelinError when the rule gives another number of gradients than there are arguments, or one of another shape
 *
 * @example
 * // Rounds, and lets gradients pass as if it had not.
 * const straightThrough = customGradient((x) => ({ value: ops.round(x), gradient: (dy) => [dy] }));
 * const gradient = grad((x) => ops.sum(straightThrough(x)));
 * gradient([0.2, 1.7]); // [[1, 1]]
 */
export function customGradient(fn: (...inputs: Node[]) => ValueWithGradient): (...inputs: Operand[]) => Node {
  return (...inputs) => {
    const nodes = inputs.map((input) => asNode('customGradient', input));
    const made: unknown = fn(...nodes);
    const { value, gradient } = (made ?? {}) as Partial<ValueWithGradient>;
    if (!(value instanceof Node) || typeof gradient !== 'function')
      return fail('customGradient', 'a function that returns { value, gradient }, a node and a function', describe(made));
    const rule: Rule = (dy) => {
      const given = gradient(dy);
      if (Array.isArray(given) && given.length === nodes.length) {
        for (const [i, input] of nodes.entries()) checkGradient(given[i], i, input);
        return given;
      }
      const got = Array.isArray(given) ? `${given.length}` : describe(given);
      return fail('customGradient', `a list of ${nodes.length} gradients, one for each argument`, got, 'null stands for none.');
    };
    return op([value, ...nodes], { rule });
  };
}
