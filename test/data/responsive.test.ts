/** @file A pipeline whose steps take long lets its host have its turn in between, and gives the same elements. */

import { describe, expect, test } from 'vitest';
import { Dataset } from '../../src/data/dataset.ts';

/** Takes a millisecond of the processor. */
function slow<T>(value: T): T {
  const end = performance.now() + 1;
  while (performance.now() < end);
  return value;
}

async function turnsDuring(run: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const timer = setInterval(() => {
    turns++;
  }, 1);
  await run();
  clearInterval(timer);
  return turns;
}

describe('a pipeline of slow functions', () => {
  test.each<[string, (data: Dataset<number>) => Dataset<number | unknown>]>([
    ['filling the buffer of a shuffle', (data) => data.map(slow).shuffle(200, { seed: 1 })],
    ['looking for what a filter wants', (data) => data.map(slow).filter((value) => value === 199)],
    ['filling a batch', (data) => data.map(slow).batch(200)],
  ])('%s does not hold its host up', async (_, make) => {
    const data = make(Dataset.range(200));
    let first: unknown;
    const turns = await turnsDuring(async () => {
      first = await data.open(0).next();
    });
    expect(turns).toBeGreaterThan(2);
    const quick = make(Dataset.range(200));
    expect(first).toEqual(await quick.open(0).next());
  });

  test('gives its elements in the same order as a quick one', async () => {
    const slowly = await Dataset.range(60).map(slow).shuffle(40, { seed: 2 }).batch(7).toArray();
    expect(slowly).toEqual(await Dataset.range(60).shuffle(40, { seed: 2 }).batch(7).toArray());
  });
});
