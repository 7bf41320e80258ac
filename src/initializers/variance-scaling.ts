/**
 * @file Initializers whose spread follows from the weight's fans, so that signals keep their size from layer to layer. All are cases of
 * variance scaling: variance = scale / fan.
 */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import { randomNormal, randomTruncatedNormal, randomUniform } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { drawInto, type SeedOptions } from './draw.ts';
import { type FanAxes, type Fans, fansOf } from './fans.ts';
import { defineInitializer, type InitializerFactory } from './initializer.ts';

/** Which fan divides the scale. */
export type FanMode = 'fanIn' | 'fanOut' | 'fanAvg';

/** How values are distributed around 0. */
export type ScaledDistribution = 'truncatedNormal' | 'untruncatedNormal' | 'uniform';

/** Options of the initializers with a name of their own. */
export interface ScaledOptions extends SeedOptions, FanAxes {}

/** Options of {@link varianceScaling}. */
export interface VarianceScalingOptions extends ScaledOptions {
  /** Default 1. */
  readonly scale?: number;
  /** Default 'fanIn'. */
  readonly mode?: FanMode | 'fan_in' | 'fan_out' | 'fan_avg';
  /** Default 'truncatedNormal', also called 'normal'. */
  readonly distribution?: ScaledDistribution | 'normal' | 'truncated_normal' | 'untruncated_normal';
}

const modes: Readonly<Record<FanMode, (fans: Fans) => number>> = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAvg: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
};

/** Standard deviation of a unit normal without what lies beyond ±2. */
const truncatedDeviation = 0.8796256610342398;

const distributions: Readonly<Record<ScaledDistribution | 'normal', ScaledDistribution>> = {
  truncatedNormal: 'truncatedNormal',
  normal: 'truncatedNormal',
  untruncatedNormal: 'untruncatedNormal',
  uniform: 'uniform',
};

function scaled(options: VarianceScalingOptions, where: string): (variable: Variable) => void {
  const { scale = 1, mode = 'fanIn', distribution = 'truncatedNormal' } = options;
  if (typeof scale !== 'number' || !(scale > 0 && scale < Number.POSITIVE_INFINITY)) {
    fail(where, '`scale` to be a positive finite number', describe(scale));
  }
  const fan = lookup(where, 'fan mode', mode, modes);
  const kind = lookup(where, 'distribution', distribution, distributions);
  return (variable) => {
    const { shape } = variable;
    const variance = scale / Math.max(1, fan(fansOf(shape, options)));
    drawInto(where, variable, options, (state) => {
      if (kind === 'uniform') {
        // U(−L, L) has the variance L² / 3.
        const limit = Math.sqrt(3 * variance);
        return randomUniform(shape, { state, low: -limit, high: limit });
      }
      const stddev = Math.sqrt(variance);
      return kind === 'untruncatedNormal'
        ? randomNormal(shape, { state, stddev })
        : randomTruncatedNormal(shape, { state, stddev: stddev / truncatedDeviation });
    });
  };
}

/**
 * Numbers around 0 with the variance scale / max(1, fan). Options: `scale` 1, `mode` 'fanIn' | 'fanOut' | 'fanAvg', `distribution`
 * 'truncatedNormal' | 'untruncatedNormal' | 'uniform', `seed`, `inputAxes` and `outputAxes` for weights of unusual layout.
 *
 * Source: Keras `initializers.VarianceScaling`.
 *
 * @throws MyelinError when `scale` is not positive, or a name is unknown
 */
export const varianceScaling = defineInitializer<VarianceScalingOptions>('VarianceScaling', scaled);

function named(type: string, scale: number, mode: FanMode, distribution: ScaledDistribution): InitializerFactory<ScaledOptions> {
  return defineInitializer<ScaledOptions>(type, (options, where) => scaled({ ...options, scale, mode, distribution }, where));
}

/** U(−L, L) with L = √(6 / (fanIn + fanOut)): for tanh and softmax. Options: `seed`. Glorot & Bengio 2010. */
export const glorotUniform = named('GlorotUniform', 1, 'fanAvg', 'uniform');

/** Truncated normal of variance 2 / (fanIn + fanOut). Options: `seed`. Glorot & Bengio 2010. */
export const glorotNormal = named('GlorotNormal', 1, 'fanAvg', 'truncatedNormal');

/** U(−L, L) with L = √(6 / fanIn): for ReLU and its kin. Options: `seed`. He, Zhang, Ren & Sun 2015. */
export const heUniform = named('HeUniform', 2, 'fanIn', 'uniform');

/** Truncated normal of variance 2 / fanIn. Options: `seed`. He, Zhang, Ren & Sun 2015. */
export const heNormal = named('HeNormal', 2, 'fanIn', 'truncatedNormal');

/** U(−L, L) with L = √(3 / fanIn). Options: `seed`. LeCun, Bottou, Orr & Müller 1998. */
export const lecunUniform = named('LecunUniform', 1, 'fanIn', 'uniform');

/** Truncated normal of variance 1 / fanIn: for SELU. Options: `seed`. LeCun, Bottou, Orr & Müller 1998. */
export const lecunNormal = named('LecunNormal', 1, 'fanIn', 'truncatedNormal');
