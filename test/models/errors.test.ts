/** @file Refusals of layers, models and what they are compiled with: where, what was expected, what came and what to do. */

import { describe, expect, test } from 'vitest';
import { OutOfMemoryError, ShapeError } from '../../src/base/fail.ts';
import type { PartialShape } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { engine } from '../../src/engine/index.ts';
import type { Node } from '../../src/graph/node.ts';
import { Variable } from '../../src/graph/variable.ts';
import { Activation, BatchNormalization, Dense, Dropout, Layer } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { Adam, RMSprop, SGD } from '../../src/optimizers/index.ts';
import { classifier, clusters, noise, silent } from '../support/models.ts';
import { type Refusal, refuses, untyped } from '../support/refusals.ts';

const { x, y } = clusters(12);

describe('compile', () => {
  const compile = (options: unknown) => (model: Sequential) => model.compile(untyped(options));
  const loss = 'mse';
  refuses([
    [
      'no options',
      compile(undefined),
      /^\[Sequential "sequential.*"\.compile\] expected options like \{ optimizer, loss \}, got undefined/,
    ],
    [
      'no loss',
      compile({ optimizer: 'sgd' }),
      /compile\] expected a `loss`, got none\. Hint: such as \{ loss: 'meanSquaredError' \}/,
    ],
    [
      'an unknown loss',
      compile({ loss: 'meanSquareError' }),
      /\[compile\] expected the name of a loss, got "meanSquareError"\. Hint: did you mean 'MeanSquaredError'\?/,
    ],
    [
      'an unknown optimizer',
      compile({ loss, optimizer: 'adm' }),
      /\[compile\] expected the name of an optimizer, got "adm"\. Hint: did you mean 'Adam'\?/,
    ],
    [
      'an unknown metric',
      compile({ loss, metrics: ['acuracy'] }),
      /\[compile\] expected the name of a metric, got "acuracy"\. Hint: did you mean 'accuracy'\?/,
    ],
    [
      'a name like no other',
      compile({ loss, optimizer: 'gradientBoostedTrees' }),
      /got "gradientBoostedTrees"\. Hint: known names: .*Adam.*SGD/,
    ],
    ['metrics that are no list', compile({ loss, metrics: 'mae' }), /compile\] expected `metrics` to be a list, got "mae"/],
    [
      'a number for a metric',
      compile({ loss, metrics: [1] }),
      /\[compile\] expected `metrics` to be names, Metrics or functions .*, got 1/,
    ],
    ['a number for a loss', compile({ loss: 7 }), /\[compile\] expected `loss` to be a name, a Loss or a function .*, got 7/],
    [
      'a class for an optimizer',
      compile({ loss, optimizer: Adam }),
      /\[compile\] expected `optimizer` to be a name or an Optimizer, got function Adam/,
    ],
  ]);
  test.each([0, -0.1, Number.NaN, Number.POSITIVE_INFINITY, '0.1'])('refuses the learning rate %s', (learningRate) => {
    for (const Optimizer of [SGD, RMSprop, Adam]) {
      const make = (): unknown => new Optimizer({ learningRate: untyped(learningRate) });
      expect(make).toThrow(
        /^\[optimizer "\w+"\] expected `learningRate` to be a positive finite number, got ("0\.1"|0|-0\.1|NaN|Infinity)\.$/,
      );
    }
  });
});

