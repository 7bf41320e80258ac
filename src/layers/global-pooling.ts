/** @file What layers share that reduce all spatial axes to one value for each channel. */

import type { PartialShape } from '../base/shape.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { spatialOf } from './windowed.ts';

/** Options of the global pooling layers. */
export interface GlobalPoolingOptions extends LayerOptions {
  /** Whether the spatial axes stay, with size 1. Default false. */
  readonly keepdims?: boolean;
}

/** Base of the global pooling layers over `dimensions` spatial dimensions. */
export abstract class GlobalPooling extends Layer<GlobalPoolingOptions> {
  /** The spatial axes. */
  protected readonly axes: readonly number[];

  constructor(options: GlobalPoolingOptions, dimensions: number) {
    super(options);
    this.axes = Array.from({ length: dimensions }, (_, i) => i + 1);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { channels } = spatialOf(this.where, inputShape, this.axes.length);
    return [inputShape[0] ?? null, ...(this.options.keepdims ? this.axes.map(() => 1) : []), channels];
  }
}
