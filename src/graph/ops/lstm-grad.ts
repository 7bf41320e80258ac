import { sizeOf } from '../../base/shape.ts';
import { asNode, defineOp } from '../define-op.ts';
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
import { broadcastTo } from './broadcast-to.ts';

interface GradAttrs extends RecurrentAttrs {
  readonly hasMask: boolean;
  /** Whether cells have gradients of their own. */
  readonly hasCells: boolean;
}

/** The inputs after gates, h, c, kernel, h0, c0 and dh: a mask, then the gradient of the cells. */
function optionalInputs<T>(inputs: readonly T[], { hasMask, hasCells }: GradAttrs): { mask?: T; dc?: T } {
  return { ...(hasMask && { mask: inputs[7]! }), ...(hasCells && { dc: inputs[hasMask ? 8 : 7]! }) };
}

const op = defineOp<GradAttrs, number>({
  name: 'lstmGrad',
  // Of the projected inputs, the kernel, h0 and c0.
  infer: ([gates, , , kernel, h0, c0]) => [gates!, kernel!, h0!, c0!].map(({ shape }) => ({ shape, dtype: 'float32' as const })),
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch, barrier }) => {
    const { batch, steps, units } = sizesOf(inputSpecs[3]!, inputSpecs[0]!);
    const [gates, h, c, kernel, h0, c0, dh] = inputs;
    const { mask = 0, dc = 0 } = optionalInputs(inputs, attrs);
    const [dz, dkernel, dh0, dc0] = outputs;
    const [rows, width] = [batch * steps, 4 * units];
    const rest = scratch + 4 * rows * units;
    const reverse = attrs.reverse ? 1 : 0;
    k.lstmGrad(
      ...([gates!, h!, c!, kernel!, h0!, c0!, mask, dh!, dc] as const),
      ...([dz!, dh0!, dc0!, scratch, rest, batch, steps, units, reverse] as const),
    );
    // The states each step began with lie in scratch now.
    barrier();
    k.gemmTN(scratch, dz!, dkernel!, 0, rest, units, width, rows, units, width, width, 0, 0);
  },
  gradient: null,
  // dc += dh·o·tanh'(c), and then through each gate by its own curve: d = dc·g·i·(1 − i) and so on.
  reference: (inputs, attrs) => {
    const [gates, h, c, kernel, h0, c0, dh] = inputs;
    const { mask, dc } = optionalInputs(inputs, attrs);
    const sizes = sizesOf(kernel!, gates!);
    const { batch, units } = sizes;
    const dz = new Float64Array(gates!.data.length);
    const [carryH, carryC] = [new Float64Array(batch * units), new Float64Array(batch * units)];
    const steps = timeSteps(sizes, attrs.reverse, mask);
    for (const step of steps.toReversed()) {
      const { row, at, isSkipped } = step;
      for (let j = 0; j < units; j++) {
        carryH[row * units + j]! += dh!.data[at * units + j]!;
        carryC[row * units + j]! += dc?.data[at * units + j] ?? 0;
      }
      if (isSkipped) continue;
      for (let j = 0; j < units; j++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates!.data[(at * 4 + gate) * units + j]!) as [
          number,
          number,
          number,
          number,
        ];
        const t = Math.tanh(c!.data[at * units + j]!);
        const dhj = carryH[row * units + j]!;
        const dcj = carryC[row * units + j]! + dhj * o * (1 - t * t);
        const d = [
          dcj * g * i * (1 - i),
          dcj * stateBefore(step, c0!, c!.data, units, j) * f * (1 - f),
          dcj * i * (1 - g * g),
          dhj * t * o * (1 - o),
        ];
        d.forEach((value, gate) => {
          dz[(at * 4 + gate) * units + j] = value;
        });
        carryC[row * units + j] = dcj * f;
      }
      for (let j = 0; j < units; j++) {
        let total = 0;
        for (let column = 0; column < 4 * units; column++)
          total += dz[at * 4 * units + column]! * kernel!.data[j * 4 * units + column]!;
        carryH[row * units + j] = total;
      }
    }
    return [
      { shape: gates!.shape, data: dz },
      kernelGradient(steps, h0!, h!.data, kernel!, dz),
      { shape: h0!.shape, data: carryH },
      { shape: c0!.shape, data: carryC },
    ];
  },
  test: {
    cases: recurrentCases<GradAttrs>(
      (batch, steps, units, hasMask) => {
        const states = [batch, steps, units];
        const sequences = [[batch, steps, 4 * units], states, states];
        return [
          ...sequences,
          [units, 4 * units],
          [batch, units],
          [batch, units],
          states,
          ...(hasMask ? [[batch, steps]] : [states]),
        ];
      },
      (hasMask, kernel) => [
        gateDomain,
        ...[unitDomain, unitDomain, kernel, unitDomain, unitDomain, unitDomain],
        hasMask ? maskDomain : unitDomain,
      ],
      (reverse, hasMask) => ({ reverse, hasMask, hasCells: !hasMask }),
    ),
  },
  inPlace: [0],
  scratch: ([gates, , , kernel], _attrs, threads) => {
    const sizes = sizesOf(kernel!, gates!);
    return recurrentGradScratch(4, sizes, sizes.units, threads);
  },
  work: ([gates, , , kernel]) => sizeOf(gates!.shape) * (4 * kernel!.shape[0]! + 20),
});

/** What the gradient of a long short-term memory is made from: what went in, what came out, and the gradients of h and c. */
export interface LstmGradInputs {
  readonly gates: Node;
  readonly h: Node;
  readonly c: Node;
  readonly kernel: Node;
  readonly h0: Node;
  readonly c0: Node;
  readonly mask: Node | undefined;
  readonly dh: Node | null;
  readonly dc: Node | null;
}

/** Gradients of `lstm` by the projected inputs, the recurrent weights and the initial states. */
export function lstmGrad(
  { gates, h, c, kernel, h0, c0, mask, dh, dc }: LstmGradInputs,
  { reverse }: RecurrentAttrs,
): { projected: Node; kernel: Node; h0: Node; c0: Node } {
  const upstream = dh ?? broadcastTo(asNode('lstmGrad', 0), h.shape);
  const optional = [...(mask ? [mask] : []), ...(dc ? [dc] : [])];
  const results = op.all([gates, h, c, kernel, h0, c0, upstream, ...optional], {
    reverse,
    hasMask: mask !== undefined,
    hasCells: dc !== null,
  });
  return { projected: results[0]!, kernel: results[1]!, h0: results[2]!, c0: results[3]! };
}
