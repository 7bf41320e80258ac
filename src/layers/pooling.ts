/** @file What pooling layers share: options, checks, the shape of the output. */

import type { PartialShape, Shape } from '../base/shape.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { paddingOf, type SizeOption, sizesOf, spatialOf, windowedSize } from './windowed.ts';

/** Options of the pooling layers. */
export interface PoolingOptions extends LayerOptions {
  /** Size of the window, one number or one for each spatial dimension. Default 2. */
  readonly poolSize?: SizeOption;
  /** Steps of the window. Default: its size, so that windows touch. */
  readonly strides?: SizeOption | null;
  /** Edges: 'valid' leaves out what fills no window, 'same' keeps it. Default 'valid'. */
  readonly padding?: 'valid' | 'same';
}

/** Base of the pooling layers over `dimensions` spatial dimensions. */
export abstract class Pooling extends Layer<PoolingOptions> {
  readonly poolSize: Shape;
  readonly strides: Shape;
  readonly padding: 'valid' | 'same';

  constructor(options: PoolingOptions, dimensions: number) {
    super(options);
    const { poolSize = 2, strides, padding = 'valid' } = this.options;
    this.poolSize = sizesOf(this.where, 'poolSize', poolSize, dimensions);
    this.strides = sizesOf(this.where, 'strides', strides ?? this.poolSize, dimensions);
    this.padding = paddingOf(this.where, padding, ['valid', 'same']);
  }

  override build(inputShape: PartialShape): PartialShape {
    const dimensions = this.poolSize.length;
    const { spatial, channels } = spatialOf(this.where, inputShape, dimensions);
    const dilation = new Array<number>(dimensions).fill(1);
    const { poolSize: kernelSize, strides, padding } = this;
    return [inputShape[0] ?? null, ...windowedSize(this.where, spatial, { kernelSize, strides, padding, dilation }), channels];
  }
}
