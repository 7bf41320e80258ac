import { expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../src/base/base64.ts';

test('bytes come back from base64, whatever their number', () => {
  for (const length of [0, 1, 2, 3, 4, 8191, 8192, 8193, 20000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) % 256);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  }
  expect(toBase64(Uint8Array.of(77, 121, 101, 108, 105, 110, 255))).toBe('TXllbGlu/w==');
});

test('what is no base64 gives nothing', () => {
  for (const text of ['A', 'AAA', 'AA=A', 'AA-A', 'AAA\n', '====', 'ä===']) expect(fromBase64(text)).toBeUndefined();
});
