/**
 * @file Runs before the tests of every file: what is random in them follows from one seed, so that a run that failed can be repeated.
 * `MYELIN_TEST_SEED=7 npm test` takes another one; a failure under any seed is a fault.
 */

import fc from 'fast-check';
import { beforeEach } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';

const seed = Number(process.env.MYELIN_TEST_SEED ?? 1);

fc.configureGlobal({ seed });
setSeed(seed);
beforeEach(({ task }) => setSeed(`${seed} ${task.name}`));
