/** @file What recurrent layers do beyond single calls: states, masks, dropout, wrappers, and what they refuse. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { type Tensor, tensor } from '../../src/base/tensor.ts';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { add, div, exp, mul, scale, sub, sum } from '../../src/graph/ops.ts';
import {
  Bidirectional,
  Dense,
  Embedding,
  Flatten,
  GlobalAveragePooling1D,
  GlobalMaxPooling1D,
  GRU,
  input,
  type Layer,
  LSTM,
  Masking,
  SimpleRNN,
  TimeDistributed,
} from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { expectClose } from '../support/compare.ts';
import { pattern } from '../support/layer-engine.ts';
import { untyped } from '../support/refusals.ts';

const kinds = { SimpleRNN, LSTM, GRU } as const;
const near = { absolute: 1e-6, relative: 1e-5 };

/** All outputs of a layer for a sequence, with a mask if there is one. */
function outputsOf(layer: InstanceType<(typeof kinds)[keyof typeof kinds]> | Bidirectional, x: Tensor, mask?: Tensor): Tensor[] {
  const run = (node: Node, given?: Node): Node[] => layer.applyAll(node, given ? { mask: given } : {});
  return (jit(run as (...args: Node[]) => Node[]) as (...args: Tensor[]) => Tensor[])(x, ...(mask ? [mask] : []));
}

/** A part of `x` [batch, time, features] along time. */
const steps = (x: Tensor, from: number, to: number): Tensor => {
  const [batch, time, features] = x.shape as [number, number, number];
  const rows = Array.from({ length: batch }, (_, b) =>
    Array.from(x.data.subarray((b * time + from) * features, (b * time + to) * features)),
  );
  return tensor(Float32Array.from(rows.flat()), [batch, to - from, features]);
};

