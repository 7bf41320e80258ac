/** @file Schedules: golden values of Keras and PyTorch, configs, what they do in an optimizer, and what is refused. */

import { describe, expect, test } from 'vitest';
import { jit } from '../../src/graph/jit.ts';
import { add, mul } from '../../src/graph/ops.ts';
import { Variable } from '../../src/graph/variable.ts';
import { SGD } from '../../src/optimizers/index.ts';
import * as all from '../../src/schedules/all.ts';
import {
  Constant,
  CosineDecay,
  CosineDecayRestarts,
  CyclicLR,
  ExponentialDecay,
  InverseTimeDecay,
  type LearningRateSchedule,
  Noam,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
  PowerDecay,
  rateOf,
  resolveSchedule,
  type Schedule,
  WarmUp,
} from '../../src/schedules/index.ts';
import { expectClose } from '../support/compare.ts';
import { loadGolden } from '../support/golden.ts';

const { cases } = loadGolden('lr_schedules');

/** PyTorch's schedules in the terms of this library, with the last step they agree on: its cosine goes up again after its end. */
const torch: Readonly<Record<string, readonly [Schedule, lastStep?: number]>> = {
  StepLR: [new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 4, decayRate: 0.5, staircase: true })],
  ExponentialLR: [new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.9 })],
  CosineAnnealingLR: [new CosineDecay({ initialLearningRate: 0.1, decaySteps: 10, alpha: 0.1 }), 10],
  LinearLR: [new PolynomialDecay({ initialLearningRate: 0.025, endLearningRate: 0.1, decaySteps: 6 })],
  OneCycleLR: [new OneCycle({ maxLearningRate: 0.5, totalSteps: 20 })],
  MultiStepLR: [new PiecewiseConstantDecay({ boundaries: [2, 6], values: [0.1, 0.01, 0.001] })],
};

