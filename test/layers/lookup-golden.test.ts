/** @file Layers with a vocabulary against golden/lookup_layers.json: what they learn and what they make of data. */

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import '../../src/graph/eager.ts';
import { IntegerLookup, StringLookup, TextVectorization } from '../../src/layers/index.ts';
import { fingerprint } from '../../src/layers/lookup/farm-hash.ts';
import { expectClose } from '../support/compare.ts';
import { type GoldenTensor, loadGolden } from '../support/golden.ts';

/** One layer, what it learns from and what it is given. */
interface LookupCase {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: { readonly adapt: never; readonly data: never };
  readonly outputs: {
    readonly y: GoldenTensor | readonly string[];
    readonly vocabulary: readonly unknown[];
    readonly size: number;
  };
}

const all = loadGolden('lookup_layers').cases as readonly unknown[] as readonly LookupCase[];
const cases = all.filter(({ name }) => name !== 'hash');
const types = { StringLookup, IntegerLookup, TextVectorization };

function layerOf({ config: { layer, ...config } }: LookupCase) {
  const camel = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const options = Object.fromEntries(Object.entries(config).map(([key, value]) => [camel(key), value]));
  return new types[layer as keyof typeof types](options);
}

function check(layer: ReturnType<typeof layerOf>, { inputs, outputs, config }: LookupCase): void {
  expect(layer.getVocabulary()).toEqual(outputs.vocabulary);
  expect(layer.vocabularySize()).toBe(outputs.size);
  const y: unknown = layer.transform(inputs.data);
  if (!(y instanceof Tensor)) {
    expect((y as string[][]).flat()).toEqual(outputs.y);
    return;
  }
  const { shape, data, dtype = 'float32' } = outputs.y as GoldenTensor;
  expect([y.shape, y.dtype]).toEqual([shape, dtype]);
  expectClose(y.data, data, { absolute: 0, relative: config.output_mode === 'tf_idf' ? 1e-6 : 0 }, 'y');
}

describe('golden layers with a vocabulary', () => {
  test.each(cases)('$name', (golden) => {
    const layer = layerOf(golden);
    if (golden.inputs.adapt !== null) layer.adapt(golden.inputs.adapt);
    check(layer, golden);
    // A layer made of the config as it would be stored is the same function.
    const stored = JSON.parse(JSON.stringify({ ...layer.getConfig(), name: `${layer.name}_twin` })) as never;
    check(new types[golden.config.layer as keyof typeof types](stored), golden);
  });

  test('hash strings of every length as TensorFlow does', () => {
    const { inputs, outputs } = all.find(({ name }) => name === 'hash') as unknown as {
      inputs: { strings: readonly string[] };
      outputs: Readonly<Record<string, readonly (string | number)[]>>;
    };
    for (const [count, wanted] of Object.entries(outputs))
      expect(inputs.strings.map((text) => String(fingerprint(text) % BigInt(count)))).toEqual(wanted.map(String));
    expect(inputs.strings.length).toBeGreaterThan(70);
  });
});
