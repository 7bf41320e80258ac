/**
 * @file What is trained in the benchmarks, as data: one list that every contender, Myelin and its peers alike, builds its
 * model from. Nothing here is measured; a new workload is one more record.
 */

/** One layer, in words every contender understands. The last dense layer gives logits of the classes. */
export type LayerSpec = { type: 'dense'; units: number; activation?: 'relu' | 'tanh' } | { type: 'batchNorm' };

/** A classifier, its data and its optimizer: one training step is forward, softmax cross-entropy, backward and update. */
export interface Workload {
  name: string;
  title: string;
  features: number;
  layers: LayerSpec[];
  batch: number;
  /** Batches in the resident data set; a contender walks through them, epoch after epoch. */
  batches: number;
  optimizer: { type: 'sgd' | 'adam'; learningRate: number };
  /** How many times faster than each peer's best Myelin has to be. */
  targets: { torch?: number; tfjs?: number; jax?: number };
}

const sgd = { type: 'sgd', learningRate: 0.01 } as const;
const adam = { type: 'adam', learningRate: 0.001 } as const;
const relu = (units: number): LayerSpec => ({ type: 'dense', units, activation: 'relu' });
const classes: LayerSpec = { type: 'dense', units: 10 };
const mlp = { features: 784, layers: [relu(300), relu(100), classes], batch: 32, batches: 64 };

/** The trained models of the `mlp` and `tiny` suites. */
export const workloads: Workload[] = [
  {
    name: 'mlp-sgd',
    title: 'MLP 784-300-100-10, SGD, batch 32',
    ...mlp,
    optimizer: sgd,
    targets: { torch: 0.8, tfjs: 15, jax: 2.5 },
  },
  {
    name: 'mlp-adam',
    title: 'MLP 784-300-100-10, Adam, batch 32',
    ...mlp,
    optimizer: adam,
    targets: { torch: 1.8, tfjs: 15, jax: 2.5 },
  },
  {
    name: 'mlp-adam-128',
    title: 'MLP 784-300-100-10, Adam, batch 128',
    ...mlp,
    batch: 128,
    optimizer: adam,
    targets: { tfjs: 15, jax: 2.5 },
  },
  {
    name: 'mlp-batchnorm',
    title: 'MLP with BatchNorm, Adam, batch 32',
    ...mlp,
    layers: [relu(300), { type: 'batchNorm' }, relu(100), { type: 'batchNorm' }, classes],
    optimizer: adam,
    targets: { tfjs: 15, jax: 2.5 },
  },
  {
    name: 'tiny-sgd',
    title: '2-8-10 tanh network, SGD, batch 4',
    features: 2,
    layers: [{ type: 'dense', units: 8, activation: 'tanh' }, classes],
    batch: 4,
    batches: 1024,
    optimizer: sgd,
    targets: { torch: 15, tfjs: 15 },
  },
];

/**
 * The data set of a workload: the same numbers in every JavaScript contender. The inputs have mean 0 and variance 1, because
 * units that never fire leave Adam's moments decaying into subnormal numbers, and an update then takes several times as long.
 */
export function makeData(workload: Workload): { x: Float32Array; y: Int32Array } {
  const rows = workload.batch * workload.batches;
  const random = generator(rows);
  const x = Float32Array.from({ length: rows * workload.features }, () => Math.sqrt(12) * (random() - 0.5));
  const y = Int32Array.from({ length: rows }, () => Math.floor(random() * 10));
  return { x, y };
}

/** Uniform numbers in [0, 1) from a seed (mulberry32): good enough for data whose values do not matter. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
