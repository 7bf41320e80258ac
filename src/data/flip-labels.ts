/** @file Wrong labels on purpose: a share of the class numbers is replaced, which keeps a network from being too sure. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { wholeNumber, within } from '../base/numbers.ts';
import type { Seed } from '../base/seed.ts';
import { Tensor } from '../base/tensor.ts';
import { type BatchTransform, mapTensors, partsOf } from './batch-transform.ts';
import { keyOfSeed, RandomStream } from './random-stream.ts';

/** Options of {@link flipLabels}. */
export interface FlipLabelsOptions {
  /** Share of the labels that are replaced, in [0, 1]. */
  readonly rate: number;
  /** Number of classes, at least 2. */
  readonly classes: number;
  /** Makes the choice reproducible by itself. Default: follows from `setSeed`. */
  readonly seed?: Seed;
}

/**
 * Replaces a share of the class numbers in `[x, y]` by other classes, each as likely as the others, for `Dataset.map` before or after
 * `batch`. Every pass chooses anew.
 *
 * @throws MyelinError when a label is no whole number in [0, classes)
 */
export function flipLabels(options: FlipLabelsOptions): BatchTransform {
  const where = 'flipLabels';
  checkOptionNames(where, options, { rate: true, classes: true, seed: true } satisfies Record<keyof FlipLabelsOptions, true>);
  const rate = within(where, 'rate', options?.rate, 0, 1);
  const classes = wholeNumber(where, 'classes', options.classes, 2);
  const key = keyOfSeed(options.seed);
  const flip = (label: number, random: RandomStream): number => {
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      fail(where, `labels to be whole numbers from 0 to ${classes - 1}`, describe(label));
    if (random.uniform() >= rate) return label;
    const other = random.below(classes - 1);
    return other < label ? other : other + 1;
  };
  return <B>(batch: B, index: number, pass: number): B => {
    const [x, y, ...rest] = partsOf(where, batch);
    const random = new RandomStream(key, pass, index);
    if (typeof y === 'number') return [x, flip(y, random), ...rest] as B;
    const flipped = mapTensors(where, y, 'y', (labels) => {
      const data = labels.data.slice();
      for (let i = 0; i < data.length; i++) data[i] = flip(data[i]!, random);
      return new Tensor(data, labels.shape);
    });
    return [x, flipped, ...rest] as B;
  };
}
