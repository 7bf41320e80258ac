import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import { sum } from '../../src/graph/ops.ts';
import * as layers from '../../src/layers/index.ts';

const image = (values: readonly number[]): Tensor => new Tensor(Float32Array.from(values), [1, 2, 2, values.length / 4]);

describe('convolutions refuse, by name,', () => {
  test.each([
    [
      'filters',
      () => new layers.Conv2D({ filters: 0, kernelSize: 3 }),
      /^\[Conv2D "conv2d\w*"\] expected `filters` to be a positive integer, got 0/,
    ],
    [
      'kernelSize',
      () => new layers.Conv2D({ filters: 1, kernelSize: [3, -1] }),
      /`kernelSize` to be a positive integer, or a list of 2, got \[3, -1\]/,
    ],
    [
      'a list of another length',
      () => new layers.Conv1D({ filters: 1, kernelSize: [3, 3] }),
      /`kernelSize` to be a positive integer, got \[3, 3\]/,
    ],
    [
      'strides with dilation',
      () => new layers.Conv2D({ filters: 1, kernelSize: 3, strides: 2, dilationRate: 2 }),
      /`strides` or `dilationRate` to be 1, got \[2, 2\] and \[2, 2\]/,
    ],
    [
      'strides with dilation, depthwise',
      () => new layers.DepthwiseConv2D({ kernelSize: 3, strides: 2, dilationRate: 2 }),
      /`strides` or `dilationRate` to be 1/,
    ],
    [
      'filters that groups do not divide',
      () => new layers.Conv2D({ filters: 4, kernelSize: 1, groups: 3 }),
      /`filters` to be a multiple of the 3 `groups`, got 4/,
    ],
    [
      'an unknown padding',
      () => new layers.Conv2D({ filters: 1, kernelSize: 1, padding: 'full' as 'same' }),
      /`padding` to be 'valid' or 'same', got "full"/,
    ],
    [
      'causal padding of images',
      () => new layers.Conv2D({ filters: 1, kernelSize: 1, padding: 'causal' as 'same' }),
      /`padding` to be 'valid' or 'same', got "causal"/,
    ],
    [
      'an unknown activation',
      () => new layers.Conv2D({ filters: 1, kernelSize: 1, activation: 'rleu' }),
      /expected the name of an activation, got "rleu"/,
    ],
    [
      'an unknown initializer',
      () => new layers.SeparableConv2D({ filters: 1, kernelSize: 1, pointwiseInitializer: 'heNrmal' as 'heNormal' }),
      /\[SeparableConv2D "/,
    ],
    [
      'outputPadding as large as strides',
      () => new layers.Conv2DTranspose({ filters: 1, kernelSize: 3, strides: 2, outputPadding: 2 }),
      /`outputPadding` to be less than the strides \[2, 2\], got \[2, 2\]/,
    ],
    [
      'a multiplier',
      () => new layers.DepthwiseConv2D({ kernelSize: 3, depthMultiplier: 1.5 }),
      /`depthMultiplier` to be a positive integer, got 1.5/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('inputs that do not fit', () => {
    const layer = () => new layers.Conv2D({ filters: 4, kernelSize: 3, groups: 2 });
    expect(() => layer().ensureBuilt([null, 8, 8, 3])).toThrow(/channels that 2 `groups` divide, got 3 of shape \[\?, 8, 8, 3\]/);
    expect(() => layer().ensureBuilt([null, 2, 8, 4])).toThrow(
      /at least as large as the window \[3, 3\], got spatial size \[2, 8\]/,
    );
    expect(() => layer().ensureBuilt([null, 8, 8])).toThrow(
      /\[batch, height, width, channels\], got shape \[\?, 8, 8\]\. Hint: add an axis/,
    );
    expect(() => layer().ensureBuilt([null, 8, 8, null])).toThrow(/channels are known/);
  });
});

describe('pooling and its relatives refuse, by name,', () => {
  test.each([
    ['a window', () => new layers.MaxPooling2D({ poolSize: 0 }), /^\[MaxPooling2D "max_pooling2d\w*"\] expected `poolSize`/],
    ['strides', () => new layers.AveragePooling1D({ strides: 1.5 }), /`strides` to be a positive integer, got 1.5/],
    ['an unknown padding', () => new layers.MaxPooling1D({ padding: 'causal' as 'same' }), /`padding` to be 'valid' or 'same'/],
    ['negative padding', () => new layers.ZeroPadding2D({ padding: [1, -1] }), /`padding` to be an integer >= 0, a pair/],
    ['negative cropping', () => new layers.Cropping1D({ cropping: -1 }), /`cropping` to be an integer >= 0 or a pair/],
    ['a fraction', () => new layers.UpSampling2D({ size: [2, 0.5] }), /`size` to be a positive integer, or a list of 2/],
    [
      'an unknown interpolation',
      () => new layers.UpSampling2D({ interpolation: 'cubic' as 'bilinear' }),
      /'nearest' or 'bilinear', got "cubic"/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('inputs that do not fit', () => {
    expect(() => new layers.MaxPooling2D({ poolSize: 3 }).ensureBuilt([null, 2, 5, 1])).toThrow(
      /at least as large as the window/,
    );
    expect(() => new layers.Cropping2D({ cropping: 2 }).ensureBuilt([null, 4, 9, 1])).toThrow(/leaves something of \[4, 9\]/);
    expect(() => new layers.GlobalMaxPooling2D().ensureBuilt([null, 4, 1])).toThrow(/\[batch, height, width, channels\]/);
  });
});

describe('MaxPooling2D', () => {
  const pool = new layers.MaxPooling2D();
  const call = (x: Tensor) => jit((node) => pool.call(node))(x).data;
  const gradient = (x: Tensor) => valueAndGrad((node) => sum(pool.call(node)))(x).gradients[0]!.data;

  test('gives the gradient to the first of equal maxima', () => {
    expect([...gradient(image([1, 3, 3, 3]))]).toEqual([0, 1, 0, 0]);
    expect([...gradient(image([0, 0, 0, 0]))]).toEqual([1, 0, 0, 0]);
  });

  test('gives NaN where the window has one, and the gradient to it', () => {
    expect([...call(image([1, Number.NaN, 3, 2]))]).toEqual([Number.NaN]);
    expect([...gradient(image([1, Number.NaN, 3, 2]))]).toEqual([0, 1, 0, 0]);
    expect([...gradient(image([Number.NaN, 5, Number.NaN, 2]))]).toEqual([1, 0, 0, 0]);
  });

  test('takes −Infinity for a maximum where there is nothing larger', () => {
    expect([...call(image([-Infinity, -Infinity, -Infinity, -Infinity]))]).toEqual([-Infinity]);
    expect([...gradient(image([-Infinity, -Infinity, -Infinity, -Infinity]))]).toEqual([1, 0, 0, 0]);
  });
});

describe('layers of unknown size', () => {
  test('keep what is not known open', () => {
    expect(new layers.Conv2D({ filters: 4, kernelSize: 3 }).ensureBuilt([null, null, 9, 3])).toEqual([null, null, 7, 4]);
    expect(new layers.Conv2DTranspose({ filters: 4, kernelSize: 3 }).ensureBuilt([null, null, 9, 3])).toEqual([
      null,
      null,
      11,
      4,
    ]);
    expect(new layers.MaxPooling1D().ensureBuilt([null, null, 3])).toEqual([null, null, 3]);
    expect(new layers.GlobalAveragePooling2D().ensureBuilt([null, null, null, 3])).toEqual([null, 3]);
  });
});
