/**
 * @file Matrix multiplication in blocks, for all three forms: which block of k and which panel comes next, and which tile does it.
 *
 *   for each block of k (at most BLOCK_K, all about equal)
 *     for each block of rows (form TN packs A here)
 *       for each panel of up to 16 columns (packed where that pays: it then stays in the first-level cache)
 *         panel16, 12, 8 or 4: one register tile after the other down the rows
 *
 * Products with few rows or columns go another way: form NT with few rows, and NN and NT with few columns, as dot products;
 * TN with few columns as its transpose. Which way, and the blocks of k, depend only on form, m, n and k. A block's sum starts
 * at +0 and is added to the sum of the blocks before it. So an element's bits depend neither on threads nor on strides.
 */
import { dotBlock } from './gemm-dot';
import { finish } from './gemm-epilogue';
import { packColumns, packLeft, packRows, packTransposed } from './gemm-pack';
import { panel12, panel16, panel4, panel8, row24 } from './gemm-tile';
import { rangeStart } from './parallel';

export const FORM_NN: i32 = 0;
export const FORM_NT: i32 = 1;
export const FORM_TN: i32 = 2;

/** A panel of B is 16 × BLOCK_K floats: a third of a first-level cache of 48 KiB. */
const BLOCK_K: i32 = 256;
/** Dot products read B once, so a block need not fit a cache. */
const DOT_BLOCK_K: i32 = 1024;
const BLOCK_ROWS: i32 = 128;
/** Form TN packs A from this k on: columns of A that are 2 KiB apart share two cache sets. */
const PACK_LEFT_K: i32 = 48;
/**
 * B is read in place below this many rows, where packing does not pay, or up to this k. Where the rows of B are a multiple of
 * 512 bytes apart they compete for the same cache sets, and packing pays sooner.
 */
const PACK_ROWS: i32 = 72;
const PACK_ROWS_ALIASED: i32 = 12;
const PACK_K: i32 = 16;
/** Form NT uses dot products up to this many rows, and up to k / DOT_K rows: packing B pays later when k is long. */
const DOT_ROWS: i32 = 12;
const DOT_K: i32 = 12;
/** Products with fewer columns (and more rows) run as their transpose. */
const NARROW: i32 = 4;

/** Floats of scratch of a thread: a panel of B and the panels of A. */
export const SCRATCH_PER_THREAD: i32 = 16 * BLOCK_K + BLOCK_ROWS * BLOCK_K;

// @ts-ignore: decorator
@inline
/** The size of equal blocks of k, a multiple of 4. */
function blockOf(k: i32, most: i32): i32 {
  if (k <= most) return max(k, 1);
  const blocks = (k + most - 1) / most;
  return ((k + blocks - 1) / blocks + 3) & ~3;
}

/** Computes the share of thread `part` of C, m × n, in one of the forms. Leading dimensions are in elements. */
export function gemm(
  form: i32, a: usize, b: usize, c: usize, bias: usize, scratch: usize, m: i32, n: i32, k: i32,
  lda: i32, ldb: i32, ldc: i32, activation: i32, accumulate: i32, part: i32, parts: i32,
): void {
  let i = 0, rows = m, j = 0, cols = n;
  if (parts > 1) {
    // The longer side of C is split: what every thread then reads, and packs, as a whole is the smaller operand.
    scratch += <usize>part * (SCRATCH_PER_THREAD << 2);
    if (m > n) {
      i = rangeStart(m, part, parts, 4);
      rows = rangeStart(m, part + 1, parts, 4) - i;
    } else {
      j = rangeStart(n, part, parts, 4);
      cols = rangeStart(n, part + 1, parts, 4) - j;
    }
  }
  if (rows <= 0 || cols <= 0) return;
  const rowA = <usize>lda << 2, rowB = <usize>ldb << 2, rowC = <usize>ldc << 2;
  a += form == FORM_TN ? <usize>i << 2 : <usize>i * rowA;
  b += form == FORM_NT ? <usize>j * rowB : <usize>j << 2;
  c += <usize>i * rowC + (<usize>j << 2);
  if (bias) bias += <usize>j << 2;
  const narrow = n < NARROW && m > n;
  const add = accumulate != 0;
  const fewRows = form == FORM_NT && (m == 1 || (m <= DOT_ROWS && m * DOT_K <= k));
  if (form == FORM_TN && narrow) narrowTN(a, rowA, b, rowB, c, rowC, scratch, rows, cols, k, add);
  else if (form != FORM_TN && (narrow || fewRows)) dots(form, narrow, a, rowA, b, rowB, c, rowC, scratch, rows, cols, k, add);
  else {
    panels(form, a, rowA, b, rowB, c, rowC, bias, scratch, rows, cols, k, activation, add);
    return;
  }
  finish(c, rowC, rows, cols, bias, activation);
}