describe.each(Object.entries(kinds))('%s', (_, Type) => {
  test('names its weights as Keras does and begins as Keras does', () => {
    const layer = new Type({ units: 4 });
    layer.ensureBuilt([null, 3, 2]);
    expect(layer.weights.map(({ name }) => name.split('/').at(-1))).toEqual(['kernel', 'recurrent_kernel', 'bias']);
    const bias = layer.weights[2]!.read();
    const ones = Type === LSTM ? [4, 5, 6, 7] : [];
    expect(Array.from(bias.data)).toEqual(Array.from(bias.data, (_value, i) => (ones.includes(i) ? 1 : 0)));
    // Orthogonal: rows of unit length, at right angles.
    const [, recurrent] = layer.getWeights();
    const width = recurrent!.shape[1]!;
    const row = (i: number) => Array.from(recurrent!.data.subarray(i * width, (i + 1) * width));
    const dot = (a: number, b: number) => row(a).reduce((total, value, i) => total + value * row(b)[i]!, 0);
    expect(dot(0, 0)).toBeCloseTo(1, 5);
    expect(dot(0, 1)).toBeCloseTo(0, 5);
  });

  test('gives final states that continue a sequence', () => {
    setSeed(2);
    const x = pattern([2, 6, 3]);
    const layer = new Type({ units: 5, returnSequences: true, returnState: true });
    layer.ensureBuilt([null, null, 3]);
    const whole = outputsOf(layer, x);
    const resumed = new Type({ units: 5, returnSequences: true });
    const [, ...states] = outputsOf(layer, steps(x, 0, 4));
    expect(states.length).toBe(layer.stateCount);
    resumed.ensureBuilt([[null, 2, 3], ...states.map(() => [null, 5])]);
    resumed.setWeights(layer.getWeights());
    const rest = jit((...args: Node[]) => resumed.apply(args))(steps(x, 4, 6), ...states);
    expectClose(rest.data, steps(whole[0]!, 4, 6).data, near, 'rest');
  });

  test('keeps its states from batch to batch when stateful, until they are reset', () => {
    const x = pattern([2, 6, 3]);
    const plain = new Type({ units: 5 });
    plain.ensureBuilt([null, null, 3]);
    const [whole] = outputsOf(plain, x);
    const [first] = outputsOf(plain, steps(x, 0, 3));
    const stateful = new Type({ units: 5, stateful: true });
    stateful.ensureBuilt([null, null, 3]);
    stateful.setWeights(plain.getWeights());
    const run = jit((node) => stateful.apply(node));
    expectClose(run(steps(x, 0, 3)).data, first!.data, near, 'first half');
    expectClose(run(steps(x, 3, 6)).data, whole!.data, near, 'second half');
    stateful.resetStates();
    expectClose(run(steps(x, 0, 3)).data, first!.data, near, 'after the reset');
    expect(() => run(pattern([3, 3, 3]))).toThrow(/expected batches of 2 samples, like the first, got 3/);
    expect(() => plain.resetStates()).toThrow(/expected a layer with stateful: true/);
  });

  test('ends where the mask ends, whatever stands behind it', () => {
    const x = pattern([2, 5, 3]);
    const layer = new Type({ units: 4, returnSequences: true, returnState: true });
    layer.ensureBuilt([null, null, 3]);
    const [short] = outputsOf(layer, steps(x, 0, 3));
    const [y, state] = outputsOf(layer, x, tensor([1, 1, 1, 0, 0, 1, 1, 1, 0, 0], [2, 5]));
    expect(steps(y!, 0, 3).data).toEqual(short!.data);
    for (const time of [3, 4]) expect(steps(y!, time, time + 1).data).toEqual(steps(short!, 2, 3).data);
    expect(state!.data).toEqual(steps(short!, 2, 3).data);
  });

  test('is unrolled for other activations, to the same function', () => {
    const x = pattern([3, 4, 2]);
    const mask = tensor([1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0], [3, 4]);
    const fused = new Type({ units: 5, goBackwards: true, returnSequences: true, returnState: true });
    // The same curve, but not one that a kernel knows.
    const unrolled = new Type({ ...fused.options, activation: tanhOf });
    for (const layer of [fused, unrolled]) layer.ensureBuilt([null, null, 2]);
    unrolled.setWeights(fused.getWeights());
    const outputs = outputsOf(unrolled, x, mask);
    outputsOf(fused, x, mask).forEach((output, i) => {
      expectClose(outputs[i]!.data, output.data, near, `output ${i}`);
    });
    const upstream = pattern([3, 4, 5], 1);
    const gradientsOf = (layer: typeof fused) =>
      valueAndGrad((node: Node, m: Node) => sum(mul(layer.applyAll(node, { mask: m })[0]!, upstream)), { wrt: layer.weights })(
        x,
        mask,
      ).gradients;
    const other = gradientsOf(unrolled);
    gradientsOf(fused).forEach((gradient, i) => {
      expectClose(other[i]!.data, gradient.data, { absolute: 1e-5, relative: 1e-5 }, `gradient ${i}`);
    });
  });

  test('drops the same features and units at every step, and nothing outside of training', () => {
    setSeed(3);
    const x = tensor(new Float32Array(2 * 4 * 3).fill(1), [2, 4, 3]);
    for (const rates of [{ dropout: 0.5 }, { recurrentDropout: 0.5 }, { dropout: 0.5, recurrentDropout: 0.5 }]) {
      const layer = new Type({ units: 6, returnSequences: true, ...rates });
      layer.ensureBuilt([null, null, 3]);
      const plain = new Type({ units: 6, returnSequences: true });
      plain.ensureBuilt([null, null, 3]);
      plain.setWeights(layer.getWeights());
      const run = jit((node: Node) => layer.apply(node, { training: true }));
      const still = jit((node: Node) => layer.apply(node, { training: false }));
      expect(still(x).data).toEqual(outputsOf(plain, x)[0]!.data);
      expect(run(x).data).not.toEqual(still(x).data);
      expect(run(x).data).not.toEqual(run(x).data);
    }
    // One mask per call: with no memory of the past, equal inputs give equal outputs at all steps.
    const memoryless = new SimpleRNN({ units: 6, returnSequences: true, dropout: 0.5, recurrentInitializer: 'zeros' });
    const y = jit((node: Node) => memoryless.apply(node, { training: true }))(x);
    for (const time of [1, 2, 3]) expect(steps(y, time, time + 1).data).toEqual(steps(y, 0, 1).data);
  });

  test('refuses what it cannot be made of', () => {
    const make = (options: object) => () => new Type(untyped({ units: 4, ...options }));
    expect(make({ units: 0 })).toThrow(/expected `units` to be a positive integer, got 0/);
    expect(make({ units: 2.5 })).toThrow(/expected `units` to be a positive integer, got 2.5/);
    expect(make({ activation: 'tnah' })).toThrow(/name of an activation, got "tnah".*tanh/);
    expect(make({ dropout: 1.5 })).toThrow(/expected `dropout` to be a number in \[0, 1\], got 1.5/);
    expect(make({ recurrentDropout: -1 })).toThrow(/expected `recurrentDropout` to be a number in \[0, 1\], got -1/);
    expect(make({ recurrentInitializer: 'orthogonl' })).toThrow(/initializer, got "orthogonl".*Orthogonal/);
    if (Type !== SimpleRNN)
      expect(make({ recurrentActivation: 'sigmod' })).toThrow(/name of an activation, got "sigmod".*sigmoid/);
  });

  test('refuses inputs that are no sequences and states that do not fit', () => {
    const states = new Type({ units: 4 }).stateCount;
    const build =
      (...shapes: (number | null)[][]) =>
      () =>
        new Type({ units: 4 }).ensureBuilt(shapes.length === 1 ? shapes[0]! : shapes);
    expect(build([null, 3])).toThrow(/expected input \[batch, time, features\], got shape \[\?, 3\]/);
    expect(build([null, 3, null])).toThrow(/last dimension is known/);
    expect(build([null, 3, 2], ...Array.from({ length: states }, () => [null, 5]))).toThrow(/a state of shape \[batch, 4\]/);
    expect(build([null, 3, 2], [null, 4], [null, 4], [null, 4])).toThrow(/got 3 after the input/);
  });
});

