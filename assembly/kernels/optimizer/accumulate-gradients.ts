/** @file Sums of gradients over several steps; and the names of the numbers and norms of a step (lib/segment-extras.ts). */
import {
  EXTRAS_PIECE, NORM_CLIP_ALL, NORM_CLIP_EACH, NORM_DIVIDE_ALL, NORM_DIVIDE_EACH, NORM_TRUST, NUMBER_BOUND, NUMBER_CLIP,
  NUMBER_DECAY, NUMBER_FACTOR, NUMBER_KEEP, NUMBER_OVERWRITE, NUMBER_PAUSE, NUMBER_SLOW_SHARE, NUMBER_SLOW_START, NUMBER_TAKE,
} from '../../lib/segment-extras';
import { updateSegments } from '../../lib/segments';

/** Floats of scratch memory that an update with extras needs for each thread. */
export const UPDATE_SCRATCH_PER_THREAD: i32 = EXTRAS_PIECE;

/** Where the numbers of a step stand. */
export const STEP_PAUSE: i32 = NUMBER_PAUSE;
export const STEP_DECAY: i32 = NUMBER_DECAY;
export const STEP_FACTOR: i32 = NUMBER_FACTOR;
export const STEP_CLIP: i32 = NUMBER_CLIP;
export const STEP_BOUND: i32 = NUMBER_BOUND;
export const STEP_KEEP: i32 = NUMBER_KEEP;
export const STEP_TAKE: i32 = NUMBER_TAKE;
export const STEP_OVERWRITE: i32 = NUMBER_OVERWRITE;
export const STEP_SLOW_START: i32 = NUMBER_SLOW_START;
export const STEP_SLOW_SHARE: i32 = NUMBER_SLOW_SHARE;
/** How many there are. */
export const STEP_NUMBERS: i32 = NUMBER_SLOW_SHARE + 1;

/** Kinds of norms. */
export const NORM_OF_EACH_BOUNDED: i32 = NORM_CLIP_EACH;
export const NORM_OF_ALL_BOUNDED: i32 = NORM_CLIP_ALL;
export const NORM_OF_EACH_DIVIDES: i32 = NORM_DIVIDE_EACH;
export const NORM_OF_ALL_DIVIDES: i32 = NORM_DIVIDE_ALL;
export const NORM_RATIO: i32 = NORM_TRUST;

/** w is a sum of gradients. */
@unmanaged
class Accumulate {
  @inline slots(): i32 { return 0; }
  @inline hypers(): i32 { return 0; }
  @inline step<L>(w: usize, g: usize, s0: usize, s1: usize, s2: usize, h0: v128, h1: v128, h2: v128, h3: v128, h4: v128, scale: v128): void {
    const lanes = changetype<L>(0);
    lanes.store(w, f32x4.add(lanes.load(w), lanes.scaled(g, scale)));
  }
}

/** a += g, where a stands in the table as the weight. No hyper-parameters. */
export function accumulateGradients(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  updateSegments<Accumulate>(table, segments, hyper, extras, scratch, part, parts);
}