function scheduleOf({ schedule, ...config }: Record<string, unknown>): readonly [LearningRateSchedule, lastStep?: number] {
  const [, name] = /^torch\.(\w+)/.exec(String(schedule)) ?? [];
  if (name) return torch[name]!;
  const options = Object.entries(config).map(([key, value]) => [
    key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return [resolveSchedule('golden', { type: String(schedule), options: Object.fromEntries(options) })];
}

test.each(cases)('golden $name', ({ config, inputs, outputs }) => {
  const [schedule, lastStep = Number.POSITIVE_INFINITY] = scheduleOf(config);
  const steps = inputs.step!.data.filter((step) => step <= lastStep);
  expect(steps.length).toBeGreaterThan(9);
  expectClose(
    steps.map((step) => rateOf(schedule, step)),
    outputs.lr!.data.slice(0, steps.length),
    { absolute: 1e-10, relative: 1e-8 },
  );
});

const ratesOf = (schedule: Schedule, steps: readonly number[]): number[] => steps.map((step) => schedule.rateAt(step));
const published = [0, 2, 3, 5, 6, 9, 10, 11];

test.each([
  [
    'cosine',
    new CosineDecay({ initialLearningRate: 0.1, decaySteps: 100, warmupTarget: 0.5, warmupSteps: 10 }),
    published,
    [0.1, 0.18, 0.22, 0.3, 0.34, 0.46, 0.5, 0.499877],
  ],
  [
    'the end of cosine',
    new CosineDecay({ initialLearningRate: 0.1, decaySteps: 100, warmupTarget: 0.5, warmupSteps: 10 }),
    [30, 110, 500],
    [0.452254, 0, 0],
  ],
  [
    'restarts',
    new CosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 10 }),
    [...published, 20, 30],
    [0.1, 0.090451, 0.079389, 0.05, 0.034549, 0.002447, 0.1, 0.099384, 0.05, 0.1],
  ],
  [
    'cycles',
    new PolynomialDecay({ initialLearningRate: 0.1, decaySteps: 10, endLearningRate: 0.01, power: 2, cycle: true }),
    published,
    [0.1, 0.0676, 0.0541, 0.0325, 0.0244, 0.0109, 0.01, 0.028225],
  ],
  [
    'pieces',
    new PiecewiseConstantDecay({ boundaries: [2, 5], values: [1, 0.5, 0.1] }),
    published,
    [1, 1, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1],
  ],
  [
    'one cycle',
    new OneCycle({ maxLearningRate: 1, totalSteps: 10 }),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 50],
    [0.04, 0.52, 1, 0.950485, 0.811746, 0.611262, 0.388742, 0.188258, 0.049519, 4e-6, 4e-6],
  ],
  [
    'one cycle of lines',
    new OneCycle({
      maxLearningRate: 1,
      totalSteps: 11,
      pctStart: 3 / 11,
      annealStrategy: 'linear',
      divFactor: 2,
      finalDivFactor: 5,
    }),
    [0, 1, 2, 6, 10],
    [0.5, 0.75, 1, 0.55, 0.1],
  ],
  [
    'one cycle of three phases',
    new OneCycle({
      maxLearningRate: 1,
      totalSteps: 11,
      pctStart: 3 / 11,
      annealStrategy: 'linear',
      divFactor: 2,
      finalDivFactor: 5,
      threePhase: true,
    }),
    [0, 1, 2, 3, 4, 7, 10, 11],
    [0.5, 0.75, 1, 0.75, 0.5, 0.3, 0.1, 0.1],
  ],
  ['a constant', new Constant({ learningRate: 0.3 }), [0, 1, 1000], [0.3, 0.3, 0.3]],
  [
    'cycles that are alike',
    new CyclicLR({ baseLearningRate: 1, maxLearningRate: 2, stepSizeUp: 2, stepSizeDown: 4 }),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 14],
    [1, 1.5, 2, 1.75, 1.5, 1.25, 1, 1.5, 2, 2],
  ],
  [
    'cycles of half the height each',
    new CyclicLR({ baseLearningRate: 1, maxLearningRate: 2, stepSizeUp: 2, mode: 'triangular2' }),
    [0, 2, 4, 5, 6, 10, 14],
    [1, 2, 1, 1.25, 1.5, 1.25, 1.125],
  ],
  [
    'cycles that fall by a factor',
    new CyclicLR({ baseLearningRate: 0, maxLearningRate: 2, stepSizeUp: 2, mode: 'exp_range', gamma: 0.5 }),
    [0, 1, 2, 3, 4, 6],
    [0, 0.5, 0.5, 0.125, 0, 2 / 64],
  ],
  ['power', new PowerDecay({ initialLearningRate: 1, decaySteps: 4, power: 0.5 }), [0, 4, 12, 60], [1, Math.SQRT1_2, 0.5, 0.25]],
  ['noam', new Noam({ modelSize: 64, warmupSteps: 16 }), [0, 7, 15, 63], [1 / 512, 1 / 64, 1 / 32, 1 / 64]],
  [
    'warming up',
    new WarmUp({ warmupSteps: 4, schedule: new InverseTimeDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1 }) }),
    [0, 1, 2, 4, 5, 7],
    [0, 0.25, 0.5, 1, 0.5, 0.25],
  ],
  ['warming up to a constant', new WarmUp({ warmupSteps: 2, schedule: 3, initialLearningRate: 1 }), [0, 1, 2, 9], [1, 2, 3, 3]],
] as const)('documented values of %s', (_, schedule, steps, expected) => {
  expectClose(ratesOf(schedule, steps), expected, { absolute: 6e-7, relative: 0 });
});

