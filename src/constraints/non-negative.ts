import { constrainNonNegative } from '../graph/ops.ts';
import { defineConstraint } from './constraint.ts';

/** max(w, 0). Source: Keras `constraints.NonNeg`. */
export const nonNeg = defineConstraint<object>('NonNeg', () => ({ check: () => {}, apply: constrainNonNegative }));
