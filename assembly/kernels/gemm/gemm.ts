/**
 * @file Matrix multiplication: C[m,n] = act(op(A)·op(B) + bias[n] + (accumulate ? C : 0)), rows `lda`, `ldb`, `ldc` elements apart.
 *
 *   gemmNN  A[m,k]·B[k,n]      forward
 *   gemmNT  A[m,k]·B[n,k]ᵀ     gradient of the input
 *   gemmTN  A[k,m]ᵀ·B[k,n]     gradient of the weights
 *
 * Scratch: parts × GEMM_SCRATCH_PER_THREAD floats, whatever the shape; its contents do not matter. `bias` may be 0. C overlaps
 * neither A nor B. bias and activation come last; NaN and infinities go through as IEEE 754 has it, and relu(NaN) is NaN.
 * An element's sum runs along k in an order fixed by the shape, so neither the threads nor the strides change its bits.
 */
import { NONE, RELU, SIGMOID, TANH } from '../../lib/gemm-epilogue';
import { FORM_NN, FORM_NT, FORM_TN, gemm, SCRATCH_PER_THREAD } from '../../lib/gemm';

export const ACTIVATION_NONE: i32 = NONE;
export const ACTIVATION_RELU: i32 = RELU;
export const ACTIVATION_SIGMOID: i32 = SIGMOID;
export const ACTIVATION_TANH: i32 = TANH;

/** Floats of scratch each thread needs. */
export const GEMM_SCRATCH_PER_THREAD: i32 = SCRATCH_PER_THREAD;

/** C = act(A·B + bias). */
export function gemmNN(
  a: usize, b: usize, c: usize, bias: usize, scratch: usize, m: i32, n: i32, k: i32, lda: i32, ldb: i32, ldc: i32,
  activation: i32, accumulate: i32, part: i32, parts: i32,
): void {
  assert(m >= 0 && n >= 0 && k >= 0 && lda >= k && ldb >= n && ldc >= n);
  gemm(FORM_NN, a, b, c, bias, scratch, m, n, k, lda, ldb, ldc, activation, accumulate, part, parts);
}

/** C = act(A·Bᵀ + bias). */
export function gemmNT(
  a: usize, b: usize, c: usize, bias: usize, scratch: usize, m: i32, n: i32, k: i32, lda: i32, ldb: i32, ldc: i32,
  activation: i32, accumulate: i32, part: i32, parts: i32,
): void {
  assert(m >= 0 && n >= 0 && k >= 0 && lda >= k && ldb >= k && ldc >= n);
  gemm(FORM_NT, a, b, c, bias, scratch, m, n, k, lda, ldb, ldc, activation, accumulate, part, parts);
}

/** C = act(Aᵀ·B + bias). */
export function gemmTN(
  a: usize, b: usize, c: usize, bias: usize, scratch: usize, m: i32, n: i32, k: i32, lda: i32, ldb: i32, ldc: i32,
  activation: i32, accumulate: i32, part: i32, parts: i32,
): void {
  assert(m >= 0 && n >= 0 && k >= 0 && lda >= m && ldb >= n && ldc >= n);
  gemm(FORM_TN, a, b, c, bias, scratch, m, n, k, lda, ldb, ldc, activation, accumulate, part, parts);
}