describe('layers', () => {
  refuses([
    ...[0, -3, 2.5, '8', undefined].map(
      (units): Refusal => [
        `units ${units}`,
        () => new Dense({ units: untyped(units), name: 'hidden' }),
        /^\[Dense "hidden"\] expected `units` to be a positive integer, got /,
      ],
    ),
    [
      'Dense without options',
      () => new (untyped<new () => Dense>(Dense))(),
      /^\[Dense "dense.*"\] expected `units` to be a positive integer, got undefined/,
    ],
    [
      'an unknown activation',
      () => new Dense({ units: 1, activation: 'rellu', name: 'hidden' }),
      /^\[Dense "hidden"\] expected the name of an activation, got "rellu"\. Hint: did you mean 'relu'\?/,
    ],
    [
      'an unknown activation of Activation',
      () => new Activation('softmx'),
      /^\[Activation "activation.*"\] expected the name of an activation, got "softmx"\. Hint: did you mean 'softmax'\?/,
    ],
    [
      'a number for an activation',
      () => new Dense({ units: 1, activation: untyped(3) }),
      /expected `activation` to be a name, \{ type, options \} or a function, got 3/,
    ],
    [
      'an unknown initializer',
      () => new Dense({ units: 1, kernelInitializer: 'heNorml', name: 'hidden' }),
      /^\[Dense "hidden"\] expected the name of an initializer, got "heNorml"\. Hint: did you mean 'HeNormal'\?/,
    ],
    [
      'an unknown initializer of the bias',
      () => new Dense({ units: 1, biasInitializer: 'zeroes' }),
      /expected the name of an initializer, got "zeroes"\. Hint: did you mean 'Zeros'\?/,
    ],
    ...[-0.1, 1.5, Number.NaN, '0.5', undefined].map(
      (rate): Refusal => [
        `a dropout rate of ${rate}`,
        () => new Dropout({ rate: untyped(rate), name: 'drop' }),
        /^\[Dropout "drop"\] expected `rate` to be a number in \[0, 1\], got /,
      ],
    ),
    [
      'a momentum above 1',
      () => new BatchNormalization({ momentum: 1.1, name: 'norm' }),
      /^\[BatchNormalization "norm"\] expected `momentum` to be a number in \[0, 1\], got 1\.1/,
    ],
    ['an epsilon of 0', () => new BatchNormalization({ epsilon: 0 }), /expected `epsilon` to be a positive number, got 0/],
    [
      'an axis there is not',
      () => new Sequential([new BatchNormalization({ axis: 3, inputShape: [4] })]),
      /\[BatchNormalization ".*"\] expected `axis` to be an integer in \[-2, 1\], got 3/,
    ],
    [
      'the batch axis',
      () => new Sequential([new BatchNormalization({ axis: 0, inputShape: [4] })]),
      /expected a known size of axis 0, got shape \[\?, 4\]/,
      ShapeError,
    ],
    ['an empty name', () => new Dense({ units: 1, name: '' }), /^\[Dense\] expected `name` to be a non-empty string, got ""/],
    ...[3, [0], [2.5], ['2'], 'wide'].map(
      (shape): Refusal => [
        `an inputShape of ${JSON.stringify(shape)}`,
        () => new Dense({ units: 1, inputShape: untyped(shape) }),
        /expected `inputShape` to be a list of positive integers \(null where not known\), got /,
      ],
    ),
    [
      'features whose number is not known',
      () => new Sequential([new Dense({ units: 1, inputShape: [null] })]),
      /\[Dense ".*"\] expected an input whose last dimension is known, got shape \[\?, \?\]\. Hint: give `inputShape` in full/,
    ],
    [
      'Dense on samples without features',
      () => new Sequential([new Dense({ units: 1, inputShape: [] })]),
      /\[Dense ".*"\] expected input of rank >= 2, got shape \[\?\]\. Hint: the first axis is the batch/,
    ],
  ]);
});

