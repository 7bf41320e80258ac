/** @file Average pooling over windows, channels last: the mean of the taps inside the input, and its gradient. */
import { Geometry } from '../../lib/conv-geometry';
import { foldWindows, NOTHING, spreadWindows } from '../../lib/conv-windows';
import { rangeStart } from '../../lib/parallel';

@unmanaged class Mean {
  @inline f(sum: v128, value: v128, other: v128, tap: i32): v128 { return f32x4.add(sum, value); }
  @inline other(): i32 { return NOTHING; }
  @inline divides(): bool { return true; }
}

/** y = mean of each window. Split by output pixels. */
export function averagePool(x: usize, y: usize, geometry: usize, part: i32, parts: i32): void {
  const g = changetype<Geometry>(geometry);
  foldWindows<Mean>(g, x, 0, y, rangeStart(g.pixels, part, parts, 1), rangeStart(g.pixels, part + 1, parts, 1));
}

/** dx: each output's dy in equal parts to the taps of its window. Split by input rows. */
export function averagePoolGrad(dy: usize, dx: usize, geometry: usize, part: i32, parts: i32): void {
  spreadWindows<Mean>(changetype<Geometry>(geometry), dy, 0, dx, part, parts);
}
