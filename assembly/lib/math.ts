/**
 * @file Vector math of the project: four float32 lanes in, four out, at most 2 ulp from the true value over the whole
 * range, right at ±0, ±Infinity, NaN and subnormals. Only IEEE operations, so the strict builds give the same bits on every
 * host; no tables, so no static data. The measured error bound of each function stands above it.
 */

export { erf4 } from './math/erf';
export { exp4, expm14 } from './math/exp';
export { log1p4, log4, softplus4 } from './math/log';
export { pow4 } from './math/pow';
export { sigmoid4, tanh4 } from './math/sigmoid';
export { cos4, cosTurn4, sin4, sinTurn4 } from './math/trigonometry';
