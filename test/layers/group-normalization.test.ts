import { describe, expect, test } from 'vitest';
import { GroupNormalization } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { noise } from '../support/models.ts';
import { runLayer } from '../support/run-layer.ts';

const near = { absolute: 1e-6, relative: 1e-6 };

describe('GroupNormalization', () => {
  test('normalizes neighbouring channels together', () => {
    const y = runLayer(new GroupNormalization({ groups: 2 }), [[1, 2, 3, 5]]);
    expectClose(y.data, [-0.998006, 0.998006, -0.9995, 0.9995], near);
  });

  test('with -1 makes each channel its own group', () => {
    const x = noise([2, 5, 3]);
    const own = runLayer(new GroupNormalization({ groups: -1 }), x).data;
    expect(own).toEqual(runLayer(new GroupNormalization({ groups: 3 }), x).data);
    for (const channel of [0, 1, 2]) {
      const values = Array.from(own.subarray(0, 15)).filter((_, i) => i % 3 === channel);
      expectClose([values.reduce((a, b) => a + b, 0)], [0], { absolute: 1e-5, relative: 0 });
    }
  });

  test('finds the channels on any axis', () => {
    const x = noise([2, 3, 4]);
    const turned = Array.from({ length: 2 }, (_, n) =>
      Array.from({ length: 4 }, (_c, c) => Array.from({ length: 3 }, (_s, s) => x.data[n * 12 + s * 4 + c]!)),
    );
    const options = { groups: 2, betaInitializer: 'ones' } as const;
    const last = runLayer(new GroupNormalization(options), x).data;
    const first = runLayer(new GroupNormalization({ ...options, axis: 1 }), turned).data;
    expectClose(
      last,
      Array.from(last, (_, i) => first[Math.floor(i / 12) * 12 + (i % 4) * 3 + (Math.floor(i / 4) % 3)]!),
      near,
    );
  });

  test('refuses groups that do not divide the channels, and the batch as channels', () => {
    expect(() => new GroupNormalization({ groups: 3 }).ensureBuilt([null, 4])).toThrow(
      /that 3 `groups` divide evenly, got 4 channels/,
    );
    expect(() => new GroupNormalization().ensureBuilt([null, 8])).toThrow(/that 32 `groups` divide evenly, got 8 channels/);
    expect(() => new GroupNormalization({ groups: 0 })).toThrow(/`groups` to be a positive integer or -1, got 0/);
    expect(() => new GroupNormalization({ axis: 0 }).ensureBuilt([4, 4])).toThrow(/another than the batch/);
    expect(() => new GroupNormalization({ groups: 1 }).ensureBuilt([null, null])).toThrow(/known size of axis 1/);
  });
});