/** PyTorch's published momentum of ten steps, and cycles against the formula. */
test('momentum goes against the rate', () => {
  const momentum = { max: 0.95, min: 0.85 };
  const momentaOf = (schedule: Schedule, steps: readonly number[]): number[] => steps.map((step) => schedule.momentumAt(step)!);
  const ten = Array.from({ length: 10 }, (_, step) => step);
  const cycle = new OneCycle({ maxLearningRate: 1, totalSteps: 10, momentum });
  const expected = [0.95, 0.9, 0.85, 0.854952, 0.868826, 0.888874, 0.911126, 0.931174, 0.945048, 0.95];
  expectClose(momentaOf(cycle, ten), expected, { absolute: 6e-7, relative: 0 });
  expectClose(momentaOf(new WarmUp({ warmupSteps: 3, schedule: cycle }), [0, 3, 4, 12]), [0.95, 0.95, 0.9, 0.95], {
    absolute: 6e-7,
    relative: 0,
  });
  const cyclic = new CyclicLR({ baseLearningRate: 0.1, maxLearningRate: 1, stepSizeUp: 2, mode: 'triangular2', momentum });
  expectClose(momentaOf(cyclic, [0, 1, 2, 3, 4, 6]), [0.95, 0.9, 0.85, 0.9, 0.95, 0.9], { absolute: 1e-12, relative: 0 });
  const three = new OneCycle({
    maxLearningRate: 1,
    totalSteps: 11,
    pctStart: 3 / 11,
    annealStrategy: 'linear',
    threePhase: true,
    momentum,
  });
  expectClose(momentaOf(three, [0, 2, 3, 4, 8]), [0.95, 0.85, 0.9, 0.95, 0.95], { absolute: 1e-12, relative: 0 });
  for (const plain of [
    new OneCycle({ maxLearningRate: 1, totalSteps: 10 }),
    new Constant({ learningRate: 1 }),
    new WarmUp({ warmupSteps: 1, schedule: 1 }),
  ]) {
    expect([plain.cyclesMomentum, plain.momentumAt(0)]).toEqual([false, undefined]);
  }
});

const samples: readonly Schedule[] = [
  new Constant({ learningRate: 0.1 }),
  new CosineDecay({ initialLearningRate: 0.1, decaySteps: 10, alpha: 0.1 }),
  new CosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 3, mMul: 0.9 }),
  new CyclicLR({ baseLearningRate: 0.1, maxLearningRate: 1, stepSizeUp: 4, momentum: { max: 0.9, min: 0.8 } }),
  new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.3 }),
  new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.3 }),
  new Noam({ modelSize: 32, warmupSteps: 5 }),
  new OneCycle({ maxLearningRate: 0.1, totalSteps: 15 }),
  new PiecewiseConstantDecay({ boundaries: [3], values: [0.1, 0.2] }),
  new PolynomialDecay({ initialLearningRate: 0.1, decaySteps: 10 }),
  new PowerDecay({ initialLearningRate: 0.1, decaySteps: 10, power: 1.5 }),
  new WarmUp({ warmupSteps: 5, schedule: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }) }),
];

describe('configs', () => {
  test('every schedule is tried', () => {
    expect(samples.map(({ type }) => type)).toEqual(Object.keys(all).sort());
  });

  test.each(samples.map((schedule) => [schedule.type, schedule] as const))('%s is written and read back', (type, schedule) => {
    const config = JSON.parse(JSON.stringify(schedule));
    expect(config.type).toBe(type);
    const back = resolveSchedule('test', config);
    const steps = Array.from({ length: 25 }, (_, step) => step);
    expect(steps.map((step) => rateOf(back, step))).toEqual(ratesOf(schedule, steps));
    expect(new SGD({ learningRate: config }).learningRate).toBe(Math.fround(schedule.rateAt(0)));
    expect(
      () => new (schedule.constructor as new (options: object) => Schedule)({ ...schedule.options, decay_steps: 1 }),
    ).toThrow(`[${type}] expected an option it knows, got \`decay_steps\``);
  });

  test('a function cannot be written', () => {
    expect(() => JSON.stringify(new WarmUp({ warmupSteps: 1, schedule: () => 1 }))).toThrow(
      /\[WarmUp\] expected `schedule` to be something that JSON can hold, .* got function schedule/,
    );
  });

  test('what is no schedule is refused', () => {
    expect(() => resolveSchedule('test', { type: 'CosinDecay', options: {} })).toThrow(/Hint: did you mean 'CosineDecay'/);
    expect(() => new SGD({ learningRate: {} as Schedule })).toThrow(/expected a schedule or its \{ type, options \}, got Object/);
  });
});

