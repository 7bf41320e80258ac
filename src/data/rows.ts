/** @file Samples that can be fetched by number: arrays in memory, columns, and rows of files. Batches of them are copied in one go. */

import { describe, fail, failShape } from '../base/fail.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import { copyRows, samples } from './arrays.ts';
import { pick } from './collate.ts';
import type { Order, OrderPlan } from './order.ts';
import { type Awaitable, type Cursor, end, type Step, whenReady } from './pass.ts';
import { newRoom } from './room.ts';
import { type Batched, isRecord, leavesOf, mapParts, nameOfPart, type Parts } from './structure.ts';

/** Reads rows during one pass. */
export interface RowReader<T> {
  /** The batch of the rows of these numbers, in memory of its own. */
  gather(numbers: Int32Array): Awaitable<Batched<T>>;
  /** The reader will not be used again. */
  close(): Awaitable<void>;
}

/** Samples that can be fetched by number. */
export interface Rows<T> {
  /** Number of samples. */
  readonly count: number;
  /**
   * A reader for one pass, which asks for each number at most once.
   *
   * @param window how many numbers may be passed over at a time, to come later; 0 when all come in ascending order, without gaps
   * @param start the least number that will be asked for
   */
  open(window: number, start: number): RowReader<T>;
}

/** What data for several inputs becomes: tensors in the same form. */
export type TensorsOf<X extends Parts> = X extends Tensor
  ? Tensor
  : X extends readonly Tensor[]
    ? { -readonly [K in keyof X]: Tensor }
    : X extends Readonly<Record<string, TensorLike>>
      ? { [K in keyof X]: Tensor }
      : Tensor;

/** Samples for one input or several, as tensors. */
function tensorsOf(where: string, name: string, value: Parts): unknown {
  if (isRecord(value)) {
    if (Object.keys(value).length === 0) fail(where, `\`${name}\` with at least one entry`, 'an empty record');
    return mapParts(value, name, (part, path) => samples(where, path, part as TensorLike));
  }
  const isList = Array.isArray(value) && value.length > 0 && value.every((one) => one instanceof Tensor);
  if (isList) return mapParts(value, name, (part, path) => samples(where, path, part as Tensor));
  return samples(where, name, value as TensorLike);
}

/** Rows of structures of tensors and lists of texts with a common first axis. */
export function rowsOf<T>(where: string, table: unknown): Rows<T> {
  let count: number | undefined;
  for (const { leaf, path } of leavesOf(table)) {
    const own = leaf instanceof Tensor ? leaf.shape[0]! : (leaf as readonly string[]).length;
    count ??= own;
    if (own !== count)
      failShape(
        where,
        `as many samples in ${nameOfPart(path)} as in the others, ${count}`,
        `${own}`,
        'the first axis counts samples.',
      );
  }
  const gather = (numbers: Int32Array): Batched<T> => {
    const part = (value: unknown): unknown => {
      if (value instanceof Tensor) {
        const room = newRoom(value.dtype, value.shape.slice(1), numbers.length);
        copyRows(value, numbers, room.data);
        return room;
      }
      if (Array.isArray(value) && typeof value[0] === 'string') return Array.from(numbers, (number) => value[number]);
      return mapParts(value as readonly unknown[], '', part);
    };
    return part(table) as Batched<T>;
  };
  return { count: count ?? 0, open: () => ({ gather, close: () => {} }) };
}

/** Rows `[x]`, `[x, y]` or `[x, y, sampleWeight]` of arrays. */
export function rowsOfArrays(where: string, parts: readonly (Parts | undefined)[]): Rows<unknown[]> {
  const names = ['x', 'y', 'sampleWeight'];
  if (parts[2] !== undefined && parts[1] === undefined) fail(where, '`y` beside `sampleWeight`', 'nothing');
  const given = parts.filter((part) => part !== undefined);
  return rowsOf(
    where,
    (given.length > 0 ? given : [undefined]).map((part, i) => tensorsOf(where, names[i]!, part as Parts)),
  );
}

/** A column of a table: numbers, texts, or tensors with the samples along their first axis. */
export type Column = TensorLike | readonly string[];

/** Rows of columns by name: records, or `[record, target]`. */
export function rowsOfColumns(
  where: string,
  columns: Readonly<Record<string, Column>>,
  target: string | undefined,
): Rows<unknown> {
  if (!isRecord(columns)) fail(where, 'columns by name', describe(columns));
  const names = Object.keys(columns);
  if (names.length === 0) fail(where, 'at least one column', 'an empty record');
  const table = mapParts(columns, '', (column, _, name) => {
    const isText = Array.isArray(column) && typeof column[0] === 'string';
    if (!isText) return samples(where, String(name), column as TensorLike);
    const wrong = column.findIndex((value) => typeof value !== 'string');
    if (wrong >= 0) fail(where, `a text at ${String(name)}[${wrong}], as at [0]`, describe(column[wrong]));
    return column;
  }) as Readonly<Record<string, unknown>>;
  if (target === undefined) return rowsOf(where, table);
  if (!Object.hasOwn(table, target))
    fail(where, '`target` to be the name of a column', describe(target), `columns: ${names.join(', ')}.`);
  const { [target]: y, ...x } = table;
  if (names.length === 1) fail(where, 'columns beside the target', 'the target alone');
  return rowsOf(where, [x, y]);
}

/** Rows that are fetched at a time when elements are wanted one by one. */
const blockSize = 32;

/** The batches of an order: all of `batchSize` rows, but for the last. */
export function batchesOf<T>(
  rows: Rows<T>,
  plan: OrderPlan,
  pass: number,
  batchSize: number,
  dropRemainder: boolean,
): Cursor<Batched<T>> {
  const numbers = new Int32Array(Math.min(batchSize, Math.max(1, plan.size)));
  return cursorOf(rows, plan, pass, (reader, order) => {
    const count = order.fill(numbers);
    if (count === 0 || (dropRemainder && count < batchSize)) return end;
    return whenReady(reader.gather(count < numbers.length ? numbers.subarray(0, count) : numbers), (value) => ({
      done: false,
      value,
    }));
  });
}

/** The rows of an order, one by one. */
export function elementsOf<T>(rows: Rows<T>, plan: OrderPlan, pass: number): Cursor<T> {
  const numbers = new Int32Array(blockSize);
  let block: Batched<T> | undefined;
  let [next, count] = [0, 0];
  const take = (): Step<T> => ({ done: false, value: pick(block, next++) as T });
  return cursorOf(rows, plan, pass, (reader, order) => {
    if (next < count) return take();
    [next, count] = [0, order.fill(numbers)];
    if (count === 0) return end;
    return whenReady(reader.gather(numbers.subarray(0, count)), (gathered) => {
      block = gathered;
      return take();
    });
  });
}

/** A cursor that opens its reader when it is first asked. */
function cursorOf<T, S>(
  rows: Rows<T>,
  plan: OrderPlan,
  pass: number,
  next: (reader: RowReader<T>, order: Order) => Awaitable<Step<S>>,
): Cursor<S> {
  let opened: { reader: RowReader<T>; order: Order } | undefined;
  return {
    next: () => {
      opened ??= { reader: rows.open(plan.window, plan.start), order: plan.open(pass) };
      return next(opened.reader, opened.order);
    },
    close: () => opened?.reader.close(),
  };
}
