/** @file Every initializer. Names and saved models are looked up in this list. */

export { constant, ones, zeros } from './constant.ts';
export { identity, orthogonal } from './orthogonal.ts';
export { randomNormal, randomUniform, truncatedNormal } from './random.ts';
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from './variance-scaling.ts';
