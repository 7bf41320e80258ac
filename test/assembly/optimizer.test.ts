/** @file Optimizer updates: one step against float64 in every length and split, golden trajectories, and norms for clipping. */

import { describe, expect, test } from 'vitest';
import { SUM_SQUARES_CHUNK } from '../../src/engine/generated/kernels.ts';
import { type KernelFunctions, loadKernels } from '../support/engine.ts';
import { type GoldenCase, loadGolden } from '../support/golden.ts';
import { type Block, GuardedMemory } from '../support/guarded-memory.ts';
import { checkParts, expectWithin, randomFloats, sameBits } from '../support/kernel-checks.ts';

const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);

/** What an update does to one element: [w, …slots] of the element and its gradient to the new [w, …slots]. */
type Step = (state: readonly number[], g: number, hyper: readonly number[]) => number[];

interface Optimizer {
  readonly name: keyof KernelFunctions;
  readonly slots: number;
  readonly hyper: readonly number[];
  readonly step: Step;
}

const average = (old: number, x: number, rho: number) => rho * old + (1 - rho) * x;
const adamMoments = ([, m = 0, v = 0]: readonly number[], g: number, [, c1 = 0, c2 = 0]: readonly number[]) => [
  m + (g - m) * c1,
  v + (g * g - v) * c2,
];

const OPTIMIZERS: readonly Optimizer[] = [
  { name: 'sgd', slots: 0, hyper: [0.1], step: ([w = 0], g, [rate = 0]) => [w - rate * g] },
  {
    name: 'sgdMomentum',
    slots: 1,
    hyper: [0.1, 0.9],
    step: ([w = 0, v = 0], g, [rate = 0, mu = 0]) => [w + mu * v - rate * g, mu * v - rate * g],
  },
  {
    name: 'sgdNesterov',
    slots: 1,
    hyper: [0.1, 0.9],
    step: ([w = 0, v = 0], g, [rate = 0, mu = 0]) => [w + mu * (mu * v - rate * g) - rate * g, mu * v - rate * g],
  },
  {
    name: 'rmsprop',
    slots: 1,
    hyper: [0.01, 0.9, 1e-3],
    step: ([w = 0, v = 0], g, [rate = 0, rho = 0, epsilon = 0]) => {
      const v1 = average(v, g * g, rho);
      return [w - (rate * g) / Math.sqrt(v1 + epsilon), v1];
    },
  },
  {
    name: 'rmspropMomentum',
    slots: 2,
    hyper: [0.01, 0.9, 1e-3, 0.8],
    step: ([w = 0, v = 0, m = 0], g, [rate = 0, rho = 0, epsilon = 0, mu = 0]) => {
      const v1 = average(v, g * g, rho);
      const m1 = mu * m + (rate * g) / Math.sqrt(v1 + epsilon);
      return [w - m1, v1, m1];
    },
  },
  {
    name: 'rmspropCentered',
    slots: 2,
    hyper: [0.01, 0.9, 1e-3],
    step: ([w = 0, v = 0, a = 0], g, [rate = 0, rho = 0, epsilon = 0]) => {
      const [v1, a1] = [average(v, g * g, rho), average(a, g, rho)];
      return [w - (rate * g) / Math.sqrt(v1 - a1 * a1 + epsilon), v1, a1];
    },
  },
  {
    name: 'rmspropCenteredMomentum',
    slots: 3,
    hyper: [0.01, 0.9, 1e-3, 0.8],
    step: ([w = 0, v = 0, m = 0, a = 0], g, [rate = 0, rho = 0, epsilon = 0, mu = 0]) => {
      const [v1, a1] = [average(v, g * g, rho), average(a, g, rho)];
      const m1 = mu * m + (rate * g) / Math.sqrt(v1 - a1 * a1 + epsilon);
      return [w - m1, v1, m1, a1];
    },
  },
  {
    name: 'adam',
    slots: 2,
    hyper: [0.01, 0.1, 0.001, 1e-3],
    step: (state, g, hyper) => {
      const [m = 0, v = 0] = adamMoments(state, g, hyper);
      return [state[0]! - (hyper[0]! * m) / (Math.sqrt(v) + hyper[3]!), m, v];
    },
  },
  {
    name: 'adamAmsgrad',
    slots: 3,
    hyper: [0.01, 0.1, 0.001, 1e-3],
    step: (state, g, hyper) => {
      const [m = 0, v = 0] = adamMoments(state, g, hyper);
      const largest = Math.max(state[3]!, v);
      return [state[0]! - (hyper[0]! * m) / (Math.sqrt(largest) + hyper[3]!), m, v, largest];
    },
  },
  {
    name: 'adagrad',
    slots: 1,
    hyper: [0.01, 1e-3],
    step: ([w = 0, a = 0], g, [rate = 0, epsilon = 0]) => [w - (rate * g) / Math.sqrt(a + g * g + epsilon), a + g * g],
  },
  {
    name: 'adadelta',
    slots: 2,
    hyper: [0.5, 0.95, 1e-3],
    step: ([w = 0, e = 0, d = 0], g, [rate = 0, rho = 0, epsilon = 0]) => {
      const e1 = average(e, g * g, rho);
      const delta = (g * Math.sqrt(d + epsilon)) / Math.sqrt(e1 + epsilon);
      return [w - rate * delta, e1, average(d, delta * delta, rho)];
    },
  },
  {
    name: 'adamax',
    slots: 2,
    hyper: [0.01, 0.1, 0.999, 1e-3],
    step: ([w = 0, m = 0, u = 0], g, [alpha = 0, c1 = 0, beta2 = 0, epsilon = 0]) => {
      const [m1, u1] = [m + (g - m) * c1, Math.max(beta2 * u, Math.abs(g))];
      return [w - (alpha * m1) / (u1 + epsilon), m1, u1];
    },
  },
  {
    name: 'nadam',
    slots: 2,
    hyper: [0.01, 0.1, 0.001, 1e-3, 0.02],
    step: (state, g, hyper) => {
      const [m = 0, v = 0] = adamMoments(state, g, hyper);
      return [state[0]! - (hyper[0]! * m + hyper[4]! * g) / (Math.sqrt(v) + hyper[3]!), m, v];
    },
  },
  {
    name: 'radam',
    slots: 2,
    hyper: [0.01, 0.1, 0.001, 1e-3, 1],
    step: (state, g, hyper) => {
      const [m = 0, v = 0] = adamMoments(state, g, hyper);
      return [state[0]! - (hyper[0]! * m) / (hyper[4]! * Math.sqrt(v) + hyper[3]!), m, v];
    },
  },
  {
    name: 'lion',
    slots: 1,
    hyper: [0.01, 0.1, 0.01],
    step: ([w = 0, m = 0], g, [rate = 0, c1 = 0, c2 = 0]) => [w - rate * Math.sign(m + (g - m) * c1), m + (g - m) * c2],
  },
  { name: 'accumulateGradients', slots: 0, hyper: [], step: ([sum = 0], g) => [sum + g] },
  {
    name: 'keepMoments',
    slots: 2,
    hyper: [0.01, 0.1, 0.001],
    step: (state, g, hyper) => [state[0]!, ...adamMoments(state, g, hyper)],
  },
  { name: 'keepMomentum', slots: 1, hyper: [0.01, 0.9], step: ([w = 0, m = 0], g, [, mu = 0]) => [w, mu * m + g] },
];