/** tanh by its formula. */
function tanhOf(x: Node): Node {
  const e = exp(scale(x, -2));
  return div(sub(1, e), add(1, e));
}

describe('Embedding', () => {
  test('makes a mask of zeros that a recurrent layer obeys', () => {
    setSeed(4);
    const embedding = new Embedding({ inputDim: 6, outputDim: 3, maskZero: true });
    const lstm = new LSTM({ units: 4 });
    embedding.ensureBuilt([null, null]);
    lstm.ensureBuilt([null, null, 3]);
    const model = jit((ids: Node) => lstm.apply(embedding.apply(ids)));
    const padded = model(tensor(Int32Array.of(5, 2, 0, 0, 1, 3, 4, 0), [2, 4]));
    expect(padded.slice(0, 1).data).toEqual(model(tensor(Int32Array.of(5, 2), [1, 2])).data);
    expect(padded.slice(1, 2).data).toEqual(model(tensor(Float32Array.of(1, 3, 4), [1, 3])).data);
  });

  test('gives NaN for an index that has no row, and changes nothing by it', () => {
    const embedding = new Embedding({ inputDim: 3, outputDim: 2, embeddingsInitializer: 'ones' });
    const ids = tensor(Int32Array.of(0, 3, -1, 2 ** 30, 2, 2), [6]);
    const y = jit((node: Node) => embedding.apply(node))(ids);
    const lost = Number.NaN;
    expect(Array.from(y.data)).toEqual([1, 1, lost, lost, lost, lost, lost, lost, 1, 1, 1, 1]);
    const [gradient] = valueAndGrad((node: Node) => sum(embedding.apply(node)), { wrt: embedding.weights })(ids).gradients;
    expect(Array.from(gradient!.data)).toEqual([1, 1, 0, 0, 2, 2]);
  });

  test('begins in ±0.05', () => {
    const embedding = new Embedding({ inputDim: 50, outputDim: 20 });
    embedding.ensureBuilt([null, 3]);
    const { data } = embedding.getWeights()[0]!;
    const most = Math.max(...Array.from(data, Math.abs));
    expect(most).toBeLessThanOrEqual(0.05);
    expect(most).toBeGreaterThan(0.045);
  });

  test('refuses sizes that are none and masks of other ranks', () => {
    expect(() => new Embedding({ inputDim: 0, outputDim: 2 })).toThrow(/expected `inputDim` to be a positive integer, got 0/);
    expect(() => new Embedding({ inputDim: 2, outputDim: -1 })).toThrow(/expected `outputDim` to be a positive integer, got -1/);
    const embedding = new Embedding({ inputDim: 2, outputDim: 2, maskZero: true });
    expect(() => embedding.ensureBuilt([null, 3, 4])).toThrow(
      /expected input \[batch, time\] with `maskZero`, got shape \[\?, 3, 4\]/,
    );
  });
});

