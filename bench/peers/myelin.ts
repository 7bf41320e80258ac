/** @file Myelin as its users meet it: the public API of a build, `fit` over resident data with shuffling, or `trainOnBatch`. */
import { pathToFileURL } from 'node:url';
import type * as Library from '../../src/index.ts';
import { type LayerSpec, makeData, sizeOf, type Workload } from '../workloads.ts';
import { takePart, type Way } from './contender.ts';

let myelin: typeof Library;
let way: Way;

function layerOf(spec: LayerSpec, isLast: boolean): Library.Layer {
  switch (spec.type) {
    case 'dense':
      return new myelin.Dense({ units: spec.units, activation: isLast ? 'softmax' : spec.activation });
    case 'batchNorm':
      return new myelin.BatchNormalization();
    case 'conv':
      return new myelin.Conv2D({ filters: spec.filters, kernelSize: 3, strides: spec.strides, activation: spec.activation });
    case 'convTranspose':
      return new myelin.Conv2DTranspose({ filters: spec.filters, kernelSize: 3, strides: spec.strides });
    case 'depthwiseConv':
      return new myelin.DepthwiseConv2D({ kernelSize: 3 });
    case 'pool':
      return new myelin.MaxPooling2D();
    case 'flatten':
      return new myelin.Flatten();
    case 'average':
      return new myelin.Lambda((x) =>
        myelin.ops.mean(
          x,
          Array.from({ length: x.rank - 2 }, (_, i) => i + 1),
        ),
      );
    case 'layerNorm':
      return new myelin.LayerNormalization();
    case 'lstm':
      return new myelin.LSTM({ units: spec.units });
    case 'gru':
      return new myelin.GRU({ units: spec.units });
    case 'attention':
      return new myelin.MultiHeadAttention({ numHeads: spec.heads, keyDim: 128 / spec.heads });
    case 'embedding':
      return new myelin.Embedding({ inputDim: spec.words, outputDim: spec.units });
  }
}

function build({ shape, layers, optimizer }: Workload): Library.Model {
  const { Model, input, SGD, Adam } = myelin;
  const start = input({ shape });
  let end = start;
  layers.forEach((spec, i) => {
    end = layerOf(spec, i === layers.length - 1).apply(spec.type === 'attention' ? [end, end] : end);
  });
  const model = new Model({ inputs: start, outputs: end });
  const { learningRate } = optimizer;
  model.compile({
    optimizer: optimizer.type === 'sgd' ? new SGD({ learningRate }) : new Adam({ learningRate }),
    loss: 'sparseCategoricalCrossentropy',
  });
  return model;
}

await takePart({
  async start(chosen) {
    way = chosen;
    myelin = (await import(pathToFileURL(`${way.dist}/index.js`).href)) as typeof Library;
    const { threads, reason } = await myelin.setup({ threads: way.threads });
    if (threads !== way.threads) throw new Error(`Myelin runs on ${threads} threads: ${reason}`);
    myelin.setSeed(1);
    return '';
  },
  async prepare(workload) {
    const { shape, batch, batches } = workload;
    const features = sizeOf(shape);
    const data = makeData(workload);
    const model = build(workload);
    if (way.call === 'fit') {
      const x = myelin.tensor(data.x, [batch * batches, ...shape]);
      const y = myelin.tensor(data.y, [batch * batches]);
      return async (steps) => {
        const epochs = Math.ceil(steps / batches);
        await model.fit(x, y, { epochs, batchSize: batch, shuffle: true, verbose: 0 });
        return epochs * batches;
      };
    }
    const inputs = Array.from({ length: batches }, (_, i) =>
      myelin.tensor(data.x.slice(i * batch * features, (i + 1) * batch * features), [batch, ...shape]),
    );
    const labels = Array.from({ length: batches }, (_, i) => myelin.tensor(data.y.slice(i * batch, (i + 1) * batch), [batch]));
    let step = 0;
    return async (steps) => {
      for (let i = 0; i < steps; i++, step++) await model.trainOnBatch(inputs[step % batches]!, labels[step % batches]!);
      return steps;
    };
  },
});
