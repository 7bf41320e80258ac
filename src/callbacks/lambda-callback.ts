import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Callback } from './callback.ts';

const hooks = {
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onTrainBatchBegin: true,
  onTrainBatchEnd: true,
  onTestBegin: true,
  onTestBatchEnd: true,
  onTestEnd: true,
  onTrainFinally: true,
  getState: true,
  setState: true,
  resumeFrom: true,
} satisfies Record<keyof Callback, true>;

/**
 * A callback of functions, whose names are checked. A plain object with these methods does the same; here a misspelt one is refused.
 *
 * @throws MyelinError when there is no hook of a name, or something is no function
 */
export class LambdaCallback implements Callback {
  constructor(functions: Callback) {
    checkOptionNames('LambdaCallback', functions, hooks);
    for (const [name, value] of Object.entries(functions)) {
      if (typeof value !== 'function') fail('LambdaCallback', `\`${name}\` to be a function`, describe(value));
    }
    Object.assign(this, functions);
  }
}