describe('Masking', () => {
  const x = tensor([1, 2, 7, 7, 7, 0, 7, 7], [1, 4, 2]);

  test('masks steps all of whose features have the value, and zeroes them', () => {
    const masking = new Masking({ maskValue: 7 });
    const y = jit((node: Node) => masking.apply(node))(x);
    expect(Array.from(y.data)).toEqual([1, 2, 0, 0, 7, 0, 0, 0]);
    const rnn = new SimpleRNN({ units: 3, returnSequences: true });
    const z = jit((node: Node) => rnn.apply(masking.apply(node)))(x);
    expect(steps(z, 1, 2).data).toEqual(steps(z, 0, 1).data);
    expect(steps(z, 2, 3).data).not.toEqual(steps(z, 1, 2).data);
    expect(steps(z, 3, 4).data).toEqual(steps(z, 2, 3).data);
  });

  test('is refused by a layer that would ignore the mask', () => {
    const [masking, flatten] = [new Masking(), new Flatten()];
    expect(() => jit((node: Node) => flatten.apply(masking.apply(node)))(x)).toThrow(/Flatten.*mask/);
  });

  test('refuses what is no number and inputs that are no sequences', () => {
    expect(() => new Masking({ maskValue: untyped('0') })).toThrow(/expected `maskValue` to be a number, got/);
    expect(() => new Masking().ensureBuilt([null, 3])).toThrow(/expected input \[batch, time, features\], got shape \[\?, 3\]/);
  });
});

describe('Bidirectional', () => {
  const x = pattern([2, 5, 3]);

  test('is a forward and a backward layer side by side, step by step', () => {
    setSeed(5);
    const both = new Bidirectional({ layer: new GRU({ units: 4, returnSequences: true, name: 'one' }), mergeMode: null });
    const [forward, backward] = outputsOf(both, x);
    expect(both.weights.map(({ name }) => name.split('/')[0])).toEqual(
      ['forward_one', 'backward_one'].flatMap((name) => [name, name, name]),
    );
    const weights = both.getWeights();
    const alone = (goBackwards: boolean, own: Tensor[]) => {
      const layer = new GRU({ units: 4, returnSequences: true, goBackwards });
      layer.ensureBuilt([null, null, 3]);
      layer.setWeights(own);
      return outputsOf(layer, x)[0]!;
    };
    expect(forward!.data).toEqual(alone(false, weights.slice(0, 3)).data);
    const reversed = alone(true, weights.slice(3));
    for (let time = 0; time < 5; time++)
      expect(steps(backward!, time, time + 1).data).toEqual(steps(reversed, 4 - time, 5 - time).data);
  });

  test('passes states in and out, forward ones first, and gives 0 where masked', () => {
    const layer = new LSTM({ units: 4, returnSequences: true, returnState: true });
    const both = new Bidirectional({ layer, mergeMode: 'ave' });
    const mask = tensor([1, 1, 1, 0, 0, 1, 1, 1, 1, 1], [2, 5]);
    const [y, ...states] = outputsOf(both, x, mask);
    expect(y!.shape).toEqual([2, 5, 4]);
    expect(states.map(({ shape }) => shape)).toEqual(new Array(4).fill([2, 4]));
    expect(Array.from(y!.data.subarray(3 * 4, 5 * 4))).toEqual(new Array(8).fill(0));
    const again = new Bidirectional({ layer, mergeMode: 'ave' });
    again.ensureBuilt([[null, null, 3], ...states.map(() => [null, 4])]);
    again.setWeights(both.getWeights());
    const continued = jit((...args: Node[]) => again.applyAll(args))(x, ...states);
    expect(continued[0]!.data).not.toEqual(outputsOf(both, x)[0]!.data);
  });

  test('refuses layers that are not recurrent, that differ, or that go the same way', () => {
    expect(() => new Bidirectional({ layer: untyped(new Dense({ units: 2 })) })).toThrow(
      /expected a recurrent layer such as LSTM/,
    );
    const layer = new LSTM({ units: 2 });
    expect(() => new Bidirectional({ layer, mergeMode: untyped('cat') })).toThrow(/name of a mergeMode, got "cat"/);
    expect(() => new Bidirectional({ layer, backwardLayer: new LSTM({ units: 2 }) })).toThrow(/to go in different directions/);
    const backwardLayer = new LSTM({ units: 2, goBackwards: true, returnState: true });
    expect(() => new Bidirectional({ layer, backwardLayer })).toThrow(/expected `returnState` to be the same in both layers/);
    const wider = new LSTM({ units: 3, goBackwards: true });
    expect(() => new Bidirectional({ layer, backwardLayer: wider, mergeMode: 'sum' })).toThrow(
      /expected layers of as many units each/,
    );
    const both = new Bidirectional({ layer });
    expect(() =>
      both.ensureBuilt([
        [null, 3, 2],
        [null, 2],
      ]),
    ).toThrow(/followed by 4 states, got 1 after the input/);
  });
});

