/** @file The search for a learning rate: its curve, what it suggests, and that it leaves everything as it was. */

import { describe, expect, test, vi } from 'vitest';
import { globalSource, setSeed } from '../../src/base/seed.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { BatchNormalization, Dense, Dropout } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { type LrFinderOptions, type LrFinderResult, lrFinder } from '../../src/models/lr-finder.ts';
import { rateCurveSVG, rateCurveText } from '../../src/models/lr-finder-plot.ts';
import { Adam, type Optimizer, SGD } from '../../src/optimizers/index.ts';
import { CosineDecay } from '../../src/schedules/index.ts';

const count = 256;
const x = new Tensor(
  Float32Array.from({ length: count * 4 }, (_, i) => Math.sin(i * i)),
  [count, 4],
);
const y = new Tensor(
  Float32Array.from({ length: count }, (_, i) => 2 * x.data[4 * i]! - x.data[4 * i + 1]! + Math.sin(2 * x.data[4 * i + 2]!)),
  [count, 1],
);

function makeModel(
  optimizer: Optimizer = new SGD(),
  shape: { inputShape?: readonly number[] } = { inputShape: [4] },
): Sequential {
  const model = new Sequential([
    new Dense({ units: 16, activation: 'relu', ...shape }),
    new BatchNormalization(),
    new Dropout({ rate: 0.1 }),
    new Dense({ units: 1 }),
  ]);
  model.compile({ optimizer, loss: 'mse' });
  return model;
}

/** A linear model, of which it is known which rates diverge. */
function linear(optimizer: Optimizer = new SGD()): Sequential {
  const model = new Sequential([new Dense({ units: 1, inputShape: [4], useBias: false, kernelInitializer: 'ones' })]);
  model.compile({ optimizer, loss: 'mse' });
  return model;
}