test('an optimizer follows a schedule, and a run that went on elsewhere does, too', () => {
  const schedule = new ExponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });
  const optimizer = new SGD({ learningRate: schedule });
  const w = new Variable('w', [1]);
  const step = jit(() => {
    optimizer.apply([add(mul(w.node, 0), 1)], [w]);
    return {};
  });
  for (let i = 0; i < 3; i++) step();
  expect([w.view()[0], optimizer.learningRate, optimizer.schedule]).toEqual([-1.75, 0.125, schedule]);
  optimizer.variables[0]!.write(1);
  step();
  expect(w.view()[0]).toBe(-2.25);
  expect(() => {
    optimizer.learningRate = 0.1;
  }).toThrow(/expected `learningRate` to be left to its schedule/);
});

test('a rate that is none is refused with its step', () => {
  const schedule = new WarmUp({ warmupSteps: 1, schedule: (step) => (step < 1 ? 1 : Number.NaN) });
  const optimizer = new SGD({ learningRate: schedule });
  const w = new Variable('w', [1]);
  const step = jit(() => {
    optimizer.apply([add(mul(w.node, 0), 1)], [w]);
    return {};
  });
  step();
  step();
  expect(step).toThrow(/optimizer "sgd"\] expected the schedule to give a finite rate >= 0, got NaN at step 2/);
  expect([w.view()[0], optimizer.iterations]).toEqual([-1, 2]);
});

test('bad options are refused', () => {
  const decay = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 };
  expect(() => new ExponentialDecay({ ...decay, decaySteps: 0 })).toThrow(
    '[ExponentialDecay] expected `decaySteps` to be a positive finite number, got 0',
  );
  expect(() => new ExponentialDecay(undefined as never)).toThrow(/\[ExponentialDecay\] expected an object of options/);
  expect(() => new InverseTimeDecay({ ...decay, initialLearningRate: -1 })).toThrow(
    /`initialLearningRate` to be a finite number >= 0/,
  );
  expect(() => new PiecewiseConstantDecay({ boundaries: [1], values: [1] })).toThrow(
    /expected 2 `values` for 1 boundaries, got 1/,
  );
  expect(() => new PiecewiseConstantDecay({ boundaries: [2, 1], values: [1, 1, 1] })).toThrow(
    /`boundaries` to be rising numbers/,
  );
  expect(() => new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 1, tMul: 0.5 })).toThrow(
    /`tMul` to be a finite number >= 1/,
  );
  expect(() => new OneCycle({ maxLearningRate: 1, totalSteps: 1 })).toThrow(/`totalSteps` to be a whole number >= 2, got 1/);
  expect(() => new OneCycle({ maxLearningRate: 1, totalSteps: 3 })).toThrow(/of the steps to be more than one step/);
  const cycle = { maxLearningRate: 1, totalSteps: 10 };
  expect(() => new OneCycle({ ...cycle, threePhase: true, pctStart: 0.6 })).toThrow(
    /`pctStart` to be between 0 and 0\.5, got 0\.6/,
  );
  expect(() => new OneCycle({ ...cycle, momentum: { max: 0.8, min: 0.9 } })).toThrow(
    /`momentum` to be \{ max, min \} with 0 <= min <= max < 1, got \{ max: 0\.8, min: 0\.9 \}/,
  );
  expect(() => new OneCycle({ ...cycle, momentum: 0.9 as never })).toThrow(/`momentum` to be \{ max, min \} .* got 0\.9/);
  const cyclic = { baseLearningRate: 0.1, maxLearningRate: 1 };
  expect(() => new CyclicLR({ ...cyclic, mode: 'triangle' as never })).toThrow(/`mode` to be 'triangular' or .*, got "triangle"/);
  expect(() => new CyclicLR({ ...cyclic, stepSizeUp: 0 })).toThrow(/`stepSizeUp` to be a positive finite number, got 0/);
  expect(() => new Constant({ learningRate: -1 })).toThrow(/`learningRate` to be a finite number >= 0, got -1/);
  expect(() => new WarmUp({ warmupSteps: 1, schedule: 'cosine' as never })).toThrow(
    /`schedule` to be a rate or a schedule, got "cosine"/,
  );
});
