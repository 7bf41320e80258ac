/** @file Attention layers and a block of a transformer made of layers, against PyTorch: outputs, probabilities, gradients. */

import { describe, expect, test } from 'vitest';
import type { Node } from '../../src/graph/node.ts';
import { add } from '../../src/graph/ops.ts';
import type { Variable } from '../../src/graph/variable.ts';
import {
  AdditiveAttention,
  Attention,
  Dense,
  type Layer,
  LayerNormalization,
  MultiHeadAttention,
} from '../../src/layers/index.ts';
import { type GoldenCase, loadGolden } from '../support/golden.ts';
import { checkGoldenFunction } from '../support/golden-inputs.ts';

const casesOf = (name: string) => loadGolden('attention').cases.filter(({ config }) => config.layer === name);

/** The layer's weights by the names of golden cases: `prefix` and the last parts of their own. */
function named(layer: Layer, prefix = ''): [string, Variable][] {
  return layer.weights.map((weight) => {
    const [, ...rest] = weight.name.split('/');
    return [prefix + rest.join('_').replace('attention_output', 'output'), weight];
  });
}

function multiHead({ config, inputs }: GoldenCase) {
  const { query, value = query, key = value, attention_mask: mask } = inputs;
  const layer = new MultiHeadAttention({
    numHeads: config.num_heads as number,
    keyDim: config.key_dim as number,
    valueDim: config.value_dim as number,
    useBias: config.use_bias as boolean,
    useCausalMask: config.use_causal_mask as boolean,
    returnAttentionScores: true,
  });
  const list = [query!, value!, key!, ...(mask ? [mask] : [])];
  // One node alone attends to itself.
  const isSelf = !inputs.value && !mask;
  layer.ensureBuilt(isSelf ? query!.shape : list.map(({ shape }) => shape));
  const run = ({ query: q, value: v = q!, key: k = v, attention_mask: m }: Readonly<Record<string, Node>>): Node[] =>
    layer.applyAll(isSelf ? q! : [q!, v, k, ...(m ? [m] : [])]);
  return { run, weights: new Map(named(layer)), fixed: ['attention_mask'] };
}

function scored({ config, inputs }: GoldenCase) {
  const useScale = config.use_scale as boolean;
  const layer = config.layer === 'Attention' ? new Attention({ useScale }) : new AdditiveAttention({ useScale });
  layer.ensureBuilt([inputs.query!.shape, inputs.value!.shape]);
  return {
    run: ({ query, value }: Readonly<Record<string, Node>>) => [layer.apply([query!, value!])],
    weights: new Map(named(layer)),
  };
}

function block({ config, inputs }: GoldenCase) {
  const { shape } = inputs.x!;
  const epsilon = config.epsilon as number;
  const attention = new MultiHeadAttention({ numHeads: config.num_heads as number, keyDim: config.key_dim as number });
  const [norm1, norm2] = [new LayerNormalization({ epsilon }), new LayerNormalization({ epsilon })];
  const [wide, narrow] = [new Dense({ units: config.ff_dim as number, activation: 'relu' }), new Dense({ units: shape[2]! })];
  for (const layer of [attention, norm1, norm2, wide]) layer.ensureBuilt(shape);
  narrow.ensureBuilt(wide.outputShape);
  const run = ({ x }: Readonly<Record<string, Node>>): Node[] => {
    const y = norm1.apply(add(x!, attention.apply(x!)));
    return [norm2.apply(add(y, narrow.apply(wide.apply(y))))];
  };
  const weights = [
    ...named(attention),
    ...named(norm1, 'ln1_'),
    ...named(norm2, 'ln2_'),
    ...named(wide, 'ff1_'),
    ...named(narrow, 'ff2_'),
  ];
  return { run, weights: new Map(weights) };
}

test('every case of the file is checked', () => {
  const names = new Set(loadGolden('attention').cases.map(({ config }) => config.layer));
  expect([...names].sort()).toEqual(['AdditiveAttention', 'Attention', 'MultiHeadAttention', 'TransformerBlock']);
});

describe('attention', () => {
  test.each(casesOf('MultiHeadAttention'))('$name', (golden) => checkGoldenFunction(golden, multiHead(golden)));
  test.each([...casesOf('Attention'), ...casesOf('AdditiveAttention')])('$name', (golden) =>
    checkGoldenFunction(golden, scored(golden)),
  );
  test.each(casesOf('TransformerBlock'))('$name', (golden) => checkGoldenFunction(golden, block(golden)));
});
