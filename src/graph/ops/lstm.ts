import { sizeOf } from '../../base/shape.ts';
import { composedGradient } from '../composed-gradient.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import {
  checkSequence,
  logistic,
  maskDomain,
  type RecurrentAttrs,
  recurrentCases,
  recurrentProduct,
  recurrentScratch,
  sizesOf,
  stateBefore,
  timeSteps,
  unitDomain,
} from '../recurrence.ts';
import { unrolledLstm } from '../unrolled.ts';
import { lstmGrad } from './lstm-grad.ts';
import { sigmoid } from './sigmoid.ts';
import { tanh } from './tanh.ts';

/** The rule in basic ops, for what the kernels cannot differentiate. */
const unrolledGradient = composedGradient<RecurrentAttrs, number>((inputs, { reverse }) => {
  const [projected, kernel, h0, c0, mask] = inputs as readonly [Node, Node, Node, Node, Node | undefined];
  const curves = { activation: tanh, recurrentActivation: sigmoid };
  const { gates, h, c } = unrolledLstm(projected, kernel, h0, c0, { ...curves, reverse, mask });
  return [gates, h, c];
});

const op = defineOp<RecurrentAttrs, number>({
  name: 'lstm',
  // Gates (the buffer of the projected inputs is as large), states h and cells c of every step.
  infer: ([projected, kernel, h0, c0, mask]) => {
    const { batch, steps, units } = checkSequence('lstm', 4, [projected!, kernel!, h0!, c0!], mask);
    const states = { shape: [batch, steps, units], dtype: 'float32' as const };
    return [{ shape: projected!.shape, dtype: 'float32' }, states, states];
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch }) => {
    const { batch, steps, units } = sizesOf(inputSpecs[1]!, inputSpecs[0]!);
    const [projected, kernel, h0, c0, mask = 0] = inputs;
    const [gates, h, c] = outputs;
    k.lstm(projected!, kernel!, h0!, c0!, mask, gates!, h!, c!, scratch, batch, steps, units, attrs.reverse ? 1 : 0);
  },
  // d projected = dz, dU = Σ hᵀ·dz over the steps: see lstm-grad.ts. Gates are for that gradient; no one else differentiates by them.
  gradient: (call) => {
    const [dgates, dh, dc] = call.dys as readonly [Node | null, Node | null, Node | null];
    if (dgates) return unrolledGradient(call);
    const [, kernel, h0, c0, mask] = call.inputs as readonly [Node, Node, Node, Node, Node | undefined];
    const [gates, h, c] = call.outputs as readonly [Node, Node, Node];
    const grads = lstmGrad({ gates, h, c, kernel, h0, c0, mask, dh, dc }, call.attrs);
    return [grads.projected, grads.kernel, grads.h0, grads.c0, ...(mask ? [null] : [])];
  },
  reference: ([projected, kernel, h0, c0, mask], { reverse }) => {
    const sizes = sizesOf(kernel!, projected!);
    const { batch, steps, units } = sizes;
    const gates = new Float64Array(projected!.data.length);
    const [h, c] = [new Float64Array(batch * steps * units), new Float64Array(batch * steps * units)];
    for (const step of timeSteps(sizes, reverse, mask)) {
      for (let j = 0; j < units; j++) {
        const cell = stateBefore(step, c0!, c, units, j);
        h[step.at * units + j] = stateBefore(step, h0!, h, units, j);
        c[step.at * units + j] = cell;
        if (step.isSkipped) continue;
        const gate = (index: number, curve: (x: number) => number): number => {
          const at = step.at * 4 * units + index * units + j;
          gates[at] = curve(projected!.data[at]! + recurrentProduct(step, h0!, h, kernel!, index * units + j));
          return gates[at]!;
        };
        const next = gate(1, logistic) * cell + gate(0, logistic) * gate(2, Math.tanh);
        c[step.at * units + j] = next;
        h[step.at * units + j] = gate(3, logistic) * Math.tanh(next);
      }
    }
    const shape = [batch, steps, units];
    return [
      { shape: projected!.shape, data: gates },
      { shape, data: h },
      { shape, data: c },
    ];
  },
  test: {
    cases: recurrentCases(
      (batch, steps, units, hasMask) => [
        [batch, steps, 4 * units],
        [units, 4 * units],
        [batch, units],
        [batch, units],
        ...(hasMask ? [[batch, steps]] : []),
      ],
      (hasMask, kernel) => [unitDomain, kernel, unitDomain, unitDomain, ...(hasMask ? [maskDomain] : [])],
      (reverse) => ({ reverse }),
    ),
    nonDifferentiable: [4],
  },
  inPlace: [0],
  scratch: ([projected, kernel], _attrs, threads) => recurrentScratch(4, sizesOf(kernel!, projected!).units, threads),
  work: ([projected, kernel]) => sizeOf(projected!.shape) * (2 * kernel!.shape[0]! + 40),
});

/** Options of recurrent ops. */
export interface RecurrentOptions {
  /** [batch, steps]: 0 copies the states of a row through a step. Default: every step counts. */
  readonly mask?: Node | undefined;
  /** Whether time runs from the last step to the first. Default false. */
  readonly reverse?: boolean;
}

/**
 * Long short-term memory over whole sequences: with z = projected + h·kernel cut into i, f, g, o,
 * c' = σ(f)·c + σ(i)·tanh(g) and h' = σ(o)·tanh(c'). Returns h and c after every step, each at the time of its step.
 *
 * Shape: projected [batch, steps, 4·units], kernel [units, 4·units], h0 and c0 [batch, units] → h and c [batch, steps, units].
 */
export function lstm(
  projected: Node,
  kernel: Node,
  h0: Node,
  c0: Node,
  { mask, reverse = false }: RecurrentOptions = {},
): { h: Node; c: Node } {
  const [, h, c] = op.all<Node>([projected, kernel, h0, c0, ...(mask ? [mask] : [])], { reverse });
  return { h: h!, c: c! };
}