const keepsWeight = (name: string): boolean => name.startsWith('keep');

/** Kernels whose golden trajectories run here; those of the others run through the library, which works out their numbers per step. */
const isTrackedHere = ({ name }: Optimizer): boolean => /^(sgd|rmsprop|adam$|adamAmsgrad)/.test(name);

/** Weights, their gradients and slots in memory, and the table that lists them. */
interface Setup {
  readonly table: number;
  readonly segments: number;
  readonly hyper: Block<Float32Array>;
  /** Per segment: w, slot, slot, … */
  readonly states: readonly Block<Float32Array>[][];
  readonly gradients: readonly Block<Float32Array>[];
}

/** `start(segment, k)`: what w (k = 0) and slot k − 1 hold at first. */
function setup(
  counts: readonly number[],
  slots: number,
  hyper: readonly number[],
  start: (segment: number, k: number) => ArrayLike<number>,
  gradient: (segment: number) => ArrayLike<number>,
  shift = 0,
  isClearing = false,
): Setup {
  memory.reset();
  const states = counts.map((_, s) => Array.from({ length: 1 + slots }, (_, k) => memory.f32(start(s, k), (shift + k + s) % 4)));
  const gradients = counts.map((_, s) => memory.f32(gradient(s), (shift + 3 * s) % 4));
  const words = counts.flatMap((count, s) => [
    count,
    states[s]![0]!.pointer,
    gradients[s]!.pointer,
    ...states[s]!.slice(1).map(({ pointer }) => pointer),
  ]);
  return {
    table: memory.i32(words).pointer,
    segments: counts.length,
    hyper: memory.f32([...hyper, isClearing ? 1 : 0], shift),
    states,
    gradients,
  };
}

const update =
  (name: keyof KernelFunctions, { table, segments, hyper }: Setup) =>
  (part: number, parts: number) =>
    kernels[name](table, segments, hyper.pointer, 0, 0, part, parts);