describe('the curve', () => {
  test('has rates that grow by one factor, losses of batches and their corrected running mean', async () => {
    const { rates, losses, smoothed } = await lrFinder(linear(), x, y, {
      minRate: 1e-4,
      maxRate: 1e-2,
      steps: 5,
      smoothing: 0.5,
    });
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(10 ** (-4 + i / 2), 9);
    expect(losses).toHaveLength(5);
    let [total, weight] = [0, 0];
    losses.forEach((loss, i) => {
      total = 0.5 * total + loss;
      weight = 0.5 * weight + 1;
      expect(smoothed[i]).toBeCloseTo(total / weight, 9);
    });
  });

  test('is that of plain training at these rates', async () => {
    const model = linear();
    const rates = [0.01, 0.1];
    const found = await lrFinder(model, x, y, { minRate: 0.01, maxRate: 0.1, steps: 2, batchSize: count });
    const losses: number[] = [];
    for (const rate of rates) {
      model.optimizer.learningRate = rate;
      losses.push((await model.trainOnBatch(x, y)).loss!);
    }
    for (const [i, loss] of found.losses.entries()) expect(loss).toBeCloseTo(losses[i]!, 5);
  });

  test('is the same for an optimizer that has followed a schedule for a while', async () => {
    const options = { minRate: 1e-3, maxRate: 1, steps: 10 };
    setSeed(2);
    const plain = await lrFinder(linear(), x, y, options);
    const scheduled = linear(new SGD({ learningRate: new CosineDecay({ initialLearningRate: 1e-30, decaySteps: 9 }) }));
    await scheduled.fit(x, y, { epochs: 1, verbose: 0 });
    setSeed(2);
    expect((await lrFinder(scheduled, x, y, options)).losses).toEqual(plain.losses);
  });

  test('ends when the loss has grown, and suggests a rate that trains', async () => {
    // Full batches of a linear model diverge above 2 / (largest eigenvalue of the Hessian), here 1.77.
    const found = await lrFinder(linear(), x, y, { batchSize: count, minRate: 1e-4, maxRate: 1000 });
    expect(found.end).toBe('diverged');
    expect(found.rates.length).toBeLessThan(100);
    const last = found.smoothed.at(-1)!;
    expect(last).toBeGreaterThan(4 * Math.min(...found.smoothed));
    expect(found.smoothed.at(-2)).toBeLessThanOrEqual(4 * Math.min(...found.smoothed));
    expect(found.suggestion).toBe(Math.min(found.steepest!, found.tenthOfLowest!));
    expect(found.suggestion).toBeGreaterThan(0.003);
    expect(found.suggestion).toBeLessThan(1.77);
    expect(found.tenthOfLowest).toBeCloseTo(found.rates[found.smoothed.indexOf(Math.min(...found.smoothed))]! / 10, 9);
    const model = linear();
    const before = (await model.evaluate(x, y, { verbose: 0 })).loss!;
    model.optimizer.learningRate = found.suggestion!;
    await model.fit(x, y, { epochs: 10, verbose: 0 });
    expect((await model.evaluate(x, y, { verbose: 0 })).loss).toBeLessThan(before / 4);
  });

  test('ends at the first loss that is no number', async () => {
    const found = await lrFinder(linear(), x, y, {
      minRate: 1e10,
      maxRate: 1e30,
      steps: 50,
      stopFactor: Number.POSITIVE_INFINITY,
    });
    expect(found.end).toBe('not finite');
    expect(found.losses.every(Number.isFinite)).toBe(true);
    expect(found.losses.length).toBeLessThan(50);
  });

  test('suggests nothing where the loss never fell', async () => {
    const found = await lrFinder(linear(), x, y, { minRate: 5, maxRate: 100, batchSize: count, steps: 20 });
    expect([found.suggestion, found.tenthOfLowest, found.end]).toEqual([undefined, undefined, 'diverged']);
    expect(found.plot()).toMatch(/The loss fell no further than noise: no rate is suggested\./);
  });

  test.each([
    ['plain', new SGD({ learningRate: 0.05 })],
    ['momentum', new SGD({ learningRate: 0.01, momentum: 0.9 })],
    ['Adam', new Adam({ learningRate: 0.02 })],
  ])('suggests nothing for a model that is trained already, whose losses differ by batches alone: %s', async (_, optimizer) => {
    const model = linear(optimizer);
    const suggestions = async (): Promise<(number | undefined)[]> => {
      const found: (number | undefined)[] = [];
      for (const smoothing of [0.8, 0.9]) {
        for (let seed = 0; seed < 5; seed++) {
          setSeed(seed);
          found.push((await lrFinder(model, x, y, { batchSize: 32, smoothing })).suggestion);
        }
      }
      return found;
    };
    for (const suggestion of await suggestions()) expect(suggestion).toBeGreaterThan(1e-4);
    await model.fit(x, y, { epochs: 40, verbose: 0 });
    expect(new Set(await suggestions())).toEqual(new Set([undefined]));
  });

  test.each([
    ['the steepest descent', new SGD(), 'steepest'],
    ['a tenth of the rate with the lowest loss', new Adam(), 'tenthOfLowest'],
  ] as const)('suggests the smaller rate: %s', async (_, optimizer, name) => {
    const found = await lrFinder(linear(optimizer), x, y, { batchSize: count });
    const [steepest, tenthOfLowest] = [found.steepest!, found.tenthOfLowest!];
    expect(Math.max(steepest, tenthOfLowest)).toBeGreaterThan(2 * Math.min(steepest, tenthOfLowest));
    expect(found.suggestion).toBe(found[name]);
    expect(found.suggestion).toBe(Math.min(steepest, tenthOfLowest));
  });

  test('takes no slope for the steepest that small batches make before the loss falls', async () => {
    for (let seed = 0; seed < 20; seed++) {
      setSeed(seed);
      const hidden = { units: 32, activation: 'relu' } as const;
      const model = new Sequential([new Dense({ ...hidden, inputShape: [4] }), new Dense(hidden), new Dense({ units: 1 })]);
      model.compile({ optimizer: new SGD(), loss: 'mse' });
      const { suggestion } = await lrFinder(model, x, y, { batchSize: 8, minRate: 1e-4 });
      expect(suggestion).toBeGreaterThan(0.005);
      expect(suggestion).toBeLessThan(0.1);
    }
  });

  test('comes of streams of batches as well', async () => {
    function* batches() {
      for (let start = 0; start < count; start += 32) yield [x.slice(start, start + 32), y.slice(start, start + 32)] as const;
    }
    const found = await lrFinder(linear(), () => batches(), { steps: 20, minRate: 1e-3, maxRate: 0.1 });
    expect([found.end, found.rates.length]).toEqual(['all steps', 20]);
  });
});

describe('afterwards everything is as it was', () => {
  /** All that training goes on from, and where it goes. */
  async function future(model: Sequential): Promise<unknown> {
    const { optimizer } = model;
    const state = {
      weights: model.getWeights().map(({ data }) => [...data]),
      optimizer: optimizer.variables.map((variable) => [...variable.view()]),
      rate: optimizer.learningRate,
      generator: globalSource().state(),
    };
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    return { ...state, later: model.getWeights().map(({ data }) => [...data]) };
  }

  const schedule = () => new CosineDecay({ initialLearningRate: 0.01, decaySteps: 100 });
  const ends: Readonly<Record<string, (model: Sequential) => Promise<unknown>>> = {
    'all steps': (model) => lrFinder(model, x, y, { steps: 20, maxRate: 0.1 }),
    divergence: (model) => lrFinder(model, x, y, { maxRate: 1e6 }),
    'no number': (model) => lrFinder(model, x, y, { minRate: 1e20, maxRate: 1e38, stopFactor: Number.POSITIVE_INFINITY }),
    cancellation: async (model) => {
      const control = new AbortController();
      setTimeout(() => control.abort(), 5);
      const run = lrFinder(model, x, y, { steps: 5000, minRate: 1e-3, maxRate: 2e-3, stopFactor: 1e9, signal: control.signal });
      await expect(run).rejects.toThrow(/cancelled/);
    },
    'an error': async (model) => {
      let batch = 0;
      function* broken() {
        for (;;) {
          if (batch++ === 4) throw new Error('disk');
          yield [x.slice(0, 32), y.slice(0, 32)] as const;
        }
      }
      await expect(lrFinder(model, () => broken(), { steps: 20, minRate: 0.01 })).rejects.toThrow('disk');
    },
  };

  test.each(
    Object.keys(ends).flatMap((end) => [
      [end, 'Adam', () => new Adam({ learningRate: 0.01 })] as const,
      [end, 'a schedule', () => new Adam({ learningRate: schedule() })] as const,
    ]),
  )('after %s, with %s', async (end, _, optimizer) => {
    const prepare = async (): Promise<Sequential> => {
      setSeed(4);
      const model = makeModel(optimizer());
      await model.fit(x, y, { epochs: 1, verbose: 0 });
      return model;
    };
    const expected = await future(await prepare());
    const model = await prepare();
    await ends[end]!(model);
    expect(model.stopTraining).toBe(false);
    expect(await future(model)).toEqual(expected);
  });

  test('also for a model that was not built before', async () => {
    const model = makeModel(new Adam(), {});
    await lrFinder(model, x, y, { steps: 10 });
    expect(model.optimizer.iterations).toBe(0);
    const [, , , , mean] = model.getWeights();
    expect([...mean!.data]).toEqual(new Array(16).fill(0));
  });
});

