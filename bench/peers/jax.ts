/** @file jax-js on its WebAssembly backend: gradient and update in one jitted step, the parameters handed from step to step. */
import { readFile } from 'node:fs/promises';
import { blockUntilReady, defaultDevice, grad, init, jit, nn, numpy as np } from '@jax-js/jax';
import { generator, makeData, sizeOf, type Workload } from '../workloads.ts';
import { takePart } from './contender.ts';

/** Weights and biases in turn, layer by layer. */
type Parameters = np.Array[];
type State = { step: np.Array; parameters: Parameters; m: Parameters; v: Parameters };

/** Mean cross-entropy of the network. As jax-js asks, each use of an array but its last takes a reference. */
function makeLoss({ layers }: Workload) {
  return (parameters: Parameters, x: np.Array, target: np.Array): np.Array => {
    layers.forEach((layer, i) => {
      x = np.matmul(x, parameters[2 * i]!).add(parameters[2 * i + 1]!);
      if (layer.type === 'dense' && layer.activation) x = layer.activation === 'relu' ? nn.relu(x) : np.tanh(x);
    });
    return nn.logSoftmax(x, -1).mul(target).sum(-1).mean().mul(-1);
  };
}

function makeStep(workload: Workload) {
  const { type, learningRate: rate } = workload.optimizer;
  const gradient = grad(makeLoss(workload));
  return jit((state: State, x: np.Array, target: np.Array): State => {
    const gradients = gradient(
      state.parameters.map((w) => w.ref),
      x,
      target,
    );
    if (type === 'sgd') return { ...state, parameters: state.parameters.map((w, i) => w.sub(gradients[i]!.mul(rate))) };
    const step = state.step.add(1);
    const m = state.m.map((old, i) => old.mul(0.9).add(gradients[i]!.ref.mul(0.1)));
    const v = state.v.map((old, i) => old.mul(0.999).add(gradients[i]!.ref.mul(gradients[i]!).mul(0.001)));
    const c1 = np.subtract(1, np.power(0.9, step.ref));
    const c2 = np.subtract(1, np.power(0.999, step.ref));
    const parameters = state.parameters.map((w, i) => {
      const denominator = np.sqrt(v[i]!.ref.div(c2.ref)).add(1e-8);
      return w.sub(m[i]!.ref.div(c1.ref).mul(rate).div(denominator));
    });
    c1.dispose();
    c2.dispose();
    return { step, parameters, m, v };
  });
}

/** Weights uniform in ±1/√inputs, biases zero; Adam's slots only where Adam needs them. */
function initialState({ shape, layers, optimizer }: Workload): State {
  let features = sizeOf(shape);
  const random = generator(1);
  const parameters: Parameters = [];
  for (const layer of layers) {
    if (layer.type !== 'dense') throw new Error('the jax-js contender has no batch normalization');
    const bound = 1 / Math.sqrt(features);
    const weights = Float32Array.from({ length: features * layer.units }, () => (2 * random() - 1) * bound);
    parameters.push(np.array(weights).reshape([features, layer.units]), np.zeros([layer.units]));
    features = layer.units;
  }
  const slots = () => (optimizer.type === 'adam' ? parameters.map((w) => np.zeros(w.shape)) : []);
  return { step: np.array(0), parameters, m: slots(), v: slots() };
}

await takePart({
  async start() {
    await init('wasm');
    defaultDevice('wasm');
    const manifest = new URL('../package.json', import.meta.resolve('@jax-js/jax'));
    return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
  },
  async prepare(workload) {
    const { shape, batch, batches } = workload;
    const features = sizeOf(shape);
    const { x, y } = makeData(workload);
    const inputs = Array.from({ length: batches }, (_, i) =>
      np.array(x.slice(i * batch * features, (i + 1) * batch * features)).reshape([batch, features]),
    );
    const targets = Array.from({ length: batches }, (_, i) => {
      const oneHot = new Float32Array(batch * 10);
      for (let row = 0; row < batch; row++) oneHot[row * 10 + y[i * batch + row]!] = 1;
      return np.array(oneHot).reshape([batch, 10]);
    });
    const train = makeStep(workload);
    let state = initialState(workload);
    let next = 0;
    return async (steps) => {
      for (let i = 0; i < steps; i++, next++) {
        state = train(state, inputs[next % batches]!.ref, targets[next % batches]!.ref);
        await blockUntilReady(state); // its queue of pending work slows each later step down, so this is the fast way
      }
      return steps;
    };
  },
});
