/** @file Every optimizer on two functions, and what they promise: state that survives, rates that change, nothing allocated. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { engine } from '../../src/engine/index.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { add, mean, mul, slice, square, sub, sum } from '../../src/graph/ops.ts';
import { Trace, withTrace } from '../../src/graph/trace.ts';
import { Variable } from '../../src/graph/variable.ts';
import * as all from '../../src/optimizers/all.ts';
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  Ftrl,
  LAMB,
  Lion,
  Muon,
  Nadam,
  NormalizedGradientDescent,
  type Optimizer,
  RAdam,
  RMSprop,
  resolveOptimizer,
  SGD,
} from '../../src/optimizers/index.ts';
import { InverseTimeDecay } from '../../src/schedules/index.ts';
import { expectSameBits } from '../support/compare.ts';

/** Every optimizer in every form, with rates that suit the two functions. */
const table: [string, (learningRate: number) => Optimizer, parabola: number, rosenbrock: number][] = [
  ['SGD', (learningRate) => new SGD({ learningRate }), 0.1, 0.002],
  ['SGD with momentum', (learningRate) => new SGD({ learningRate, momentum: 0.9 }), 0.01, 0.001],
  ['SGD with Nesterov momentum', (learningRate) => new SGD({ learningRate, momentum: 0.9, nesterov: true }), 0.01, 0.001],
  ['RMSprop', (learningRate) => new RMSprop({ learningRate }), 0.01, 0.002],
  ['RMSprop with momentum', (learningRate) => new RMSprop({ learningRate, momentum: 0.5 }), 0.01, 0.001],
  ['RMSprop, centered', (learningRate) => new RMSprop({ learningRate, centered: true }), 0.01, 0.001],
  [
    'RMSprop, centered, with momentum',
    (learningRate) => new RMSprop({ learningRate, momentum: 0.5, centered: true }),
    0.01,
    0.0005,
  ],
  ['Adam', (learningRate) => new Adam({ learningRate }), 0.05, 0.02],
  ['Adam with amsgrad', (learningRate) => new Adam({ learningRate, amsgrad: true }), 0.05, 0.02],
  ['Adagrad', (learningRate) => new Adagrad({ learningRate }), 0.5, 0.5],
  ['Adadelta', (learningRate) => new Adadelta({ learningRate, rho: 0.5, epsilon: 1e-6 }), 1, 0.05],
  ['AdamW', (learningRate) => new AdamW({ learningRate, weightDecay: 1e-4 }), 0.05, 0.02],
  ['Adamax', (learningRate) => new Adamax({ learningRate }), 0.05, 0.02],
  ['Nadam', (learningRate) => new Nadam({ learningRate }), 0.05, 0.02],
  ['Lion', (learningRate) => new Lion({ learningRate }), 0.005, 0.002],
  ['RAdam', (learningRate) => new RAdam({ learningRate, clipNorm: 1 }), 0.05, 0.005],
  ['Ftrl', (learningRate) => new Ftrl({ learningRate }), 0.3, 0.3],
  // Steps are as long as the weight, times the rate: it has to fall.
  [
    'LAMB',
    (rate) => new LAMB({ learningRate: new InverseTimeDecay({ initialLearningRate: rate, decaySteps: 20, decayRate: 1 }) }),
    0.1,
    0.25,
  ],
  ['NormalizedGradientDescent', (learningRate) => new NormalizedGradientDescent({ learningRate }), 0.01, 0.002],
  ['Muon', (learningRate) => new Muon({ learningRate, adamWeightDecay: 1e-4 }), 0.05, 0.05],
];

function parabola(w: Node): Node {
  return sum(square(sub(w, tensor([3, -1]))));
}

/** 100·(y − x²)² + (1 − x)², lowest at (1, 1) at the end of a curved valley. */
function rosenbrock(w: Node): Node {
  const [x, y] = [slice(w, [0], [1]), slice(w, [1], [1])];
  return sum(add(mul(square(sub(y, square(x))), 100), square(sub(1, x))));
}

