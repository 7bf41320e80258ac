/** @file Refusals as a table: each action must fail with its text, and leave the model as it was. */

import { expect, test } from 'vitest';
import { MyelinError } from '../../src/base/fail.ts';
import type { Sequential } from '../../src/models/index.ts';
import { classifier, clusters, silent, weightsOf } from './models.ts';

/** What cannot be written in TypeScript, but happens in JavaScript. */
export function untyped<T>(value: unknown): T {
  return value as T;
}

/** Something that must be refused, done to a model of {@link classifier}, and what the error must say. */
export type Refusal = readonly [
  name: string,
  act: (model: Sequential) => unknown,
  text: RegExp,
  type?: new (text: string) => Error,
];

/** Tests that every action fails with its text, and that the model then trains to the bits of one that was left alone. */
export function refuses(refusals: readonly Refusal[]): void {
  for (const [name, act, text, type = MyelinError] of refusals) {
    test(name, async () => {
      const [model, twin] = [classifier(), classifier()];
      const error = await (async () => act(model))().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(type);
      const { message } = error as Error;
      expect(message).toMatch(text);
      expect(message).toMatch(/^\[.+\] .*expected .+, got .+/);
      const { x, y } = clusters(12);
      const options = { epochs: 2, batchSize: 5, shuffle: false, ...silent };
      for (const trained of [model, twin]) await trained.fit(x, y, options);
      expect(weightsOf(model)).toEqual(weightsOf(twin));
    });
  }
}
