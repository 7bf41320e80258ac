import { sizeOf } from '../../base/shape.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import {
  kernelGradient,
  maskDomain,
  type RecurrentAttrs,
  recurrentCases,
  recurrentGradScratch,
  sizesOf,
  timeSteps,
  unitDomain,
} from '../recurrence.ts';

const op = defineOp<RecurrentAttrs, number>({
  name: 'simpleRnnGrad',
  // Of the projected inputs, the kernel and h0.
  infer: ([dh, , kernel, h0]) => [dh!, kernel!, h0!].map(({ shape }) => ({ shape, dtype: 'float32' as const })),
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch, barrier }) => {
    const { batch, steps, units } = sizesOf(inputSpecs[2]!, inputSpecs[0]!);
    const [dh, h, kernel, h0, mask = 0] = inputs;
    const [dz, dkernel, dh0] = outputs;
    const rows = batch * steps;
    const rest = scratch + 4 * rows * units;
    k.simpleRnnGrad(
      ...([dh!, h!, kernel!, h0!, mask] as const),
      ...([dz!, dh0!, scratch, rest, batch, steps, units, attrs.reverse ? 1 : 0] as const),
    );
    // The states each step began with lie in scratch now.
    barrier();
    k.gemmTN(scratch, dz!, dkernel!, 0, rest, units, units, rows, units, units, units, 0, 0);
  },
  gradient: null,
  // dz = (dh + what comes back through U)·(1 − h²)
  reference: ([dh, h, kernel, h0, mask], { reverse }) => {
    const sizes = sizesOf(kernel!, dh!);
    const { batch, units } = sizes;
    const dz = new Float64Array(dh!.data.length);
    const carry = new Float64Array(batch * units);
    const steps = timeSteps(sizes, reverse, mask);
    for (const { row, at, isSkipped } of steps.toReversed()) {
      for (let j = 0; j < units; j++) {
        carry[row * units + j]! += dh!.data[at * units + j]!;
        if (!isSkipped) dz[at * units + j] = carry[row * units + j]! * (1 - h!.data[at * units + j]! ** 2);
      }
      if (isSkipped) continue;
      for (let j = 0; j < units; j++) {
        let total = 0;
        for (let column = 0; column < units; column++) total += dz[at * units + column]! * kernel!.data[j * units + column]!;
        carry[row * units + j] = total;
      }
    }
    return [{ shape: dh!.shape, data: dz }, kernelGradient(steps, h0!, h!.data, kernel!, dz), { shape: h0!.shape, data: carry }];
  },
  test: {
    cases: recurrentCases(
      (batch, steps, units, hasMask) => {
        const states = [batch, steps, units];
        return [states, states, [units, units], [batch, units], ...(hasMask ? [[batch, steps]] : [])];
      },
      (_hasMask, kernel) => [unitDomain, unitDomain, kernel, unitDomain, maskDomain],
      (reverse) => ({ reverse }),
    ),
  },
  inPlace: [0],
  scratch: ([dh, , kernel], _attrs, threads) => {
    const sizes = sizesOf(kernel!, dh!);
    return recurrentGradScratch(1, sizes, sizes.units, threads);
  },
  work: ([dh, , kernel]) => sizeOf(dh!.shape) * (4 * kernel!.shape[0]! + 10),
});

/** What the gradient of a plain recurrent layer is made from: what went in, what came out, and the gradient of h. */
export interface SimpleRnnGradInputs {
  readonly h: Node;
  readonly kernel: Node;
  readonly h0: Node;
  readonly mask: Node | undefined;
  readonly dh: Node;
}

/** Gradients of `simpleRnn` by the projected inputs, the recurrent weights and the initial state. */
export function simpleRnnGrad(
  { h, kernel, h0, mask, dh }: SimpleRnnGradInputs,
  { reverse }: RecurrentAttrs,
): { projected: Node; kernel: Node; h0: Node } {
  const results = op.all([dh, h, kernel, h0, ...(mask ? [mask] : [])], { reverse });
  return { projected: results[0]!, kernel: results[1]!, h0: results[2]! };
}