/** The main way: panels of B against blocks of rows of A. */
function panels(
  form: i32, a: usize, rowA: usize, b: usize, rowB: usize, c: usize, rowC: usize, bias: usize, scratch: usize,
  m: i32, n: i32, k: i32, activation: i32, add: bool,
): void {
  const left = scratch + 64 * BLOCK_K;
  const pack = k > PACK_K && m >= (rowB & 511 ? PACK_ROWS : PACK_ROWS_ALIASED);
  const blockK = blockOf(k, BLOCK_K);
  let k0 = 0;
  do {
    const kc = min(blockK, k - k0);
    for (let i = 0; i < m; i += BLOCK_ROWS) {
      const rows = min(BLOCK_ROWS, m - i);
      let block: usize, aQuad: usize, aRow: usize, aStep: usize;
      if (form == FORM_TN) {
        block = a + <usize>k0 * rowA + (<usize>i << 2); aQuad = 16; aRow = 4; aStep = rowA;
        if (kc >= PACK_LEFT_K) {
          packLeft(block, rowA, left, kc, rows);
          block = left; aQuad = <usize>kc << 4; aStep = 16;
        }
      } else {
        block = a + <usize>i * rowA + (<usize>k0 << 2); aQuad = rowA << 2; aRow = rowA; aStep = 4;
      }
      let to = c + <usize>i * rowC;
      for (let j = 0; j < n; ) {
        let cols = min(16, n - j);
        const width = (cols + 3) & ~3;
        let panel = scratch, bStep = <usize>width << 2;
        if (form == FORM_NT) packRows(b + <usize>j * rowB + (<usize>k0 << 2), rowB, panel, kc, cols, width);
        else {
          const from = b + <usize>k0 * rowB + (<usize>j << 2);
          if (cols != width || pack) packColumns(from, rowB, panel, kc, cols, width);
          else {
            panel = from; bStep = rowB;
            if (rows == 1 && n - j >= 24) cols = 24;
          }
        }
        if (cols > 16) row24(block, aStep, panel, bStep, to, kc, add);
        else if (width == 16) panel16(block, aQuad, aRow, aStep, panel, bStep, to, rowC, rows, cols, kc, add);
        else if (width == 12) panel12(block, aQuad, aRow, aStep, panel, bStep, to, rowC, rows, cols, kc, add);
        else if (width == 8) panel8(block, aQuad, aRow, aStep, panel, bStep, to, rowC, rows, cols, kc, add);
        else panel4(block, aQuad, aRow, aStep, panel, bStep, to, rowC, rows, cols, kc, add);
        if (k0 + kc >= k) finish(to, rowC, rows, cols, bias ? bias + (<usize>j << 2) : 0, activation);
        to += <usize>cols << 2;
        j += cols;
      }
    }
    add = true;
    k0 += kc;
  } while (k0 < k);
}

/** Dot products along k. When `narrow`, columns of C take the part of rows, and form NN turns B first. */
function dots(
  form: i32, narrow: bool, a: usize, rowA: usize, b: usize, rowB: usize, c: usize, rowC: usize, scratch: usize,
  m: i32, n: i32, k: i32, add: bool,
): void {
  const blockK = blockOf(k, DOT_BLOCK_K);
  let k0 = 0;
  do {
    const kc = min(blockK, k - k0);
    const ak = a + (<usize>k0 << 2);
    if (!narrow) dotBlock(ak, rowA, b + (<usize>k0 << 2), rowB, c, rowC, 4, m, n, kc, add);
    else if (form == FORM_NT) dotBlock(b + (<usize>k0 << 2), rowB, ak, rowA, c, 4, rowC, n, m, kc, add);
    else {
      packTransposed(b + <usize>k0 * rowB, rowB, scratch, kc, n);
      dotBlock(scratch, <usize>kc << 2, ak, rowA, c, 4, rowC, n, m, kc, add);
    }
    add = true;
    k0 += kc;
  } while (k0 < k);
}

/** Few columns in form TN: Cᵀ = Bᵀ·A in rows of 16, which are then laid down the columns of C. */
function narrowTN(
  a: usize, rowA: usize, b: usize, rowB: usize, c: usize, rowC: usize, scratch: usize, m: i32, n: i32, k: i32, add: bool,
): void {
  const tile = scratch + 64 * BLOCK_K;
  const blockK = blockOf(k, BLOCK_K);
  let k0 = 0;
  do {
    const kc = min(blockK, k - k0);
    let to = c;
    for (let i = 0; i < m; i += 16) {
      const rows = min(16, m - i);
      let panel = a + <usize>k0 * rowA + (<usize>i << 2), step = rowA;
      if (rows < 16) {
        packColumns(panel, rowA, scratch, kc, rows, 16);
        panel = scratch; step = 64;
      }
      panel16(b + <usize>k0 * rowB, 0, 4, rowB, panel, step, tile, 64, n, 16, kc, false);
      for (let r = 0; r < rows; ++r) {
        for (let j = 0; j < n; ++j) {
          const p = to + (<usize>j << 2);
          const v = load<f32>(tile + (<usize>j << 6) + (<usize>r << 2));
          store<f32>(p, add ? load<f32>(p) + v : v);
        }
        to += rowC;
      }
    }
    add = true;
    k0 += kc;
  } while (k0 < k);
}
