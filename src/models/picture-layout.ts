/**
 * @file Places for the boxes of a picture: Sugiyama's way, kept simple. Each box lies one row below the lowest of those that lead to it;
 * an arrow over several rows gets a waypoint in each of them; rows are put in order by the mean place of neighbours, sweeping down and
 * up; then everything moves as near to its neighbours as order and distance allow.
 */

/** Something to place: how wide it is. */
interface Sized {
  readonly width: number;
  readonly height: number;
}

/** Where a box lies: its centre. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Places of boxes, and the way of each arrow: its points from box to box, with waypoints in between. */
export interface Layout {
  readonly places: readonly Place[];
  readonly ways: readonly (readonly Place[])[];
  readonly width: number;
  readonly height: number;
}

/** A box or a waypoint. */
interface Item {
  readonly width: number;
  readonly row: number;
  readonly above: Item[];
  readonly below: Item[];
  x: number;
}

const columnGap = 28;
const rowGap = 44;
const waypointWidth = 8;
const sweeps = 12;

/** Row of every box. Boxes are in an order in which arrows point forward. */
function rowsOf(count: number, arrows: readonly (readonly [number, number])[]): number[] {
  const rows = new Array<number>(count).fill(0);
  const byTarget = [...arrows].sort((a, b) => a[1] - b[1]);
  for (const [from, to] of byTarget) rows[to] = Math.max(rows[to]!, rows[from]! + 1);
  // What nothing leads to goes down to where it is used.
  const hasSource = new Set(arrows.map(([, to]) => to));
  const lowest = new Map<number, number>();
  for (const [from, to] of arrows) {
    if (!hasSource.has(from)) lowest.set(from, Math.min(lowest.get(from) ?? Infinity, rows[to]! - 1));
  }
  for (const [box, row] of lowest) rows[box] = row;
  return rows;
}

const mean = (items: readonly Item[]): number => items.reduce((total, { x }) => total + x, 0) / items.length;

/**
 * Moves a row to places nearest to `wanted` (least squares) without changing its order or coming too close: neighbours that would
 * overlap become a block, which lies at the mean of what its members want (pooled adjacent violators).
 */
function settle(row: readonly Item[], wanted: readonly number[]): void {
  const blocks: { first: number; count: number; at: number }[] = [];
  // Offset of each item from the first, packed tightly.
  const offsets: number[] = [];
  row.forEach((item, i) => {
    const before = row[i - 1];
    offsets.push(before ? offsets[i - 1]! + (before.width + item.width) / 2 + columnGap : 0);
    let block = { first: i, count: 1, at: wanted[i]! - offsets[i]! };
    for (let last = blocks.at(-1); last && last.at > block.at; last = blocks.at(-1)) {
      blocks.pop();
      const count = last.count + block.count;
      block = { first: last.first, count, at: (last.at * last.count + block.at * block.count) / count };
    }
    blocks.push(block);
  });
  for (const { first, count, at } of blocks) for (let i = first; i < first + count; i++) row[i]!.x = at + offsets[i]!;
}

/** Places boxes so that arrows, which must point from earlier boxes to later ones, lead down. */
export function layoutOf(boxes: readonly Sized[], arrows: readonly (readonly [number, number])[]): Layout {
  const rowOf = rowsOf(boxes.length, arrows);
  const items = boxes.map(({ width }, i): Item => ({ width, row: rowOf[i]!, above: [], below: [], x: 0 }));
  const rows: Item[][] = [];
  const put = (item: Item): void => {
    while (rows.length <= item.row) rows.push([]);
    rows[item.row]!.push(item);
  };
  for (const item of items) put(item);
  const chains = arrows.map(([from, to]) => {
    const chain = [items[from]!];
    for (let row = rowOf[from]! + 1; row < rowOf[to]!; row++) {
      const waypoint: Item = { width: waypointWidth, row, above: [], below: [], x: 0 };
      put(waypoint);
      chain.push(waypoint);
    }
    chain.push(items[to]!);
    chain.slice(1).forEach((item, i) => {
      item.above.push(chain[i]!);
      chain[i]!.below.push(item);
    });
    return chain;
  });

  const sweep = (isDown: boolean, isSorting: boolean): void => {
    for (const row of isDown ? rows : [...rows].reverse()) {
      const wanted = new Map(
        row.map((item) => {
          const next = isDown ? item.above : item.below;
          return [item, next.length > 0 ? mean(next) : item.x];
        }),
      );
      if (isSorting) row.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
      settle(
        row,
        row.map((item) => wanted.get(item)!),
      );
    }
  };
  for (const row of rows) settle(row, new Array<number>(row.length).fill(0));
  for (let i = 0; i < sweeps; i++) sweep(i % 2 === 0, true);
  for (let i = 0; i < sweeps; i++) sweep(i % 2 === 0, false);

  let [left, right] = [0, 0];
  for (const { x, width } of rows.flat()) {
    left = Math.min(left, x - width / 2);
    right = Math.max(right, x + width / 2);
  }
  const heights = new Array<number>(rows.length).fill(0);
  boxes.forEach(({ height }, i) => {
    heights[rowOf[i]!] = Math.max(heights[rowOf[i]!]!, height);
  });
  const centres: number[] = [];
  let top = 0;
  for (const height of heights) {
    centres.push(top + height / 2);
    top += height + rowGap;
  }
  const placeOf = ({ x, row }: Item): Place => ({ x: x - left, y: centres[row]! });
  return {
    places: items.map(placeOf),
    ways: chains.map((chain) => chain.map(placeOf)),
    width: right - left,
    height: Math.max(0, top - rowGap),
  };
}