function minimize(
  optimizer: Optimizer,
  loss: (w: Node) => Node,
  start: number[],
  steps: number,
): { w: Variable; losses: number[] } {
  const w = new Variable('w', [start.length]);
  w.write(start);
  const step = jit(() => {
    const value = loss(w.node);
    optimizer.apply(gradients(value, [w.node]), [w]);
    return value;
  });
  return { w, losses: Array.from({ length: steps }, () => step().item()) };
}

describe.each(table)('%s', (_, make, parabolaRate, rosenbrockRate) => {
  test('finds the bottom of a parabola', () => {
    const { w, losses } = minimize(make(parabolaRate), parabola, [0, 0], 1000);
    expect(losses[0]).toBe(10);
    expect(Math.abs(w.view()[0]! - 3)).toBeLessThan(0.02);
    expect(Math.abs(w.view()[1]! + 1)).toBeLessThan(0.02);
  });

  test('walks down the valley of Rosenbrock', () => {
    const { losses } = minimize(make(rosenbrockRate), rosenbrock, [-0.5, 1], 4000);
    expect(losses[0]).toBeCloseTo(58.5, 3);
    expect(Math.max(...losses.slice(-50))).toBeLessThan(0.02);
  });

  test('goes on from saved variables with the same bits', () => {
    const start = [-0.5, 1];
    const [whole, first] = [make(rosenbrockRate), make(rosenbrockRate)];
    // A rate that is a number comes from the variables, whatever the second one was made with.
    const second = make(rosenbrockRate * (whole.schedule ? 1 : 3));
    const expected = minimize(whole, rosenbrock, start, 20).w;
    const half = minimize(first, rosenbrock, start, 10).w;
    const w = new Variable('w', [2]);
    w.write(half.read());
    second.build([w]);
    for (const [i, variable] of second.variables.entries()) variable.write(first.variables[i]!.read());
    expect(second.iterations).toBe(10);
    const step = jit(() => {
      second.apply(gradients(rosenbrock(w.node), [w.node]), [w]);
      return {};
    });
    for (let i = 0; i < 10; i++) step();
    expectSameBits(w.view(), expected.view(), 'weights after 10 + 10 steps');
    expect(second.iterations).toBe(20);
  });

  test('goes back to saved variables with the same bits', () => {
    const optimizer = make(rosenbrockRate);
    const w = new Variable('w', [2]);
    w.write([-0.5, 1]);
    optimizer.build([w]);
    const step = jit(() => {
      optimizer.apply(gradients(rosenbrock(w.node), [w.node]), [w]);
      return {};
    });
    const all = [w, ...optimizer.variables];
    const run = (): ArrayLike<number> => {
      for (let i = 0; i < 5; i++) step();
      return w.read().data;
    };
    run();
    const saved = all.map((variable) => variable.read());
    const first = run();
    for (const [i, variable] of all.entries()) variable.write(saved[i]!);
    expectSameBits(run(), first, 'the same five steps again');
    expect(optimizer.iterations).toBe(10);
  });

  // Muon's slots depend on the weight's shape.
  test.skipIf(make(1).type === 'Muon')('keeps one slot of each kind per weight, saved in order', () => {
    const optimizer = make(0.1);
    const weights = [new Variable('a', [3]), new Variable('b', [2, 2])];
    optimizer.build(weights);
    const names = optimizer.variables.slice(optimizer.schedule ? 1 : 2).map(({ name }) => name);
    expect(names).toEqual(
      optimizer.rule.slots.flatMap((group) => ['a', 'b'].flatMap((weight) => group.map((slot) => `${weight}/${slot}`))),
    );
    for (const weight of weights) {
      expect(optimizer.slotsOf(weight).map(({ name }) => name)).toEqual(
        optimizer.rule.slots.flat().map((slot) => `${weight.name}/${slot}`),
      );
      for (const slot of optimizer.slotsOf(weight)) expect(slot.shape).toEqual(weight.shape);
    }
  });

  test('a second step compiles nothing, and steps take no memory', () => {
    const optimizer = make(0.001);
    const w = new Variable('w', [50]);
    let traced = 0;
    const step = jit(() => {
      traced++;
      optimizer.apply([mul(w.node, 2)], [w]);
      return {};
    });
    step();
    const { used, reserved } = engine().memory.usage();
    for (let i = 0; i < 500; i++) step();
    expect(engine().memory.usage()).toMatchObject({ used, reserved });
    expect(traced).toBe(1);
    expect(optimizer.iterations).toBe(501);
  });
});

