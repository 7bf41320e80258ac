/** @file California housing (census of 1990): 20,640 districts, their numbers, where they lie, and the median price of a house. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StringLookup, type Tensor, tensor } from 'myelin';
import { dataFolder } from './data-folder.ts';

const source = 'https://raw.githubusercontent.com/ageron/handson-ml2/master/datasets/housing';

/** The columns that are numbers; then follow the price in dollars and the place in words. */
const numberCount = 8;

/** Districts, one row each. */
export interface Districts {
  /** Longitude, latitude, age of the houses, rooms, bedrooms, people, households, income: float32 [count, 8]. */
  readonly numbers: Tensor;
  /** The numbers, then the place as a one-hot row: float32 [count, 13]. */
  readonly features: Tensor;
  /** The place, as an index into `places`: int32 [count]. */
  readonly place: Tensor;
  /** Median price of a house in 100,000 dollars, at most 5: float32 [count, 1]. */
  readonly price: Tensor;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/**
 * The districts, every fifth of them held back for the test.
 *
 * @param folder that has housing.csv; without it the file is downloaded once
 */
export async function loadHousing(folder?: string): Promise<{ train: Districts; test: Districts; places: string[] }> {
  const text = readFileSync(join(await dataFolder('housing', source, ['housing.csv'], folder), 'housing.csv'), 'utf8');
  const [, ...lines] = text.trim().split('\n');
  const cells = lines.map((line) => line.trim().split(','));
  const isTest = (index: number): boolean => index % 5 === 4;

  // 207 districts do not say how many bedrooms there are.
  const bedrooms = 4;
  const known = cells.filter((row, i) => !isTest(i) && row[bedrooms] !== '').map((row) => Number(row[bedrooms]));
  const usual = String(median(known));
  for (const row of cells) row[bedrooms] ||= usual;

  const lookup = new StringLookup({ numOovIndices: 0 });
  lookup.adapt(cells.map((row) => row.at(-1)!));
  const places = lookup.getVocabulary();
  const districts = (rows: string[][]): Districts => {
    const numbers = rows.map((row) => row.slice(0, numberCount).map(Number));
    const place = lookup.transform(rows.map((row) => row.at(-1)!));
    return {
      numbers: tensor(numbers),
      features: tensor(numbers.map((row, i) => [...row, ...places.map((_, j) => Number(place.data[i] === j))])),
      place,
      price: tensor(rows.map((row) => [Number(row[numberCount]) / 100_000])),
    };
  };
  return { train: districts(cells.filter((_, i) => !isTest(i))), test: districts(cells.filter((_, i) => isTest(i))), places };
}
