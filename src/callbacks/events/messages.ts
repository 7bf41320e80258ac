/**
 * @file What event files say, as TensorBoard reads it: scalars, histograms, the graph. Field numbers are those of TensorBoard's
 * `event.proto`, `summary.proto`, `tensor.proto`, `histogram` and `scalar` plugins.
 */

import { Message } from './protobuf.ts';

const float = 1;
const double = 2;
const string = 7;

/** When something happened, in seconds since 1970, and at which step. */
export interface Moment {
  readonly time: number;
  readonly step: number;
}

function event({ time, step }: Moment): Message {
  return new Message().double(1, time).int(2, step);
}

/** What a file begins with. */
export function versionEvent(time: number): Message {
  return event({ time, step: 0 }).text(3, 'brain.Event:2');
}

/** Says that a run goes on from a step: what was told of it and later ones before does not count. */
export function sessionEvent(moment: Moment): Message {
  return event(moment).message(7, new Message().int(1, 1));
}

/** The graph that TensorBoard's graph tab draws, see {@link graphDef}. */
export function graphEvent(time: number, graph: Message): Message {
  return event({ time, step: 0 }).message(4, graph);
}

function summaryEvent(moment: Moment, tag: string, tensor: Message, plugin: Message, dataClass = 0): Message {
  const metadata = new Message().message(1, plugin).int(4, dataClass);
  const value = new Message().text(1, tag).message(8, tensor).message(9, metadata);
  return event(moment).message(5, new Message().message(1, value));
}

/** One number. */
export function scalarEvent(moment: Moment, tag: string, value: number): Message {
  return summaryEvent(moment, tag, new Message().int(1, float).floats(5, [value]), new Message().text(1, 'scalars'));
}

/** A text that a plugin of TensorBoard reads. */
export function textEvent(moment: Moment, tag: string, plugin: string, content: string, text: string): Message {
  const tensor = new Message().int(1, string).text(8, text);
  return summaryEvent(moment, tag, tensor, new Message().text(1, plugin).bytes(2, new TextEncoder().encode(content)));
}

/** A histogram, see {@link bucketsOf}. */
export function histogramEvent(moment: Moment, tag: string, buckets: readonly (readonly [number, number, number])[]): Message {
  const shape = new Message().message(2, new Message().int(1, buckets.length)).message(2, new Message().int(1, 3));
  const tensor = new Message().int(1, double).message(2, shape).doubles(6, buckets.flat());
  return summaryEvent(moment, tag, tensor, new Message().text(1, 'histograms'), 2);
}

/** How many values lie between two bounds. */
export type Bucket = [left: number, right: number, count: number];

/**
 * A histogram of equally wide buckets from the least value to the greatest. Values that are not finite are left out. Where all are equal
 * the last bucket holds them all; where there are none all buckets are zero.
 */
export function bucketsOf(values: ArrayLike<number>, count = 30): Bucket[] {
  let [least, greatest, total] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    total++;
  }
  if (total === 0) return Array.from({ length: count }, () => [0, 0, 0]);
  if (least === greatest) return Array.from({ length: count }, (_, i) => [least, least, i === count - 1 ? total : 0]);
  const width = (greatest - least) / count;
  const edge = (i: number): number => (i === count ? greatest : least + i * width);
  const buckets = Array.from({ length: count }, (_, i): Bucket => [edge(i), edge(i + 1), 0]);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) buckets[Math.min(Math.floor((value - least) / width), count - 1)]![2]++;
  }
  return buckets;
}
