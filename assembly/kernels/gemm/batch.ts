/**
 * @file Matrix multiplication of a batch in one kernel: C = op(A)·op(B) for every (item, head). Strides say where the matrix of each
 * lies, so that heads may lie inside rows, as [batch, rows, heads, cols], and need no transposing copies.
 *
 *   matrix (i, h) of A begins at a + i · aBatch + h · aHead, its rows are lda apart; the same for B and C
 *
 * Each thread does as many whole matrices as the others; what is left over is shared as `gemm` shares a single product. Scratch is
 * that of one product. An element has the bits that `gemm` gives it.
 */
import { FORM_NN, FORM_NT, FORM_TN, gemm, SCRATCH_PER_THREAD } from '../../lib/gemm';

/** Computes the share of thread `part` in one of the forms. Strides are in elements. */
function gemmBatch(
  form: i32, a: usize, b: usize, c: usize, scratch: usize, batch: i32, heads: i32, m: i32, n: i32, k: i32,
  aBatch: i32, aHead: i32, lda: i32, bBatch: i32, bHead: i32, ldb: i32, cBatch: i32, cHead: i32, ldc: i32, part: i32, parts: i32,
): void {
  const count = batch * heads, each = count / parts, shared = each * parts;
  const own = scratch + <usize>part * (SCRATCH_PER_THREAD << 2);
  for (let q = 0; q < each + count - shared; ++q) {
    const p = q < each ? part * each + q : shared + q - each;
    const i = <usize>(p / heads), h = <usize>(p % heads);
    const left = a + ((i * <usize>aBatch + h * <usize>aHead) << 2);
    const right = b + ((i * <usize>bBatch + h * <usize>bHead) << 2);
    const to = c + ((i * <usize>cBatch + h * <usize>cHead) << 2);
    if (p < shared) gemm(form, left, right, to, 0, own, m, n, k, lda, ldb, ldc, 0, 0, 0, 1);
    else gemm(form, left, right, to, 0, scratch, m, n, k, lda, ldb, ldc, 0, 0, part, parts);
  }
}

/** C = A·B. */
export function gemmBatchNN(
  a: usize, b: usize, c: usize, scratch: usize, batch: i32, heads: i32, m: i32, n: i32, k: i32,
  aBatch: i32, aHead: i32, lda: i32, bBatch: i32, bHead: i32, ldb: i32, cBatch: i32, cHead: i32, ldc: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && heads >= 0 && m >= 0 && n >= 0 && k >= 0 && lda >= k && ldb >= n && ldc >= n);
  gemmBatch(FORM_NN, a, b, c, scratch, batch, heads, m, n, k, aBatch, aHead, lda, bBatch, bHead, ldb, cBatch, cHead, ldc, part, parts);
}

/** C = A·Bᵀ. */
export function gemmBatchNT(
  a: usize, b: usize, c: usize, scratch: usize, batch: i32, heads: i32, m: i32, n: i32, k: i32,
  aBatch: i32, aHead: i32, lda: i32, bBatch: i32, bHead: i32, ldb: i32, cBatch: i32, cHead: i32, ldc: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && heads >= 0 && m >= 0 && n >= 0 && k >= 0 && lda >= k && ldb >= k && ldc >= n);
  gemmBatch(FORM_NT, a, b, c, scratch, batch, heads, m, n, k, aBatch, aHead, lda, bBatch, bHead, ldb, cBatch, cHead, ldc, part, parts);
}

/** C = Aᵀ·B. */
export function gemmBatchTN(
  a: usize, b: usize, c: usize, scratch: usize, batch: i32, heads: i32, m: i32, n: i32, k: i32,
  aBatch: i32, aHead: i32, lda: i32, bBatch: i32, bHead: i32, ldb: i32, cBatch: i32, cHead: i32, ldc: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && heads >= 0 && m >= 0 && n >= 0 && k >= 0 && lda >= m && ldb >= n && ldc >= n);
  gemmBatch(FORM_TN, a, b, c, scratch, batch, heads, m, n, k, aBatch, aHead, lda, bBatch, bHead, ldb, cBatch, cHead, ldc, part, parts);
}