describe('pictures', () => {
  const curve = {
    rates: [1e-4, 1e-3, 1e-2, 1e-1, 1],
    losses: [2, 1.9, 1.2, 0.5, 9],
    smoothed: [2, 1.95, 1.5, 1, 4],
  };

  test('in characters', () => {
    expect(rateCurveText(curve, 0.01, 21, 6).split('\n')).toEqual([
      '2.4 ┤          |',
      '    │*         |',
      '    │     *    |',
      '    │          *',
      '    │          |',
      '  1 ┤          |    *',
      '    └┴────┴────┴────┴────┴',
      '     1e-4    1e-2 1e-1  1e0',
      '     learning rate → smoothed loss. Suggested rate: 0.0100',
    ]);
  });

  test('as SVG: a well-formed file with the mark, a dot per loss, and labels', () => {
    const svg = rateCurveSVG(curve, 0.01);
    expect(svg.match(/<circle /g)).toHaveLength(5);
    expect(svg).toMatch(/suggested: 0\.0100/);
    expect([...svg.matchAll(/10<tspan[^>]*>(-?\d)<\/tspan>/g)].map(([, power]) => power)).toEqual(['-4', '-3', '-2', '-1', '0']);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const open = [...svg.matchAll(/<([a-zA-Z]+)(?:"[^"]*"|[^">])*?(\/?)>/g)]
      .filter(([, , closed]) => !closed)
      .map(([, name]) => name);
    const closed = [...svg.matchAll(/<\/([a-zA-Z]+)>/g)].map(([, name]) => name);
    expect(open.sort()).toEqual(closed.sort());
    expect(rateCurveSVG(curve, undefined)).not.toMatch(/suggested/);
  });

  test('mark a rate below those that were tried at the edge', () => {
    for (const line of rateCurveText(curve, 1e-5, 21, 6).split('\n').slice(0, 6)) expect(line[5]).toMatch(/[|*]/);
    const xs = [1e-5, curve.rates[0]].map((rate) => /M([\d.]+) [^>]*stroke-dasharray/.exec(rateCurveSVG(curve, rate))![1]);
    expect(xs[0]).toBe(xs[1]);
  });

  test('of nothing, of one point and of a flat curve', () => {
    for (const [rates, values] of [
      [[], []],
      [[1], [2]],
      [
        [1, 10, 100],
        [0, 0, 0],
      ],
    ] as const) {
      const flat = { rates, losses: values, smoothed: values };
      expect(rateCurveText(flat, undefined)).not.toMatch(/NaN|undefined/);
      expect(rateCurveSVG(flat, undefined)).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test('are printed when asked', async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    const found: LrFinderResult = await lrFinder(linear(), x, y, { steps: 30, verbose: 1 });
    expect(print.mock.calls).toEqual([[found.plot()]]);
    expect(found.plot()).toMatch(/Suggested rate: /);
    expect(found.toSVG()).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    print.mockRestore();
  });
});

test.each<[object, RegExp]>([
  [{ minLr: 1 }, /an option it knows, got `minLr`/],
  [{ minRate: 0 }, /`minRate` to be a finite number > 0, got 0/],
  [{ minRate: 1, maxRate: 0.1 }, /`minRate` below `maxRate`, got 1 and 0\.1/],
  [{ steps: 1 }, /`steps` to be an integer >= 2, got 1/],
  [{ smoothing: 1 }, /`smoothing` to be a number in \[0, /],
  [{ stopFactor: 1 }, /`stopFactor` to be a number > 1, got 1/],
])('%j is refused', async (options, message) => {
  await expect(lrFinder(linear(), x, y, options as LrFinderOptions)).rejects.toThrow(message);
});