test('the order of saved variables is that of Keras', () => {
  const names = (optimizer: Optimizer): string[] => {
    optimizer.build([new Variable('w', [1]), new Variable('b', [1])]);
    return optimizer.variables.map(({ name }) => name);
  };
  expect(names(new Adam({ amsgrad: true }))).toEqual([
    ...['adam/iteration', 'adam/learning_rate'],
    ...['w/momentum', 'w/velocity', 'b/momentum', 'b/velocity', 'w/velocityHat', 'b/velocityHat'],
  ]);
  expect(names(new RMSprop({ momentum: 0.5, centered: true }))).toEqual([
    ...['rmsprop/iteration', 'rmsprop/learning_rate'],
    ...['w/velocity', 'b/velocity', 'w/momentum', 'b/momentum', 'w/averageGradient', 'b/averageGradient'],
  ]);
  expect(names(new SGD({ learningRate: () => 0.1 }))).toEqual(['sgd/iteration']);
});

test('what happens before each run leaves nothing for the garbage collector', () => {
  for (const optimizer of [
    new SGD({ momentum: 0.9 }),
    new RMSprop(),
    new Adam(),
    new Nadam(),
    new RAdam(),
    new AdamW({ globalClipNorm: 1 }),
    new SGD({ useEma: true, lookahead: {}, gradientAccumulationSteps: 2, groups: [{ weights: ['w'], learningRateFactor: 0.5 }] }),
    new LAMB(),
    new Muon(),
    new Adam({ learningRate: (step) => 1 / (1 + step) }),
  ]) {
    const w = new Variable('w', [4]);
    const trace = new Trace();
    withTrace(trace, () => optimizer.apply([w.node], [w]));
    const [hook] = trace.beforeRun;
    const growth = Array.from({ length: 9 }, () => {
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 50_000; i++) hook!();
      return process.memoryUsage().heapUsed - before;
    });
    // One object per step would be 12 bytes or more; the middle of nine is past warming up and rarely meets a collection. The number that a
    // schedule's function gives is such an object (16 bytes at most) wherever the engine does not make function and step one.
    const limit = optimizer.schedule ? 20 : 4;
    const name = `${optimizer.type} with ${Object.keys(optimizer.options)}`;
    expect(growth.slice(2).sort((x, y) => x - y)[3]! / 50_000, name).toBeLessThan(limit);
  }
});

