import { defineBinary } from '../binary.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { scale } from './scale.ts';
import { sub } from './sub.ts';

/** (a − b)², elementwise with broadcasting. Shape: broadcast of both. */
export const squaredDifference = defineBinary({
  name: 'squaredDifference',
  reference: (a, b) => (a - b) ** 2,
  // dL/da = dy · 2(a − b) = −dL/db
  gradient: ({ a, b, dy }) => {
    const da = mul(dy, scale(sub(a, b), 2));
    return [da, neg(da)];
  },
});
