/**
 * @file TensorFlow.js on its WebAssembly backend (SIMD; it has no threads on Node): a layers model, trained by
 * `optimizer.minimize`, which is as fast as its `trainOnBatch` for large models and twice as fast for tiny ones.
 */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { makeData, sizeOf, type Workload } from '../workloads.ts';
import { takePart } from './contender.ts';

function build({ shape, layers }: Workload): tf.Sequential {
  const model = tf.sequential();
  layers.forEach((layer, i) => {
    const inputShape = i === 0 ? shape : undefined;
    if (layer.type === 'batchNorm') model.add(tf.layers.batchNormalization({ inputShape }));
    else if (layer.type === 'dense') model.add(tf.layers.dense({ units: layer.units, activation: layer.activation, inputShape }));
    else throw new Error('only dense networks are compared with it: its WebAssembly backend trains no convolutions');
  });
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
    const { shape, batch, batches, optimizer } = workload;
    const features = sizeOf(shape);
    const model = build(workload);
    const update = optimizer.type === 'sgd' ? tf.train.sgd(optimizer.learningRate) : tf.train.adam(optimizer.learningRate);
    const { x, y } = makeData(workload);
    const data = Array.from({ length: batches }, (_, i) => ({
      input: tf.tensor2d(x.subarray(i * batch * features, (i + 1) * batch * features), [batch, features]),
      target: tf.tidy(() => tf.oneHot(tf.tensor1d(y.subarray(i * batch, (i + 1) * batch), 'int32'), 10).toFloat()),
    }));
    let next = 0;
    return async (steps) => {
      for (let i = 0; i < steps; i++, next++) {
        const { input, target } = data[next % batches]!;
        update.minimize(() => tf.losses.softmaxCrossEntropy(target, model.apply(input, { training: true }) as tf.Tensor));
      }
      return steps;
    };
  },
});
