/** @file What follows the sums of a matrix product: bias and activation over finished rows, while they are in cache. */
import { sigmoid4, tanh4 } from './math';

/** What to apply to C; part of the kernels' interface. */
export const NONE: i32 = 0;
export const RELU: i32 = 1;
export const SIGMOID: i32 = 2;
export const TANH: i32 = 3;

@unmanaged class Identity {
  @inline f(x: v128): v128 { return x; }
}
@unmanaged class Relu {
  @inline f(x: v128): v128 { return f32x4.max(x, f32x4.splat(0)); } // max keeps NaN
}
@unmanaged class Sigmoid {
  @inline f(x: v128): v128 { return sigmoid4(x); }
}
@unmanaged class Tanh {
  @inline f(x: v128): v128 { return tanh4(x); }
}

/** c = op(c + bias) over rows × cols; `bias` may be 0. */
function finishWith<Op>(c: usize, ldc: usize, rows: i32, cols: i32, bias: usize): void {
  const op = changetype<Op>(0);
  const end = <usize>cols << 2, whole = end & ~15;
  for (; rows > 0; --rows) {
    let o: usize = 0;
    if (bias) {
      for (; o != whole; o += 16) v128.store(c + o, op.f(f32x4.add(v128.load(c + o), v128.load(bias + o))));
      for (; o != end; o += 4) {
        v128.store32_lane(c + o, op.f(f32x4.add(v128.load_splat<f32>(c + o), v128.load_splat<f32>(bias + o))), 0);
      }
    } else {
      for (; o != whole; o += 16) v128.store(c + o, op.f(v128.load(c + o)));
      for (; o != end; o += 4) v128.store32_lane(c + o, op.f(v128.load_splat<f32>(c + o)), 0);
    }
    c += ldc;
  }
}

/** c = activation(c + bias) over rows × cols, rows `ldc` bytes apart; `bias` may be 0. */
export function finish(c: usize, ldc: usize, rows: i32, cols: i32, bias: usize, activation: i32): void {
  if (activation == RELU) finishWith<Relu>(c, ldc, rows, cols, bias);
  else if (activation == SIGMOID) finishWith<Sigmoid>(c, ldc, rows, cols, bias);
  else if (activation == TANH) finishWith<Tanh>(c, ldc, rows, cols, bias);
  else if (bias) finishWith<Identity>(c, ldc, rows, cols, bias);
}