describe.each(OPTIMIZERS)('$name', ({ name, slots, hyper, step }) => {
  // Squares are positive; a centered average stays below its root.
  const start = (counts: readonly number[]) => (segment: number, k: number) =>
    k === 0 ? randomFloats(counts[segment]!, -1, 1, segment) : randomFloats(counts[segment]!, 0.1, 0.3, 10 * segment + k);
  const gradient = (counts: readonly number[]) => (segment: number) => randomFloats(counts[segment]!, -1, 1, 99 + segment);

  test('makes one step as float64 does, for every length, alignment and split', () => {
    const lists = [[], ...Array.from({ length: 41 }, (_, n) => [n]), [5, 16, 33, 0, 1, 100, 15], [1, 1, 1], [0, 0], [70, 3]];
    for (const counts of lists) {
      const rounded = hyper.map(Math.fround);
      const first: Uint32Array[] = [];
      for (const shift of [0, 1, 2, 3]) {
        const made = setup(counts, slots, hyper, start(counts), gradient(counts), shift);
        const wanted = made.states.map((blocks, s) =>
          Array.from({ length: counts[s]! }, (_, i) =>
            step(
              blocks.map(({ view }) => view[i]!),
              made.gradients[s]!.view[i]!,
              rounded,
            ),
          ),
        );
        const blocks = made.states.flat();
        checkParts(update(name, made), blocks);
        memory.check();
        made.states.forEach((ofSegment, s) => {
          ofSegment.forEach(({ view }, k) => {
            expectWithin(
              view,
              wanted[s]!.map((state) => state[k]!),
              3e-7,
              `[${counts}] segment ${s} array ${k}`,
            );
          });
        });
        blocks.forEach(({ bits }, k) => {
          if (shift === 0) first.push(bits.slice());
          else sameBits(bits, first[k]!, `[${counts}] shifted by ${shift}, array ${k}`);
        });
      }
    }
  });

  test('leaves weights alone where gradient and slots are 0, and keeps a NaN to its element', () => {
    const g = new Float32Array(23);
    g[5] = g[22] = Number.NaN;
    const w = randomFloats(23);
    const made = setup(
      [23],
      slots,
      hyper,
      (_, k) => (k === 0 ? w : new Float32Array(23)),
      () => g,
    );
    update(name, made)(0, 1);
    made.states[0]![0]!.view.forEach((value, k) => {
      expect(value).toBe(!keepsWeight(name) && (k === 5 || k === 22) ? Number.NaN : w[k]);
    });
  });

  test('gives an element the same bits wherever it lies in its segment', () => {
    const made = setup(
      [37],
      slots,
      hyper,
      (_, k) => new Float32Array(37).fill(0.3 + k / 7),
      () => new Float32Array(37).fill(0.7),
    );
    update(name, made)(0, 1);
    for (const { bits } of made.states[0]!) expect(new Set(bits).size).toBe(1);
  });
});

test.each(['rmspropCentered', 'rmspropCenteredMomentum'] as const)('%s survives a constant gradient', (name) => {
  // v and a² grow equal: rounding alone would decide on which side of 0 their difference is, and ε is too small to tell.
  const slots = name === 'rmspropCentered' ? 2 : 3;
  const g = Float32Array.from({ length: 64 }, (_, k) => 100 + k);
  const made = setup(
    [64],
    slots,
    [1e-6, 0.9, 1e-7, 0.5],
    () => new Float32Array(64),
    () => g,
  );
  for (let s = 0; s < 400; s++) update(name, made)(0, 1);
  for (const value of made.states[0]![0]!.view) expect(value).toBeLessThan(0);
});

test.each([false, true])('adam keeps tiny slots unless it is told to clear them (%s)', (isClearing) => {
  // Zeros as gradients: both averages only decay, the first by 0.9 and the second by 0.999.
  const tiny = [1e-30, -1e-30, 1e-20, Number.NaN, 1e-38, 1];
  const at = (value: number): Float32Array => Float32Array.from({ length: 37 }, () => value);
  for (const value of tiny) {
    const made = setup(
      [37],
      2,
      [1e-3, 0.1, 0.001, 1e-7],
      (_, k) => at(k === 0 ? 0.5 : value),
      () => at(0),
      1,
      isClearing,
    );
    update('adam', made)(0, 1);
    const moment = made.states[0]![1]!.view;
    const isCleared = isClearing && Math.abs(value) < 2 ** -90;
    for (const element of moment) {
      if (Number.isNaN(value)) expect(element).toBeNaN();
      else expect(element === 0).toBe(isCleared);
    }
  }
});

