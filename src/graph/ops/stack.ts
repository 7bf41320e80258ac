import { fail } from '../../base/fail.ts';
import { normalizeAxis, type Shape } from '../../base/shape.ts';
import { asNode, type Operand, type Result } from '../define-op.ts';
import { concat } from './concat.ts';
import { reshape } from './reshape.ts';

/** Parts of one shape side by side along a new axis, which becomes axis `axis` of the result. */
export function stack<X extends Operand>(parts: readonly X[], axis = 0): Result<X> {
  const [first] = parts;
  if (first === undefined) return fail('stack', 'at least one part', 'an empty list');
  const at = normalizeAxis('stack', axis, asNode('stack', first).rank + 1);
  const widened = (shape: Shape): Shape => [...shape.slice(0, at), 1, ...shape.slice(at)];
  return concat<Operand>(
    parts.map((part) => reshape<Operand>(part, widened(asNode('stack', part).shape))),
    at,
  ) as Result<X>;
}
