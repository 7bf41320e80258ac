import { describe, expect, test } from 'vitest';
import { MyelinError } from '../../src/base/fail.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/data/safetensors.ts';
import type { Node } from '../../src/graph/node.ts';
import * as ops from '../../src/graph/ops.ts';
import { Dense, input } from '../../src/layers/index.ts';
import * as losses from '../../src/losses/index.ts';
import { Loss } from '../../src/losses/index.ts';
import * as metrics from '../../src/metrics/index.ts';
import { type CompileOptions, Model } from '../../src/models/index.ts';
import { modelToBytes } from '../../src/models/model-file.ts';
import { modelFromBytes } from '../../src/models/saving.ts';
import * as optimizers from '../../src/optimizers/all.ts';
import type { Optimizer } from '../../src/optimizers/index.ts';
import { Schedule } from '../../src/schedules/index.ts';
import { lineModel } from '../support/models.ts';

/** Names of the tensors and metadata of a model's file. */
function contents(model: Model): { names: string[]; metadata: Record<string, string> } {
  const { tensors, metadata } = decodeSafetensors(modelToBytes(model));
  return { names: [...tensors.keys()], metadata };
}

describe('what compile was given comes back', () => {
  const custom = Object.assign((yTrue: Node, yPred: Node) => ops.abs(ops.sub(yTrue, yPred)), { type: 'distance' });
  class Quartic extends Loss<{ name?: string; factor?: number }> {
    static override readonly type: string = 'Quartic';
    override call(yTrue: Node, yPred: Node): Node {
      return ops.scale(ops.square(ops.square(ops.sub(yPred, yTrue))), this.options.factor ?? 1);
    }
  }
  class Steps extends Schedule<{ first: number }> {
    static override readonly type: string = 'Steps';
    override rateAt(step: number): number {
      return this.options.first / (1 + step);
    }
  }
  const settingsOf = (model: Model): CompileOptions => model.compiled!.options;

  test('names, objects with options, by output, weights of losses', () => {
    const x = input({ shape: [2] });
    const outputs = { type: new Dense({ units: 1 }).apply(x), options: new Dense({ units: 3 }).apply(x) };
    const model = new Model({ inputs: x, outputs });
    const given: CompileOptions = {
      optimizer: new optimizers.AdamW({ learningRate: 0.002, weightDecay: 0.1, excludeFromWeightDecay: ['bias'] }),
      loss: { type: new losses.Huber({ delta: 2, name: 'h' }), options: 'categoricalCrossentropy' },
      lossWeights: { type: 0.3 },
      metrics: { options: ['accuracy', new metrics.TopKCategoricalAccuracy({ k: 2 })], type: new losses.LogCosh() },
    };
    model.compile(given);
    const copy = modelFromBytes(modelToBytes(model));
    const { optimizer, ...rest } = settingsOf(copy);
    const { optimizer: _given, ...expected } = given;
    expect(rest).toEqual(expected);
    expect((optimizer as Optimizer).options).toEqual({ learningRate: 0.002, weightDecay: 0.1, excludeFromWeightDecay: ['bias'] });
    expect((settingsOf(copy).loss as Record<string, unknown>).type).toBeInstanceOf(losses.Huber);
  });

  test('lists with null, a loss as a function of the library, an optimizer by name', () => {
    const x = input({ shape: [2] });
    const model = new Model({ inputs: x, outputs: [new Dense({ units: 1 }).apply(x), new Dense({ units: 3 }).apply(x)] });
    model.compile({ optimizer: 'lion', loss: [losses.meanSquaredError, null], lossWeights: [2, 1], metrics: [['mae'], []] });
    const copy = modelFromBytes(modelToBytes(model));
    const { loss, lossWeights, metrics: watched } = settingsOf(copy);
    expect([loss, lossWeights, watched]).toEqual([
      [losses.meanSquaredError, null],
      [2, 1],
      [['mae'], []],
    ]);
    expect(copy.optimizer.type).toBe('Lion');
  });

  test('classes and functions of your own, given as custom objects', () => {
    const model = lineModel({
      loss: new Quartic({ factor: 3 }),
      metrics: [custom],
      optimizer: new optimizers.SGD({
        learningRate: new Steps({ first: 2 }),
        groups: [{ weights: ['bias'], learningRate: new Steps({ first: 3 }) }],
      }),
    });
    const bytes = modelToBytes(model);
    const copy = modelFromBytes(bytes, { customObjects: [Quartic, Steps, custom] });
    expect(settingsOf(copy).loss).toEqual(new Quartic({ factor: 3 }));
    expect(settingsOf(copy).metrics).toEqual([custom]);
    expect(copy.optimizer.schedule).toEqual(new Steps({ first: 2 }));
    expect(copy.optimizer.groups.map(({ rate }) => rate.schedule)).toEqual([new Steps({ first: 3 }), new Steps({ first: 2 })]);
    expect(() => modelFromBytes(bytes, { customObjects: [Steps, custom] })).toThrow(
      /`compile\.loss\.\$loss\.type` to be a loss that is known, got "Quartic"\. Hint: .*customObjects.*compile: false/,
    );
    expect(modelFromBytes(bytes, { compile: false }).compiled).toBeUndefined();
  });

  test('with a function, the model is saved without, and the file says why', () => {
    const nameless = class extends losses.MeanSquaredError {};
    for (const [given, text] of [
      [{ loss: (t: Node, p: Node) => ops.sub(t, p) }, /`loss` to be something that can be saved, got function loss/],
      [{ metrics: ['mae', (t: Node, p: Node) => ops.sub(t, p)] }, /`metrics\[1\]` to be something that can be saved/],
      [{ loss: new nameless() }, /`loss` of a class with a `static type` of its own, got class nameless/],
      [{ optimizer: new optimizers.SGD({ learningRate: () => 0.1 }) }, /learningRate/],
    ] as const) {
      const { names, metadata } = contents(lineModel(given as Partial<CompileOptions>));
      expect([names, metadata.compile]).toEqual([
        ['dense/kernel', 'dense/bias'].map((name) => name.replace('dense', names[0]!.split('/')[0]!)),
        undefined,
      ]);
      expect(metadata.uncompiled).toMatch(text);
      expect(modelFromBytes(modelToBytes(lineModel(given as Partial<CompileOptions>))).compiled).toBeUndefined();
    }
  });

  test.each([
    [{ loss: { $loss: { type: 'Huber', options: { delta: 'x' } } } }, /delta/],
    [{ loss: { $loss: { type: 'toString', options: {} } } }, /compile\.loss\.\$loss\.type` to be a loss that is known/],
    [{ loss: { $function: 'constructor' } }, /a function that is known, got "constructor"/],
    [{ loss: true }, /`compile\.loss` to be a name, a list or an object, got true/],
    [
      { optimizer: { type: 'Adm', options: {} }, loss: 'mse' },
      /an optimizer that is known, got "Adm"\. Hint: did you mean 'Adam'/,
    ],
    [{ optimizer: { type: 'Adam', options: { beta: 1 } }, loss: 'mse' }, /beta/],
    [{ loss: 'mse', extra: 1 }, /extra/],
    [['mse'], /`compile` to be an object/],
  ])('settings that are malformed are refused: %j', (settings, text) => {
    const base = { optimizer: { type: 'SGD', options: {} }, loss: 'mse' };
    const { tensors, metadata } = decodeSafetensors(modelToBytes(lineModel()));
    const compile = JSON.stringify(Array.isArray(settings) ? settings : { ...base, ...settings });
    const error = (() => {
      try {
        return modelFromBytes(encodeSafetensors(tensors, { ...metadata, compile }));
      } catch (reason) {
        return reason;
      }
    })();
    expect(error).toBeInstanceOf(MyelinError);
    expect((error as Error).message).toMatch(text);
  });
});