describe('learning rate', () => {
  const moving = (optimizer: Optimizer): { w: Variable; step: () => unknown; traced: () => number } => {
    const w = new Variable('w', [1]);
    let traced = 0;
    const step = jit(() => {
      traced++;
      optimizer.apply([add(mul(w.node, 0), 1)], [w]);
      return {};
    });
    return { w, step, traced: () => traced };
  };

  test('a new rate acts at the next step without compiling', () => {
    const optimizer = new SGD({ learningRate: 0.5 });
    const { w, step, traced } = moving(optimizer);
    step();
    optimizer.learningRate = 0.25;
    step();
    expect([w.view()[0], optimizer.learningRate, traced()]).toEqual([-0.75, 0.25, 1]);
    optimizer.learningRate = 0;
    step();
    expect(w.view()[0]).toBe(-0.75);
  });

  test('a rate set before the first step is the one used', () => {
    const optimizer = new SGD();
    expect(optimizer.learningRate).toBe(0.01);
    optimizer.learningRate = 2;
    const { w, step } = moving(optimizer);
    step();
    expect(w.view()[0]).toBe(-2);
  });

  test('a schedule is asked for every step from 0 on', () => {
    const asked: number[] = [];
    const optimizer = new SGD({
      learningRate: (step) => {
        asked.push(step);
        return 1 / 2 ** step;
      },
    });
    const { w, step } = moving(optimizer);
    for (let i = 0; i < 3; i++) step();
    expect(asked).toEqual([0, 1, 2]);
    expect(w.view()[0]).toBe(-1.75);
    expect(optimizer.learningRate).toBe(0.125);
    expect(() => {
      optimizer.learningRate = 0.1;
    }).toThrow(/optimizer "sgd"\] expected `learningRate` to be left to its schedule, got an assignment of 0\.1\. Hint:/);
  });

  test('a schedule may replace a number', () => {
    const optimizer = new SGD({ learningRate: 1 });
    const { w, step } = moving(optimizer);
    step();
    optimizer.learningRate = (at) => 10 * at;
    step();
    expect(w.view()[0]).toBe(-11);
  });

  test('a schedule that gives no rate stops the step', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1, undefined as unknown as number]) {
      const optimizer = new SGD({ learningRate: (step) => (step < 1 ? 1 : bad) });
      const { w, step } = moving(optimizer);
      step();
      expect(step).toThrow(/expected the schedule to give a finite rate >= 0, got (NaN|Infinity|-1|undefined) at step 1/);
      expect([w.view()[0], optimizer.iterations]).toEqual([-1, 1]);
    }
  });

  test('what is saved and restored is the float32 rate that steps use', () => {
    const optimizer = new SGD({ learningRate: 0.1 });
    optimizer.build([new Variable('w', [1])]);
    expect(optimizer.variables[1]!.view()[0]).toBe(Math.fround(0.1));
    expect(optimizer.learningRate).toBe(0.1);
    optimizer.variables[1]!.write(0.5);
    expect(optimizer.learningRate).toBe(0.5);
  });
});

describe('steps', () => {
  test('programs for several shapes share the state and the count', () => {
    const build = (): { optimizer: Optimizer; w: Variable; step: (x: number[]) => unknown } => {
      const optimizer = new Adam({ learningRate: 0.1 });
      const w = new Variable('w', [1]);
      const step = jit((x: Node) => {
        optimizer.apply(gradients(mean(square(sub(x, w.node))), [w.node]), [w]);
        return {};
      });
      return { optimizer, w, step };
    };
    const [mixed, same] = [build(), build()];
    for (let i = 0; i < 4; i++) {
      mixed.step(i % 2 === 0 ? [1] : [1, 1]);
      same.step([1]);
    }
    expect(mixed.optimizer.iterations).toBe(4);
    expectSameBits(mixed.w.view(), same.w.view(), 'mixed batch sizes');
  });

  test('two calls in one function are one step', () => {
    const optimizer = new SGD({ learningRate: 1 });
    const [a, b] = [new Variable('a', [1]), new Variable('b', [2])];
    const step = jit((g: Node, h: Node) => {
      optimizer.apply([g], [a]);
      optimizer.apply([h], [b]);
      return {};
    });
    step([1], [2, 3]);
    step([1], [2, 3]);
    expect([...a.view(), ...b.view(), optimizer.iterations]).toEqual([-2, -4, -6, 2]);
  });

  test('weights of many sizes are all updated, to the last element', () => {
    const weights = [1, 3, 16, 17, 100, 1000].map((size) => new Variable(`w${size}`, [size]));
    const optimizer = new SGD({ learningRate: 1 });
    const step = jit(() => {
      optimizer.apply(
        weights.map((weight) => add(mul(weight.node, 0), weight.size)),
        weights,
      );
      return {};
    });
    step();
    for (const weight of weights) expect([...weight.view()]).toEqual(new Array(weight.size).fill(-weight.size));
  });
});

