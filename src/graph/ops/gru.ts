import { failShape } from '../../base/fail.ts';
import { formatShape, sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
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
import { unrolledGru } from '../unrolled.ts';
import { gruGrad } from './gru-grad.ts';
import type { RecurrentOptions } from './lstm.ts';
import { sigmoid } from './sigmoid.ts';
import { tanh } from './tanh.ts';

/** The rule in basic ops, for what the kernels cannot differentiate. */
const unrolledGradient = composedGradient<RecurrentAttrs, number>((inputs, { reverse }) => {
  const [projected, kernel, bias, h0, mask] = inputs as readonly [Node, Node, Node, Node, Node | undefined];
  const curves = { activation: tanh, recurrentActivation: sigmoid, resetAfter: true };
  const { gates, h, reset } = unrolledGru(projected, kernel, h0, bias, { ...curves, reverse, mask });
  return [gates, h, reset];
});

const op = defineOp<RecurrentAttrs, number>({
  name: 'gru',
  // Gates (the buffer of the projected inputs is as large), states h, and what the reset gate was multiplied by.
  infer: ([projected, kernel, bias, h0, mask]) => {
    const { batch, steps, units } = checkSequence('gru', 3, [projected!, kernel!, h0!], mask);
    requireFloat32('gru', bias!);
    if (sizeOf(bias!.shape) !== 3 * units || bias!.shape.length !== 1)
      failShape('gru', `a bias of shape [${3 * units}]`, formatShape(bias!.shape));
    const states = { shape: [batch, steps, units], dtype: 'float32' as const };
    return [{ shape: projected!.shape, dtype: 'float32' }, states, states];
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch }) => {
    const { batch, steps, units } = sizesOf(inputSpecs[1]!, inputSpecs[0]!);
    const [projected, kernel, bias, h0, mask = 0] = inputs;
    const [gates, h, reset] = outputs;
    k.gru(projected!, kernel!, bias!, h0!, mask, gates!, h!, reset!, scratch, batch, steps, units, attrs.reverse ? 1 : 0);
  },
  // See gru-grad.ts. Gates and reset are for that gradient; no one else differentiates by them.
  gradient: (call) => {
    const [dgates, dh, dreset] = call.dys as readonly [Node | null, Node | null, Node | null];
    if (dgates || dreset) return unrolledGradient(call);
    const [, kernel, , h0, mask] = call.inputs as readonly [Node, Node, Node, Node, Node | undefined];
    const [gates, h, reset] = call.outputs as readonly [Node, Node, Node];
    const grads = gruGrad({ gates, h, reset, kernel, h0, mask, dh: dh! }, call.attrs);
    return [grads.projected, grads.kernel, grads.bias, grads.h0, ...(mask ? [null] : [])];
  },
  reference: ([projected, kernel, bias, h0, mask], { reverse }) => {
    const sizes = sizesOf(kernel!, projected!);
    const { batch, steps, units } = sizes;
    const gates = new Float64Array(projected!.data.length);
    const [h, reset] = [new Float64Array(batch * steps * units), new Float64Array(batch * steps * units)];
    for (const step of timeSteps(sizes, reverse, mask)) {
      for (let j = 0; j < units; j++) {
        const before = stateBefore(step, h0!, h, units, j);
        h[step.at * units + j] = before;
        if (step.isSkipped) continue;
        const columns = [j, units + j, 2 * units + j];
        const s = columns.map((column) => recurrentProduct(step, h0!, h, kernel!, column) + bias!.data[column]!);
        const x = columns.map((column) => projected!.data[step.at * 3 * units + column]!);
        const [z, r] = [logistic(x[0]! + s[0]!), logistic(x[1]! + s[1]!)];
        const n = Math.tanh(x[2]! + r * s[2]!);
        [z, r, n].forEach((value, gate) => {
          gates[(step.at * 3 + gate) * units + j] = value;
        });
        reset[step.at * units + j] = s[2]!;
        h[step.at * units + j] = z * before + (1 - z) * n;
      }
    }
    const shape = [batch, steps, units];
    return [
      { shape: projected!.shape, data: gates },
      { shape, data: h },
      { shape, data: reset },
    ];
  },
  test: {
    cases: recurrentCases(
      (batch, steps, units, hasMask) => [
        [batch, steps, 3 * units],
        [units, 3 * units],
        [3 * units],
        [batch, units],
        ...(hasMask ? [[batch, steps]] : []),
      ],
      (hasMask, kernel) => [unitDomain, kernel, unitDomain, unitDomain, ...(hasMask ? [maskDomain] : [])],
      (reverse) => ({ reverse }),
    ),
    nonDifferentiable: [4],
  },
  inPlace: [0],
  scratch: ([projected, kernel], _attrs, threads) => recurrentScratch(3, sizesOf(kernel!, projected!).units, threads),
  work: ([projected, kernel]) => sizeOf(projected!.shape) * (2 * kernel!.shape[0]! + 40),
});

/**
 * Gated recurrent unit over whole sequences: with s = h·kernel + bias and both s and `projected` cut into z, r, n,
 * h' = z·h + (1 − z)·n, where z and r are σ(projected + s) and n = tanh(projected + r·s). Returns h after every step, at its time.
 *
 * Shape: projected [batch, steps, 3·units], kernel [units, 3·units], bias [3·units], h0 [batch, units] → [batch, steps, units].
 */
export function gru(projected: Node, kernel: Node, bias: Node, h0: Node, { mask, reverse = false }: RecurrentOptions = {}): Node {
  return op.all<Node>([projected, kernel, bias, h0, ...(mask ? [mask] : [])], { reverse })[1]!;
}
