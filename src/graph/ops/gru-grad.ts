import { sizeOf } from '../../base/shape.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import {
  gateDomain,
  kernelGradient,
  maskDomain,
  type RecurrentAttrs,
  recurrentCases,
  recurrentGradScratch,
  sizesOf,
  stateBefore,
  timeSteps,
  unitDomain,
} from '../recurrence.ts';

const op = defineOp<RecurrentAttrs, number>({
  name: 'gruGrad',
  // Of the projected inputs, the kernel, the bias and h0.
  infer: ([gates, , , kernel, h0]) => {
    const bias = { shape: kernel!.shape.slice(1) };
    return [gates!, kernel!, bias, h0!].map(({ shape }) => ({ shape, dtype: 'float32' as const }));
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch, barrier }) => {
    const { batch, steps, units } = sizesOf(inputSpecs[3]!, inputSpecs[0]!);
    const [gates, h, reset, kernel, h0, dh, mask = 0] = inputs;
    const [dp, dkernel, dbias, dh0] = outputs;
    const [rows, width] = [batch * steps, 3 * units];
    // In scratch: the states each step began with, the gradients of s, and what the kernels need.
    const ds = scratch + 4 * rows * units;
    const rest = ds + 4 * rows * width;
    const reverse = attrs.reverse ? 1 : 0;
    k.gruGrad(
      ...([gates!, h!, reset!, kernel!, h0!, mask, dh!] as const),
      ...([dp!, dh0!, ds, scratch, rest, batch, steps, units, reverse] as const),
    );
    barrier();
    k.gemmTN(scratch, ds, dkernel!, 0, rest, units, width, rows, units, width, width, 0, 0);
    k.sum(ds, dbias!, 1, rows, width, 1);
  },
  gradient: null,
  // dn = dh·(1 − z)·tanh', dz = dh·(h − n)·σ', dr = dn·sn·σ'; s gets the same, but its last part dn·r.
  reference: ([gates, h, reset, kernel, h0, dh, mask], { reverse }) => {
    const sizes = sizesOf(kernel!, gates!);
    const { batch, units } = sizes;
    const [dp, ds] = [new Float64Array(gates!.data.length), new Float64Array(gates!.data.length)];
    const dbias = new Float64Array(3 * units);
    const carry = new Float64Array(batch * units);
    const steps = timeSteps(sizes, reverse, mask);
    for (const step of steps.toReversed()) {
      const { row, at, isSkipped } = step;
      for (let j = 0; j < units; j++) carry[row * units + j]! += dh!.data[at * units + j]!;
      if (isSkipped) continue;
      for (let j = 0; j < units; j++) {
        const [z, r, n] = [0, 1, 2].map((gate) => gates!.data[(at * 3 + gate) * units + j]!) as [number, number, number];
        const d = carry[row * units + j]!;
        const dn = d * (1 - z) * (1 - n * n);
        const dz = d * (stateBefore(step, h0!, h!.data, units, j) - n) * z * (1 - z);
        const dr = dn * reset!.data[at * units + j]! * r * (1 - r);
        [dz, dr, dn].forEach((value, gate) => {
          dp[(at * 3 + gate) * units + j] = value;
          ds[(at * 3 + gate) * units + j] = gate === 2 ? dn * r : value;
        });
        carry[row * units + j] = d * z;
      }
      for (let column = 0; column < 3 * units; column++) {
        const value = ds[at * 3 * units + column]!;
        dbias[column]! += value;
        for (let j = 0; j < units; j++) carry[row * units + j]! += value * kernel!.data[j * 3 * units + column]!;
      }
    }
    return [
      { shape: gates!.shape, data: dp },
      kernelGradient(steps, h0!, h!.data, kernel!, ds),
      { shape: [3 * units], data: dbias },
      { shape: h0!.shape, data: carry },
    ];
  },
  test: {
    cases: recurrentCases(
      (batch, steps, units, hasMask) => {
        const states = [batch, steps, units];
        const sequences = [[batch, steps, 3 * units], states, states];
        return [...sequences, [units, 3 * units], [batch, units], states, ...(hasMask ? [[batch, steps]] : [])];
      },
      (_hasMask, kernel) => [gateDomain, unitDomain, unitDomain, kernel, unitDomain, unitDomain, maskDomain],
      (reverse) => ({ reverse }),
    ),
  },
  inPlace: [0],
  scratch: ([gates, , , kernel], _attrs, threads) => {
    const sizes = sizesOf(kernel!, gates!);
    return recurrentGradScratch(3, sizes, 4 * sizes.units, threads);
  },
  work: ([gates, , , kernel]) => sizeOf(gates!.shape) * (4 * kernel!.shape[0]! + 20),
});

/** What the gradient of a gated recurrent unit is made from: what went in, what came out, and the gradient of h. */
export interface GruGradInputs {
  readonly gates: Node;
  readonly h: Node;
  readonly reset: Node;
  readonly kernel: Node;
  readonly h0: Node;
  readonly mask: Node | undefined;
  readonly dh: Node;
}

/** Gradients of `gru` by the projected inputs, the recurrent weights, their bias and the initial state. */
export function gruGrad(
  { gates, h, reset, kernel, h0, mask, dh }: GruGradInputs,
  { reverse }: RecurrentAttrs,
): { projected: Node; kernel: Node; bias: Node; h0: Node } {
  const results = op.all([gates, h, reset, kernel, h0, dh, ...(mask ? [mask] : [])], { reverse });
  return { projected: results[0]!, kernel: results[1]!, bias: results[2]!, h0: results[3]! };
}