describe('names', () => {
  test.each([
    ['sgd', 'SGD'],
    ['SGD', 'SGD'],
    ['rmsprop', 'RMSprop'],
    ['RMSprop', 'RMSprop'],
    ['adam', 'Adam'],
    ['adamw', 'AdamW'],
    ['nadam', 'Nadam'],
    ['lamb', 'LAMB'],
    ['ftrl', 'Ftrl'],
    ['muon', 'Muon'],
    ['normalized_gradient_descent', 'NormalizedGradientDescent'],
  ])('%s is %s', (name, type) => {
    expect(resolveOptimizer(name).type).toBe(type);
  });

  test('an optimizer stands for itself', () => {
    const adam = new Adam({ beta1: 0.8 });
    expect(resolveOptimizer(adam)).toBe(adam);
    expect(adam.options).toEqual({ beta1: 0.8 });
  });

  test('what is no optimizer is refused', () => {
    expect(() => resolveOptimizer('adm')).toThrow(
      /\[compile\] expected the name of an optimizer, got "adm"\. Hint: did you mean 'Adam'/,
    );
    expect(() => resolveOptimizer({} as unknown as string)).toThrow(/`optimizer` to be a name or an Optimizer, got Object/);
  });

  test('every optimizer file is in the list and in the table of tests', () => {
    const folder = new URL('../../src/optimizers/', import.meta.url);
    for (const file of readdirSync(folder)) {
      const [, type] =
        /^ {2}static override readonly type: string = '(\w+)'/m.exec(readFileSync(new URL(file, folder), 'utf8')) ?? [];
      if (!type) continue;
      expect(Object.keys(all), file).toContain(type);
      expect(table.map(([, make]) => make(1).type)).toContain(type);
    }
  });
});

describe('refusals', () => {
  test.each([
    [() => new SGD({ learningRate: 0 }), /optimizer "sgd"\] expected `learningRate` to be a positive finite number, got 0/],
    [() => new SGD({ learningRate: Number.NaN }), /`learningRate` .* got NaN/],
    [() => new Adam({ learningRate: '0.1' as unknown as number }), /`learningRate` .* got "0\.1"/],
    [() => new SGD({ momentum: 1.5 }), /`momentum` to be a number in \[0, 1\], got 1\.5/],
    [() => new RMSprop({ rho: 1 }), /optimizer "rmsprop"\] expected `rho` to be a number in \[0, 1\), got 1/],
    [() => new RMSprop({ epsilon: 0 }), /`epsilon` to be a positive finite number, got 0/],
    [() => new RMSprop({ momentum: -0.1 }), /`momentum` .* got -0\.1/],
    [() => new Adam({ beta1: 1 }), /`beta1` to be a number in \[0, 1\), got 1/],
    [() => new Adam({ beta2: -0.5 }), /`beta2` .* got -0\.5/],
    [() => new Adam({ epsilon: Number.POSITIVE_INFINITY }), /`epsilon` .* got Infinity/],
    [() => new Adam({ name: '' }), /`name` to be a non-empty string/],
  ])('%s', (make, message) => {
    expect(make).toThrow(message);
  });

  test('a negative rate', () => {
    const optimizer = new SGD();
    expect(() => {
      optimizer.learningRate = -1;
    }).toThrow(/`learningRate` to be a finite number >= 0, got -1/);
  });

  test('apply outside of a traced function, without weights, with lists or shapes that do not fit, twice for a weight', () => {
    const optimizer = new SGD();
    const [w, v] = [new Variable('w', [2]), new Variable('v', [3])];
    const tracing =
      (body: () => void): (() => void) =>
      () =>
        withTrace(new Trace(), body);
    expect(() => optimizer.apply([w.node], [w])).toThrow(
      /expected `apply` inside of a traced function, got a call outside of one\. Hint: wrap/,
    );
    expect(tracing(() => optimizer.apply([], []))).toThrow(/expected at least one weight, got none/);
    expect(tracing(() => optimizer.apply([w.node], [w, v]))).toThrow(/expected 2 gradients for as many weights, got 1/);
    expect(tracing(() => optimizer.apply([v.node], [w]))).toThrow(/expected a gradient of shape \[2\] for "w", got \[3\]/);
    expect(tracing(() => optimizer.apply([w.node, w.node], [w, w]))).toThrow(/expected each weight once per step, got "w" twice/);
    expect(tracing(() => optimizer.apply([w.node], [new Variable('n', [2], 'int32')]))).toThrow(
      /expected float32 weights, got "n" of int32/,
    );
    expect(() => optimizer.slotsOf(new Variable('other', [1]))).toThrow(/expected a weight that it updates, got "other"/);
  });
});
