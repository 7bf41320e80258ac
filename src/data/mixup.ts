/**
 * @file Mixup (Zhang, Cissé, Dauphin and Lopez-Paz, 2017): every sample is mixed with another one of its batch, and its target likewise.
 */

import { fail, failShape } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { positive } from '../base/numbers.ts';
import type { Seed } from '../base/seed.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { power } from '../schedules/portable-math.ts';
import { type BatchTransform, mapTensors, partsOf } from './batch-transform.ts';
import { keyOfSeed, RandomStream } from './random-stream.ts';
import { toCategorical } from './to-categorical.ts';

/** Options of {@link mixup}. */
export interface MixupOptions {
  /** Shares are drawn from Beta(alpha, alpha): the larger, the more is mixed. Default 0.2. */
  readonly alpha?: number;
  /** Turns targets that are class numbers into rows of this many classes first. */
  readonly classes?: number;
  /** Makes the mixing reproducible by itself. Default: follows from `setSeed`. */
  readonly seed?: Seed;
}

/**
 * A draw from Beta(a, a). For a <= 1 by Jöhnk's method, from two powers of uniform numbers; otherwise uniform numbers are accepted by the
 * height of the density. Both use nothing that hosts compute differently.
 */
export function symmetricBeta(a: number, random: RandomStream): number {
  // Uniform draws away from 0, of which no power is taken.
  const draw = (): number => (random.word() + 0.5) / 2 ** 32;
  for (;;) {
    if (a > 1) {
      const x = draw();
      if (draw() <= power(4 * x * (1 - x), a - 1)) return x;
      continue;
    }
    const [x, y] = [power(draw(), 1 / a), power(draw(), 1 / a)];
    // Both vanish for tiny a, where the distribution is all but a coin's.
    if (x + y === 0) return random.below(2);
    if (x + y <= 1) return x / (x + y);
  }
}

/** Row i mixed with row `partners[i]`: share · own + (1 − share) · other. */
function mixed(where: string, source: Tensor, path: string, shares: Float64Array, partners: Int32Array): Tensor {
  const rows = shares.length;
  if (source.shape[0] !== rows) failShape(where, `\`${path}\` with ${rows} rows, as in x`, formatShape(source.shape));
  const width = source.size / rows;
  const result = new Float32Array(source.size);
  for (let row = 0; row < rows; row++) {
    const share = shares[row]!;
    const [own, other] = [row * width, partners[row]! * width];
    for (let i = 0; i < width; i++) result[own + i] = share * source.data[own + i]! + (1 - share) * source.data[other + i]!;
  }
  return new Tensor(result, source.shape);
}

/**
 * Mixes every sample of a batch with another one, targets and sample weights in the same proportion, for `Dataset.map` after `batch`:
 * `data.batch(128).map(mixup({ alpha: 0.2, classes: 10 }))`. Each sample has a share of its own. Results are float32.
 *
 * @throws MyelinError when targets are whole numbers and `classes` is not given
 */
export function mixup(options: MixupOptions = {}): BatchTransform {
  const where = 'mixup';
  checkOptionNames(where, options, { alpha: true, classes: true, seed: true } satisfies Record<keyof MixupOptions, true>);
  const alpha = positive(where, 'alpha', options.alpha ?? 0.2);
  const { classes } = options;
  const key = keyOfSeed(options.seed);
  return <B>(batch: B, index: number, pass: number): B => {
    const [x, y, ...rest] = partsOf(where, batch);
    let rows: number | undefined;
    mapTensors(where, x, 'x', (part) => {
      rows ??= part.shape[0];
      return part;
    });
    const count = rows ?? fail(where, 'batches of at least one sample', 'none');
    const random = new RandomStream(key, pass, index);
    const shares = Float64Array.from({ length: count }, (_, row) => symmetricBeta(alpha, random.fork(row)));
    const partners = Int32Array.from({ length: count }, (_, row) => row);
    for (let i = count - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [partners[i], partners[j]] = [partners[j]!, partners[i]!];
    }
    const mix = (part: Tensor, path: string): Tensor => mixed(where, part, path, shares, partners);
    const targets = mapTensors(where, y, 'y', (part, path) => {
      if (classes !== undefined) return mix(toCategorical(part, classes), path);
      if (part.dtype === 'float32') return mix(part, path);
      return fail(where, `\`${path}\` of dtype float32`, part.dtype, 'give the number of `classes`, or use toCategorical.');
    });
    return [mapTensors(where, x, 'x', mix), targets, ...rest.map((part) => mapTensors(where, part, 'sampleWeight', mix))] as B;
  };
}
