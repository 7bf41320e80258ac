/** @file Models that train in a way of their own: `trainStep` and `testStep`. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import type { Callback, RunInsight } from '../../src/callbacks/index.ts';
import { gradients } from '../../src/graph/gradient.ts';
import type { Node } from '../../src/graph/node.ts';
import * as ops from '../../src/graph/ops.ts';
import { Dense } from '../../src/layers/index.ts';
import { lrFinder, Model, type StepBatch, type StepResults } from '../../src/models/index.ts';
import { SGD } from '../../src/optimizers/index.ts';
import { noise, silent } from '../support/models.ts';

class Line extends Model {
  static override readonly type: string = 'Line';
  readonly dense = new Dense({ units: 1, kernelRegularizer: 'l2' });
  override call(x: Node): Node {
    return this.dense.apply(x);
  }
}

/** Does by hand what `fit` does. */
class ByHand extends Line {
  override trainStep(batch: StepBatch): StepResults {
    const loss = this.computeLoss(batch, this.apply(batch.x as Node));
    const weights = this.trainableWeights;
    this.optimizer.apply(
      gradients(
        loss,
        weights.map(({ node }) => node),
      ),
      weights,
    );
    return { loss, largest: ops.max(ops.abs(weights[0]!.node)) };
  }
  override testStep(batch: StepBatch): StepResults {
    return { half: ops.mul(this.computeLoss(batch, this.apply(batch.x as Node)), 0.5) };
  }
}

const [x, y] = [noise([20, 3]), noise([20, 1], 2)];

function compiled<M extends Model>(make: () => M): M {
  setSeed(8);
  const model = make();
  model.compile({ optimizer: new SGD({ learningRate: 0.1, momentum: 0.5 }), loss: 'mse' });
  return model;
}

describe('a step of its own', () => {
  test('trains as the usual one when it does the same, and reports what it gives', async () => {
    const [model, usual] = [compiled(() => new ByHand()), compiled(() => new Line())];
    const options = { epochs: 3, batchSize: 8, ...silent };
    setSeed(9);
    const { history } = await model.fit(x, y, { ...options, validationData: [x, y] });
    setSeed(9);
    const expected = await usual.fit(x, y, options);
    expect(history.loss).toEqual(expected.history.loss);
    expect(model.getWeights().map(({ data }) => data)).toEqual(usual.getWeights().map(({ data }) => data));
    expect(Object.keys(history)).toEqual(['largest', 'loss', 'val_half']);
    const { loss } = await usual.evaluate(x, y, silent);
    expect((await model.evaluate(x, y, silent)).half).toBeCloseTo(loss! / 2, 6);
    expect(Object.keys(await model.trainOnBatch(x, y))).toEqual(['largest', 'loss']);
  });

  test.each<[string, StepResults, RegExp]>([
    ['nothing', {}, /trainStep\] expected scalars by name/],
    ['no object', 3 as never, /trainStep\] expected scalars by name/],
    ['a number', { loss: 3 as never }, /a node as "loss", got 3/],
    ['a vector', { loss: ops.add(noise([3]), 1) as never }, /a node as "loss"|a scalar as "loss"/],
  ])('that gives %s is refused', async (_, result, text) => {
    class Bad extends Line {
      override trainStep(): StepResults {
        return result;
      }
    }
    const model = compiled(() => new Bad());
    await expect(model.fit(x, y, silent)).rejects.toThrow(text);
  });

  test('needs no targets when it looks at none', async () => {
    class Copy extends Line {
      override readonly dense = new Dense({ units: 3 });
      override trainStep({ x: inputs, y: targets }: StepBatch): StepResults {
        expect(targets).toBeUndefined();
        const loss = ops.mean(ops.square(ops.sub(this.apply(inputs as Node), inputs as Node)));
        const weights = this.trainableWeights;
        const nodes = weights.map(({ node }) => node);
        this.optimizer.apply(gradients(loss, nodes), weights);
        return { loss };
      }
    }
    const model = compiled(() => new Copy());
    const { history } = await model.fit(x, undefined, { epochs: 30, ...silent });
    expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]! / 2);
    await model.fit(() => [{ x }], silent);
    // Evaluation is the usual one, and that needs them.
    await expect(model.evaluate(() => [{ x }], silent)).rejects.toThrow(/expected `y`, got nothing/);
  });

  test('is not called directly', () => {
    expect(() => new Line().trainStep({ x: [], y: undefined, sampleWeight: undefined })).toThrow(/a subclass that overrides it/);
  });
});

/** Two networks, each with an optimizer of its own; the one given to `compile` has nothing to do. */
class Rivals extends Model {
  static override readonly type: string = 'Rivals';
  readonly one = new Dense({ units: 1 });
  readonly other = new Dense({ units: 1 });
  readonly #optimizers = [new SGD({ learningRate: 0.1, momentum: 0.9 }), new SGD({ learningRate: 0.01, momentum: 0.9 })];
  override call(x: Node): Node {
    return ops.sub(this.one.apply(x), this.other.apply(x));
  }
  override trainStep({ x: inputs, y: targets }: StepBatch): StepResults {
    const loss = ops.mean(ops.square(ops.sub(this.call(inputs as Node), targets as Node)));
    for (const [i, { trainableWeights }] of [this.one, this.other].entries()) {
      const nodes = trainableWeights.map(({ node }) => node);
      this.#optimizers[i]!.apply(gradients(loss, nodes), trainableWeights);
    }
    return { loss };
  }
}

test('a step with optimizers of its own goes on from a checkpoint, to the bit', async () => {
  let run: RunInsight | undefined;
  let bytes: Uint8Array | undefined;
  const taker: Callback = {
    onTrainBegin: (_, params) => {
      run = params.run;
    },
    onEpochEnd: async (epoch) => {
      if (epoch === 1) bytes ??= await run!.checkpoint();
    },
  };
  const options = { epochs: 4, batchSize: 8, callbacks: [taker], ...silent };
  const whole = compiled(() => new Rivals());
  const { history } = await whole.fit(x, y, options);
  const model = compiled(() => new Rivals());
  setSeed(99);
  const resumed = await model.fit(x, y, { ...options, resumeFrom: bytes! });
  expect(resumed.history).toEqual(history);
  expect(model.getWeights().map(({ data }) => data)).toEqual(whole.getWeights().map(({ data }) => data));
});

test('a step that reports no loss has no learning rate to be found', async () => {
  class Quiet extends Line {
    override trainStep({ x: inputs }: StepBatch): StepResults {
      return { size: ops.mean(this.apply(inputs as Node)) };
    }
  }
  const search = lrFinder(
    compiled(() => new Quiet()),
    x,
    y,
  );
  await expect(search).rejects.toThrow(/\[lrFinder\] expected a model that reports a `loss`, got one that reports size/);
});