describe('TimeDistributed', () => {
  test('does to each step what the layer does', () => {
    const dense = new Dense({ units: 3, activation: 'softmax' });
    const x = pattern([2, 4, 5]);
    const y = jit((node: Node) => new TimeDistributed({ layer: dense }).apply(node))(x);
    for (let time = 0; time < 4; time++) {
      const step = jit((node: Node) => dense.apply(node))(tensor(steps(x, time, time + 1).data, [2, 5]));
      expectClose(steps(y, time, time + 1).data, step.data, near, `step ${time}`);
    }
  });

  test('hands the mask on to what comes after', () => {
    const [masking, distributed, rnn] = [
      new Masking(),
      new TimeDistributed({ layer: new Dense({ units: 3 }) }),
      new SimpleRNN({ units: 2, returnSequences: true }),
    ];
    const y = jit((node: Node) => rnn.apply(distributed.apply(masking.apply(node))))(tensor([1, 2, 0, 0], [1, 2, 2]));
    expect(steps(y, 1, 2).data).toEqual(steps(y, 0, 1).data);
  });

  test('refuses what is no layer, and inputs without time', () => {
    expect(() => new TimeDistributed({ layer: untyped('dense') })).toThrow(/expected `layer` to be a layer, got/);
    expect(() => new TimeDistributed({ layer: new Flatten() }).ensureBuilt([null, 3])).toThrow(
      /expected input \[batch, time, …\], got shape \[\?, 3\]/,
    );
  });
});

test('a model of embedding, masks and recurrent layers learns which index came first', async () => {
  setSeed(6);
  const model = new Sequential([
    new Embedding({ inputDim: 5, outputDim: 4, maskZero: true, inputShape: [6] }),
    new Bidirectional({ layer: new LSTM({ units: 6, returnSequences: true }) }),
    new GRU({ units: 6 }),
    new Dense({ units: 1, activation: 'sigmoid' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  const samples = Array.from({ length: 64 }, (_, i) =>
    Array.from({ length: 6 }, (_value, t) => (t < 3 + (i % 4) ? 1 + ((i * 7 + t * 3 + ((i >> 2) % 3)) % 4) : 0)),
  );
  const labels = samples.map((sample) => (sample[0]! > 2 ? 1 : 0));
  const y = tensor(labels, [64, 1]);
  const { history } = await model.fit(tensor(samples), y, { epochs: 60, batchSize: 16, verbose: 0 });
  expect(history.accuracy!.at(-1)).toBeGreaterThan(0.95);
});

describe('masks end in', () => {
  const ids = [
    [1, 2, 0, 0],
    [3, 0, 0, 0],
  ];
  const predict = async (last: Layer): Promise<{ output: readonly number[]; table: readonly number[] }> => {
    const embedding = new Embedding({ inputDim: 5, outputDim: 2, maskZero: true, inputShape: [4] });
    const output = await new Sequential([embedding, last]).predict(ids);
    return { output: Array.from(output.data), table: Array.from(embedding.getWeights()[0]!.data) };
  };

  test('GlobalAveragePooling1D, which averages the steps that count', async () => {
    const { output, table } = await predict(new GlobalAveragePooling1D());
    const wanted = [(table[2]! + table[4]!) / 2, (table[3]! + table[5]!) / 2, table[6]!, table[7]!];
    output.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i]!, 6);
    });
  });

  test('GlobalMaxPooling1D, which takes all steps', async () => {
    const { output, table } = await predict(new GlobalMaxPooling1D());
    expect(output[2]).toBe(Math.max(table[6]!, table[0]!));
  });

  test('no layer that would ignore them: it is refused while the model is made', () => {
    const refused = /\[Flatten "flat"\] expected an input without mask/;
    const masked = () => new Embedding({ inputDim: 5, outputDim: 2, maskZero: true, inputShape: [4] });
    const flat = () => new Flatten({ name: 'flat' });
    expect(() => new Sequential([masked(), flat()])).toThrow(refused);
    expect(() => new Sequential([masked(), new LSTM({ units: 3, returnSequences: true }), flat()])).toThrow(refused);
    expect(() => new Sequential([masked(), new LSTM({ units: 3 }), flat()])).not.toThrow();
    const steps = masked().apply(input({ shape: [4] }));
    expect(() => flat().apply(steps)).toThrow(refused);
    expect(() => flat().apply(new GlobalAveragePooling1D().apply(steps))).not.toThrow();
    // Without a shape, it is known when the model is built.
    const model = new Sequential([new Embedding({ inputDim: 5, outputDim: 2, maskZero: true }), flat()]);
    expect(() => model.build([null, 4])).toThrow(refused);
  });
});
