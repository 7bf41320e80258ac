/**
 * @file Orders of samples that can be fetched by number. Shuffling such samples moves numbers alone; each sample is copied once, into its
 * batch.
 */

import type { Key } from '../base/seed.ts';
import { RandomStream } from './random-stream.ts';

/** Numbers of samples, each once, one batch after the other. */
export interface Order {
  /** Puts the next numbers into `target` and says how many there are: fewer than it holds only at the end. */
  fill(target: Int32Array): number;
}

/** How samples are gone through, pass by pass. */
export interface OrderPlan {
  readonly size: number;
  /** The least number there may be. */
  readonly start: number;
  /**
   * How many numbers may be passed over at a time, to come later: 0 when they come in ascending order, without gaps. So many samples
   * somebody who reads in ascending order has to keep.
   */
  readonly window: number;
  open(pass: number): Order;
}

/** From `start` up to, not including, `stop`, in ascending order. */
export function ascending(start: number, stop: number): OrderPlan {
  const open = (): Order => {
    let next = start;
    return {
      fill(target) {
        const count = Math.min(target.length, stop - next);
        for (let i = 0; i < count; i++) target[i] = next++;
        return count;
      },
    };
  };
  return { size: stop - start, start, window: 0, open };
}

/** The first `count` of an order. */
export function limited(plan: OrderPlan, count: number): OrderPlan {
  const size = Math.min(count, plan.size);
  const open = (pass: number): Order => {
    const order = plan.open(pass);
    let left = size;
    return {
      fill(target) {
        const filled = order.fill(target.length > left ? target.subarray(0, left) : target);
        left -= filled;
        return filled;
      },
    };
  };
  return { ...plan, size, open };
}

/** What follows after the first `count` of an ascending order. */
export function without(plan: OrderPlan, count: number): OrderPlan {
  const skipped = Math.min(count, plan.size);
  const open = (pass: number): Order => {
    const order = plan.open(pass);
    const dropped = new Int32Array(Math.min(skipped, 4096));
    for (let left = skipped; left > 0; left -= dropped.length) order.fill(dropped.subarray(0, Math.min(left, dropped.length)));
    return order;
  };
  return { ...plan, size: plan.size - skipped, start: plan.start + skipped, open };
}

/** Swaps the element at `i` with a random one of those up to it: a step of Fisher and Yates's shuffle. */
function settle(numbers: Int32Array, i: number, random: RandomStream): void {
  const j = random.below(i + 1);
  const held = numbers[i]!;
  numbers[i] = numbers[j]!;
  numbers[j] = held;
}

/**
 * An order shuffled through a buffer of `bufferSize` numbers: each is a random one of those in the buffer, and the next takes its place. A
 * buffer for all of them makes every order equally likely.
 */
export function shuffled(plan: OrderPlan, bufferSize: number, key: Key, reshuffle: boolean): OrderPlan {
  const room = Math.min(bufferSize, plan.size);
  const open = (pass: number): Order => {
    const random = new RandomStream(key, reshuffle ? pass : 0);
    const order = plan.open(pass);
    const buffer = new Int32Array(room);
    let held = order.fill(buffer);
    const next = new Int32Array(1);
    let isMore = held === room;
    return {
      fill(target) {
        let count = 0;
        for (; count < target.length && held > 0; count++) {
          settle(buffer, held - 1, random);
          target[count] = buffer[held - 1]!;
          if (isMore && order.fill(next) === 1) buffer[held - 1] = next[0]!;
          else {
            isMore = false;
            held--;
          }
        }
        return count;
      },
    };
  };
  return { ...plan, window: plan.window + room, open };
}
