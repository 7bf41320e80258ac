/** @file TensorFlow.js on its WebAssembly backend (SIMD; it has no threads on Node), trained as its users do: a layers model and `trainOnBatch`. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { makeData, type Workload } from '../workloads.ts';
import { takePart } from './contender.ts';

function build({ features, layers, optimizer }: Workload): tf.Sequential {
  const model = tf.sequential();
  layers.forEach((layer, i) => {
    const inputShape = i === 0 ? [features] : undefined;
    const isLast = i === layers.length - 1;
    if (layer.type === 'batchNorm') model.add(tf.layers.batchNormalization({ inputShape }));
    else model.add(tf.layers.dense({ units: layer.units, activation: isLast ? 'softmax' : layer.activation, inputShape }));
  });
  const update = optimizer.type === 'sgd' ? tf.train.sgd(optimizer.learningRate) : tf.train.adam(optimizer.learningRate);
  model.compile({ optimizer: update, loss: 'sparseCategoricalCrossentropy' });
  return model;
}

await takePart({
  async start() {
    await tf.setBackend('wasm');
    if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('TensorFlow.js finds no SIMD here');
    return tf.version.tfjs;
  },
  async prepare(workload) {
    tf.disposeVariables();
    const { features, batch, batches } = workload;
    const model = build(workload);
    const { x, y } = makeData(workload);
    const inputs = Array.from({ length: batches }, (_, i) =>
      tf.tensor2d(x.subarray(i * batch * features, (i + 1) * batch * features), [batch, features]),
    );
    const labels = Array.from({ length: batches }, (_, i) =>
      tf.tensor2d(Float32Array.from(y.subarray(i * batch, (i + 1) * batch)), [batch, 1]),
    );
    let step = 0;
    return async (steps) => {
      for (let i = 0; i < steps; i++, step++) await model.trainOnBatch(inputs[step % batches]!, labels[step % batches]!);
      return steps;
    };
  },
});
