/** @file Options that a class does not know are refused, in every room whose things are made with options. */

import { describe, expect, test } from 'vitest';
import * as layers from '../src/layers/index.ts';
import { Layer } from '../src/layers/index.ts';
import * as losses from '../src/losses/all.ts';
import * as metrics from '../src/metrics/all.ts';
import * as optimizers from '../src/optimizers/all.ts';

type Made = { new (options: object): unknown; readonly type: string; readonly optionNames?: object };

const classesOf = (room: object): Made[] =>
  Object.values(room).filter(
    (value) => typeof value === 'function' && 'type' in value && value.prototype !== undefined,
  ) as Made[];

const rooms: [string, Made[]][] = [
  ['layers', classesOf(layers).filter((made) => made.prototype instanceof Layer)],
  ['losses', classesOf(losses)],
  // Those that only watch a loss hand their options on to it, which refuses.
  ['metrics', classesOf(metrics).filter((made) => Object.hasOwn(made, 'optionNames'))],
  ['optimizers', classesOf(optimizers)],
];

/** What a class must be given to tell options from a shorthand. */
const needed: Readonly<Record<string, object>> = { Dot: { axes: 1 } };

describe.each(rooms)('%s', (_, classes) => {
  test('there are some', () => expect(classes.length).toBeGreaterThan(2));

  test.each(classes.map((made) => [made.type, made] as const))('%s knows its options', (type, Made) => {
    expect(Object.hasOwn(Made, 'optionNames')).toBe(true);
    const options = { ...needed[type], nonsense: 1 };
    expect(() => new Made(options)).toThrow(`[${type}] expected an option it knows, got \`nonsense\`. Hint: `);
  });
});

test('metrics that watch a loss refuse what the loss does not know', () => {
  expect(() => new metrics.BinaryCrossentropy({ labelSmothing: 0.1 } as object)).toThrow('did you mean `labelSmoothing`?');
});

test('a subclass without a list takes what it wants, one with a list its own and those of the base', () => {
  class Free extends layers.Dense {
    static override readonly type: string = 'Free';
  }
  class Strict extends layers.Dense {
    static override readonly type: string = 'Strict';
    static override readonly optionNames = { ...layers.Dense.optionNames, depth: true } as const;
  }
  expect(() => new Free({ units: 2, depth: 3 } as layers.DenseOptions)).not.toThrow();
  expect(() => new Strict({ units: 2, depth: 3, trainable: false } as layers.DenseOptions)).not.toThrow();
  expect(() => new Strict({ units: 2, dept: 3 } as unknown as layers.DenseOptions)).toThrow('did you mean `depth`?');
});
