/** @file docs/support.md: every public name has a check, and the page says so truthfully. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inventory, supportPage } from './support/inventory.ts';

test.each(inventory().map((room) => [room.title, room] as const))('%s: every name is checked', (_, { entries }) => {
  expect(entries.length).toBeGreaterThan(0);
  const unchecked = entries.filter(({ engine, golden, files }) => !engine && golden === 0 && files.length === 0);
  expect(unchecked.map(({ name }) => name)).toEqual([]);
});

test('the page is up to date (npm run support writes it)', () => {
  expect(readFileSync(new URL('../docs/support.md', import.meta.url), 'utf8')).toBe(supportPage());
});