describe('models', () => {
  const twice = new Dense({ units: 2, name: 'twice' });
  const wrongShape = (model: Sequential): Tensor[] =>
    model.getWeights().map((weight, i) => (i === 6 ? noise([3, 3]) : noise(weight.shape)));
  refuses([
    [
      'a layer given twice',
      () => new Sequential([twice, twice]),
      /^\[Sequential ".*"\] expected every layer once, got Dense "twice" twice/,
    ],
    [
      'two layers of one name',
      () => new Sequential([new Dense({ units: 1, name: 'out' }), new Activation({ activation: 'relu', name: 'out' })]),
      /expected layers of different names, got two called "out"\. Hint: give one of them another `name`/,
    ],
    [
      'something that is no layer',
      () => new Sequential(untyped([{ units: 10 }])),
      /^\[Sequential ".*"\] expected a layer, got Object\. Hint: such as new Dense\(\{ units: 10 \}\)/,
    ],
    ['a class for a layer', (model) => model.add(untyped(Dense)), /expected a layer, got function Dense/],
    ['layers that are no list', () => new Sequential(untyped(new Dense({ units: 1 }))), /expected a list of layers, got Dense/],
    [
      'a layer that does not fit on top',
      (model) => model.add(new BatchNormalization({ axis: 2 })),
      /expected `axis` to be an integer in \[-2, 1\], got 2/,
    ],
    [
      'pop on an empty model',
      () => new Sequential().pop(),
      /^\[Sequential ".*"\.pop\] expected a model with layers, got an empty one/,
    ],
    ['building an empty model', () => new Sequential().build([null, 2]), /expected at least one layer, got none/],
    [
      'building for another shape',
      (model) => model.build([null, 7]),
      /expected inputs like those it was built for, \[\?, 2\], got \[\?, 7\]/,
    ],
    [
      'building for no shape',
      (model) => model.build(untyped(7)),
      /build\] expected `inputShape` to be a list of positive integers/,
    ],
    [
      'fit before compile',
      () => new Sequential([new Dense({ units: 1 })]).fit(x, y),
      /\.fit\] expected a compiled model, got one that is not\. Hint: call model\.compile\(\{ optimizer, loss \}\) first/,
    ],
    [
      'evaluate before compile',
      () => new Sequential([new Dense({ units: 1 })]).evaluate(x, y),
      /\.evaluate\] expected a compiled model/,
    ],
    [
      'trainOnBatch before compile',
      () => new Sequential([new Dense({ units: 1 })]).trainOnBatch(x, y),
      /\.trainOnBatch\] expected a compiled model/,
    ],
    [
      'the optimizer before compile',
      () => new Sequential([new Dense({ units: 1 })]).optimizer,
      /\.optimizer\] expected a compiled model/,
    ],
    [
      'predict before the model is built',
      () => new Sequential([new Dense({ units: 1 })]).predict(x),
      /\.predict\] expected a model that is built, got one that is not\. Hint: give the first layer an inputShape, or fit the model first/,
    ],
    [
      'the output shape before the model is built',
      () => new Sequential([new Dense({ units: 1 })]).outputShape,
      /expected a layer that is built, got one that is not/,
    ],
    [
      'too few weights',
      (model) => model.setWeights(model.getWeights().slice(1)),
      /^\[Sequential ".*"\] expected 8 weights, got 7/,
      ShapeError,
    ],
    [
      'weights before there are any',
      () => new Sequential([new Dense({ units: 1 })]).setWeights([[[1]], [0]]),
      /expected 0 weights, got 2\. Hint: weights are made when the layer or model is built/,
    ],
    [
      'a weight of another shape',
      (model) => model.setWeights(wrongShape(model)),
      /expected weight 6 \("dense.*\/kernel"\) of shape \[8, 3\], got \[3, 3\]/,
      ShapeError,
    ],
    [
      'a weight with rows of different length',
      (model) => model.setWeights(untyped(model.getWeights().map((weight, i) => (i === 6 ? [[1, 2], [3]] : weight)))),
      /^\[Sequential ".*"\] `dense.*\/kernel`: \[tensor\] expected 2 elements at \[1\], got 1/,
    ],
    ['weights that are no list', (model) => model.setWeights(untyped(3)), /expected a list of weights, got 3/],
    [
      'a loss that ends in no number per sample',
      (model) => {
        model.compile({ loss: untyped(() => 'no node') });
        const run = model.fit(x, y, silent);
        // The twin was compiled with the loss this model is to have afterwards.
        return run.finally(() => model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' }));
      },
      /^\[loss "loss"\] expected a Node, a Tensor or a number, got "no node"/,
    ],
  ]);

  test('a call that is refused leaves the shape a model was built for', () => {
    const model = classifier();
    expect(() => model.build([null, 7])).toThrow(ShapeError);
    expect(model.inputShape).toEqual([null, 2]);
    expect(model.isBuilt).toBe(true);
  });

  test('a layer that could not be built can be built for a shape that fits', () => {
    class Two extends Layer {
      static override readonly type: string = 'Two';
      override build(inputShape: PartialShape): PartialShape {
        this.addWeight('first', [inputShape.at(-1)!]);
        this.addWeight('second', [inputShape.at(-1)!], { initializer: new Tensor(new Float32Array(3), [3]) });
        return inputShape;
      }
      override call(x: Node): Node {
        return x;
      }
    }
    const layer = new Two();
    expect(() => layer.ensureBuilt([null, 4])).toThrow(/\[4\]/);
    layer.ensureBuilt([null, 3]);
    expect(layer.weights.map(({ shape }) => shape)).toEqual([[3], [3]]);
  });
});

describe('memory that is not there', () => {
  const huge = 3 * 2 ** 30;
  const refused =
    /^\[engine\] expected room for [\d.]+ GB \(.+\), got a memory of .+ in use that cannot grow by .+\. Hint: use a smaller batch or model/;
  refuses([
    ['for a variable', () => new Variable('huge', [huge]), refused, OutOfMemoryError],
    ['for a layer', (model) => model.add(new Dense({ units: huge })), refused, OutOfMemoryError],
    [
      'for a batch',
      async (model) => {
        const wide = new Sequential([new Dense({ units: 2 ** 16, useBias: false, inputShape: [1] })]);
        const { used } = engine().memory.usage();
        try {
          await wide.predictOnBatch(new Tensor(new Uint8Array(2 ** 15), [2 ** 15, 1]));
        } finally {
          expect(engine().memory.usage().used).toBe(used);
          expect(model.layers).toHaveLength(4);
        }
      },
      refused,
      OutOfMemoryError,
    ],
  ]);
});
