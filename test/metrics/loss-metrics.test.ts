/** @file Metrics that are the mean of a loss, against values worked out by hand. */

import { describe, test } from 'vitest';
import * as all from '../../src/metrics/all.ts';
import { expectClose } from '../support/compare.ts';

describe('metrics that watch a loss', () => {
  const yTrue = [
    [0, 1, 0],
    [1, 0, 0],
  ];
  const yPred = [
    [0.2, 0.5, 0.9],
    [0.7, 0.1, 0.4],
  ];

  test.each([
    // Of each row: 1 − the score of the class + the highest other score.
    [new all.CategoricalHinge(), (1 - 0.5 + 0.9 + (1 - 0.7 + 0.4)) / 2],
    // Targets 0 count as −1.
    [new all.SquaredHinge(), (1.2 ** 2 + 0.5 ** 2 + 1.9 ** 2 + 0.3 ** 2 + 1.1 ** 2 + 1.4 ** 2) / 6],
    [new all.LogCoshError(), [0.2, -0.5, 0.9, -0.3, 0.1, 0.4].reduce((sum, x) => sum + Math.log(Math.cosh(x)), 0) / 6],
  ] as const)('%#', (metric, expected) => {
    metric.update(yTrue.slice(0, 1), yPred.slice(0, 1));
    metric.update(yTrue.slice(1), yPred.slice(1));
    expectClose([metric.value], [expected], { absolute: 1e-6, relative: 1e-6 });
  });
});
