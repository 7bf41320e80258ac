/** @file Myelin as its users meet it: the public API of a build, `fit` over resident data with shuffling, or `trainOnBatch`. */
import { pathToFileURL } from 'node:url';
import type * as Library from '../../src/index.ts';
import { makeData, type Workload } from '../workloads.ts';
import { takePart, type Way } from './contender.ts';

let myelin: typeof Library;
let way: Way;

function build({ features, layers, optimizer }: Workload): Library.Sequential {
  const { Sequential, Dense, BatchNormalization, SGD, Adam } = myelin;
  const model = new Sequential();
  layers.forEach((layer, i) => {
    const inputShape = i === 0 ? [features] : undefined;
    const isLast = i === layers.length - 1;
    if (layer.type === 'batchNorm') model.add(new BatchNormalization({ inputShape }));
    else model.add(new Dense({ units: layer.units, activation: isLast ? 'softmax' : layer.activation, inputShape }));
  });
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
    const { features, batch, batches } = workload;
    const data = makeData(workload);
    const model = build(workload);
    if (way.call === 'fit') {
      const x = myelin.tensor(data.x, [batch * batches, features]);
      const y = myelin.tensor(data.y, [batch * batches]);
      return async (steps) => {
        const epochs = Math.ceil(steps / batches);
        await model.fit(x, y, { epochs, batchSize: batch, shuffle: true, verbose: 0 });
        return epochs * batches;
      };
    }
    const inputs = Array.from({ length: batches }, (_, i) =>
      myelin.tensor(data.x.slice(i * batch * features, (i + 1) * batch * features), [batch, features]),
    );
    const labels = Array.from({ length: batches }, (_, i) => myelin.tensor(data.y.slice(i * batch, (i + 1) * batch), [batch]));
    let step = 0;
    return async (steps) => {
      for (let i = 0; i < steps; i++, step++) await model.trainOnBatch(inputs[step % batches]!, labels[step % batches]!);
      return steps;
    };
  },
});
