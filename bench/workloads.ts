/**
 * @file What is trained in the benchmarks, as data: one list that every contender, Myelin and its peers alike, builds its
 * model from. Nothing here is measured; a new workload is one more record.
 */

/** One layer, in words every contender understands. The last dense layer gives logits of the classes. */
export type LayerSpec =
  | { type: 'dense'; units: number; activation?: 'relu' | 'tanh' }
  | { type: 'batchNorm' }
  /** 3 × 3 convolutions on channels last, stride 1 without padding, unless `strides` says otherwise. */
  | { type: 'conv' | 'convTranspose'; filters: number; strides?: number; activation?: 'relu' }
  | { type: 'depthwiseConv' }
  /** 2 × 2, maximum. */
  | { type: 'pool' }
  | { type: 'flatten' }
  /** Mean over all axes but batch and channels. */
  | { type: 'average' }
  | { type: 'layerNorm' }
  /** The last output of a recurrent layer. */
  | { type: 'lstm' | 'gru'; units: number }
  /** Self-attention. */
  | { type: 'attention'; heads: number }
  | { type: 'embedding'; words: number; units: number };

/** A classifier, its data and its optimizer: one training step is forward, softmax cross-entropy, backward and update. */
export interface Workload {
  name: string;
  title: string;
  /** Shape of a sample; class numbers below `words` where the first layer is an embedding. */
  shape: number[];
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
const mlp = { shape: [784], layers: [relu(300), relu(100), classes], batch: 32, batches: 64 };

const small = { optimizer: adam, batch: 32, batches: 16 };

/** The trained models of all suites but `gemm`; the name begins with the suite's. */
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
    shape: [2],
    layers: [{ type: 'dense', units: 8, activation: 'tanh' }, classes],
    batch: 4,
    batches: 1024,
    optimizer: sgd,
    targets: { torch: 15, tfjs: 15 },
  },
  {
    name: 'cnn-adam',
    title: 'CNN conv32-pool-conv64-pool-dense128 on 28×28, Adam, batch 32',
    shape: [28, 28, 1],
    layers: [
      { type: 'conv', filters: 32, activation: 'relu' },
      { type: 'pool' },
      { type: 'conv', filters: 64, activation: 'relu' },
      { type: 'pool' },
      { type: 'flatten' },
      relu(128),
      classes,
    ],
    ...small,
    targets: { torch: 1.2 },
  },
  {
    name: 'recurrent-lstm',
    title: 'LSTM 64 over 28×28, Adam, batch 32',
    shape: [28, 28],
    layers: [{ type: 'lstm', units: 64 }, classes],
    ...small,
    targets: { torch: 0.8 },
  },
  {
    name: 'recurrent-gru',
    title: 'GRU 64 over 28×28, Adam, batch 32',
    shape: [28, 28],
    layers: [{ type: 'gru', units: 64 }, classes],
    ...small,
    targets: { torch: 0.8 },
  },
  {
    name: 'layers-depthwise',
    title: 'DepthwiseConv2D 3×3 on 28×28×32, Adam, batch 32',
    shape: [28, 28, 32],
    layers: [{ type: 'depthwiseConv' }, { type: 'average' }, classes],
    ...small,
    batches: 8,
    targets: { torch: 0.7 },
  },
  {
    name: 'layers-transposed',
    title: 'Conv2DTranspose 16 of 3×3, stride 2, on 14×14×16, Adam, batch 32',
    shape: [14, 14, 16],
    layers: [{ type: 'convTranspose', filters: 16, strides: 2 }, { type: 'average' }, classes],
    ...small,
    batches: 8,
    targets: { torch: 0.7 },
  },
  {
    name: 'layers-norm',
    title: 'LayerNormalization on 64×128, Adam, batch 32',
    shape: [64, 128],
    layers: [{ type: 'layerNorm' }, { type: 'average' }, classes],
    ...small,
    batches: 8,
    targets: { torch: 0.7 },
  },
  {
    name: 'layers-attention',
    title: 'MultiHeadAttention, 64 tokens of 128, 4 heads, Adam, batch 8',
    shape: [64, 128],
    layers: [{ type: 'attention', heads: 4 }, { type: 'average' }, classes],
    ...small,
    batch: 8,
    targets: { torch: 0.7 },
  },
  {
    name: 'layers-embedding',
    title: 'Embedding of 10,000 words in 64, 64 words a sample, Adam, batch 32',
    shape: [64],
    layers: [{ type: 'embedding', words: 10_000, units: 64 }, { type: 'average' }, classes],
    ...small,
    targets: { torch: 0.7 },
  },
];

/**
 * The data set of a workload: the same numbers in every JavaScript contender. The inputs have mean 0 and variance 1, because
 * units that never fire leave Adam's moments decaying into subnormal numbers, and an update then takes several times as long.
 */
export function makeData(workload: Workload): { x: Float32Array; y: Int32Array } {
  const rows = workload.batch * workload.batches;
  const random = generator(rows);
  const [first] = workload.layers;
  const draw = first?.type === 'embedding' ? () => Math.floor(first.words * random()) : () => Math.sqrt(12) * (random() - 0.5);
  const x = Float32Array.from({ length: rows * sizeOf(workload.shape) }, draw);
  const y = Int32Array.from({ length: rows }, () => Math.floor(random() * 10));
  return { x, y };
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
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