describe('golden trajectories', () => {
  const COMPOSED = ['weight_decay', 'clipnorm', 'clipvalue', 'global_clipnorm', 'ema_momentum', 'gradient_accumulation_steps'];
  const isPlain = ({ config }: GoldenCase) =>
    ['sgd', 'rmsprop', 'adam'].includes(config.optimizer as string) &&
    typeof config.learning_rate === 'number' &&
    !COMPOSED.some((key) => config[key] !== undefined);

  /** The kernel of a configuration, and its hyper-parameters at step s = 1, 2, …. */
  function kernelOf({ config }: GoldenCase): { name: keyof KernelFunctions; slots: number; hyper: (s: number) => number[] } {
    const rate = config.learning_rate as number;
    const [momentum, epsilon] = [(config.momentum as number | undefined) ?? 0, config.epsilon as number];
    if (config.optimizer === 'sgd') {
      const name = momentum === 0 ? 'sgd' : config.nesterov ? 'sgdNesterov' : 'sgdMomentum';
      return { name, slots: momentum === 0 ? 0 : 1, hyper: () => (momentum === 0 ? [rate] : [rate, momentum]) };
    }
    if (config.optimizer === 'rmsprop') {
      const name = `rmsprop${config.centered ? 'Centered' : ''}${momentum ? 'Momentum' : ''}` as const;
      const hyper = [rate, config.rho as number, epsilon, ...(momentum ? [momentum] : [])];
      return { name, slots: 1 + (momentum ? 1 : 0) + (config.centered ? 1 : 0), hyper: () => hyper };
    }
    const [beta1, beta2] = [config.beta_1 as number, config.beta_2 as number];
    const alpha = (s: number) => (rate * Math.sqrt(1 - beta2 ** s)) / (1 - beta1 ** s);
    const hyper = (s: number) => [alpha(s), 1 - beta1, 1 - beta2, epsilon];
    return config.amsgrad ? { name: 'adamAmsgrad', slots: 3, hyper } : { name: 'adam', slots: 2, hyper };
  }

  const cases = loadGolden('optimizers_keras').cases.filter(isPlain);

  test('cover the kernels of SGD, RMSprop and Adam', () => {
    expect(new Set(cases.map((golden) => kernelOf(golden).name))).toEqual(
      new Set(OPTIMIZERS.filter(isTrackedHere).map(({ name }) => name)),
    );
  });

  test.each(cases)('$name', (golden) => {
    const { name, slots, hyper } = kernelOf(golden);
    const names = Object.keys(golden.inputs);
    const counts = names.map((key) => golden.inputs[key]!.data.length);
    const initial = (s: number, k: number) => (k === 0 ? golden.inputs[names[s]!]!.data : new Float32Array(counts[s]!));
    const made = setup(counts, slots, hyper(1), initial, (s) => new Float32Array(counts[s]!));
    for (let s = 0; s < 10; s++) {
      made.hyper.view.set(hyper(s + 1));
      const ofStep = (key: string, tensors: GoldenCase['outputs'], k: number) =>
        tensors[key]!.data.slice(s * counts[k]!, (s + 1) * counts[k]!);
      names.forEach((key, k) => {
        made.gradients[k]!.view.set(ofStep(key, golden.step_grads!, k));
      });
      update(name, made)(0, 1);
      names.forEach((key, k) => {
        const wanted = ofStep(key, golden.outputs, k);
        const within = (i: number) => Math.max(1e-6 + 1e-5 * Math.abs(wanted[i]!), 10 * (golden.f32err?.[key] ?? 0) + 1e-6);
        expectWithin(made.states[k]![0]!.view, wanted, within, `${key} after step ${s + 1}`);
      });
    }
  });
});

describe('segmentsSumSquares', () => {
  test('gives the squared norm of every chunk, whatever the split', () => {
    const counts = [0, 1, 7, SUM_SQUARES_CHUNK - 1, SUM_SQUARES_CHUNK, SUM_SQUARES_CHUNK + 1, 0, 3 * SUM_SQUARES_CHUNK + 5];
    for (const slots of [0, 2]) {
      const made = setup(
        counts,
        slots,
        [],
        (s) => new Float32Array(counts[s]!),
        (s) => randomFloats(counts[s]!, -3, 3, s),
        1,
      );
      const wanted = made.gradients.flatMap(({ view }) =>
        Array.from({ length: Math.ceil(view.length / SUM_SQUARES_CHUNK) }, (_, k) =>
          view.subarray(k * SUM_SQUARES_CHUNK, (k + 1) * SUM_SQUARES_CHUNK).reduce((sum, g) => sum + g * g, 0),
        ),
      );
      const y = memory.f32(wanted.length, 1);
      const { table, segments } = made;
      checkParts(
        (part, parts) => kernels.segmentsSumSquares(table, y.pointer, segments, 3 + slots, 2, wanted.length, part, parts),
        [y],
      );
      memory.check();
      expectWithin(y.view, wanted, (k) => 2e-7 * wanted[k]!);
    }
  });
});
