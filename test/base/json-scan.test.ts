import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scanJSON } from '../../src/base/json-scan.ts';

test.each([
  ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}', undefined, 3],
  ['{"a":1,"a":1}', 'a', 1],
  ['{"a":1,"\\u0061":1}', 'a', 1],
  ['[{"x":"a","y":"a"},["a","a"]]', undefined, 2],
  ['{"a":{"b":{"c":1,"c":2}},"a":3}', 'c', 3],
  ['{"\\\\":1,"\\"":2,"\\\\\\"":3,"":4}', undefined, 1],
  ['{"\\\\":1,"x":"\\\\","\\\\":2}', '\\', 1],
  ['{"{":"}","[":",","b":1,"b":2}', 'b', 1],
  ['{ "a" : 1 ,\n "b" : [ ] , "a" : 2 }', 'a', 2],
  ['"text"', undefined, 0],
  ['{"__proto__":1,"constructor":2,"__proto__":3}', '__proto__', 1],
])('%s', (text, duplicate, depth) => {
  JSON.parse(text);
  expect(scanJSON(text)).toEqual({ duplicate, depth });
});

test('JSON of any value has no key twice, and the depth of its nesting', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, space) => {
      expect(scanJSON(JSON.stringify(value, null, space))).toEqual({ duplicate: undefined, depth: depthOf(value) });
    }),
  );
});

test('is quick and flat on texts that are large and deep', () => {
  const deep = 200_000;
  expect(scanJSON('['.repeat(deep) + ']'.repeat(deep)).depth).toBe(deep);
  expect(scanJSON(`{"a":"${'\\\\'.repeat(deep)}","a":1}`).duplicate).toBe('a');
});
