/**
 * @file FarmHash's Fingerprint64 of a text's UTF-8 bytes (G. Pike, Google 2014): the hash by which TensorFlow, and so Keras, spreads
 * strings that are in no vocabulary over several indices. 64-bit words are BigInts, which is slow but only such strings come here.
 */

const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;

const word = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, by: bigint): bigint => word((value >> by) | (value << (64n - by)));
const shiftMix = (value: bigint): bigint => value ^ (value >> 47n);

function hash16(u: bigint, v: bigint, factor: bigint): bigint {
  const a = shiftMix(word((u ^ v) * factor));
  return word(shiftMix(word((v ^ a) * factor)) * factor);
}

/** Two words of state mixed with the 32 bytes at `at`. */
function mix32(bytes: DataView, at: number, a: bigint, b: bigint): [bigint, bigint] {
  const [w, x, y, z] = [0, 8, 16, 24].map((offset) => bytes.getBigUint64(at + offset, true)) as [bigint, bigint, bigint, bigint];
  const first = word(a + w);
  const middle = word(first + x + y);
  return [word(middle + z), word(rotate(word(b + first + z), 21n) + rotate(middle, 44n) + first)];
}

function short(bytes: DataView, length: number): bigint {
  const factor = word(k2 + 2n * BigInt(length));
  if (length >= 8) {
    const a = word(bytes.getBigUint64(0, true) + k2);
    const b = bytes.getBigUint64(length - 8, true);
    return hash16(word(rotate(b, 37n) * factor + a), word((rotate(a, 25n) + b) * factor), factor);
  }
  if (length >= 4) {
    const a = BigInt(bytes.getUint32(0, true));
    return hash16(BigInt(length) + (a << 3n), BigInt(bytes.getUint32(length - 4, true)), factor);
  }
  if (length === 0) return k2;
  const y = BigInt(bytes.getUint8(0) + (bytes.getUint8(length >> 1) << 8));
  const z = BigInt(length + (bytes.getUint8(length - 1) << 2));
  return word(shiftMix(word(y * k2) ^ word(z * k0)) * k2);
}

function middling(bytes: DataView, length: number): bigint {
  const at = (offset: number): bigint => bytes.getBigUint64(offset < 0 ? length + offset : offset, true);
  const factor = word(k2 + 2n * BigInt(length));
  const isLong = length > 32;
  const a = word(at(0) * (isLong ? k2 : k1));
  const b = at(8);
  const c = word(at(-8) * factor);
  const d = word(at(-16) * k2);
  const y = word(rotate(word(a + b), 43n) + rotate(c, 30n) + d);
  const z = hash16(y, word(a + rotate(word(b + k2), 18n) + c), factor);
  if (!isLong) return z;
  const e = word(at(16) * factor);
  const f = at(24);
  const g = word((y + at(-32)) * factor);
  const h = word((z + at(-24)) * factor);
  return hash16(word(rotate(word(e + f), 43n) + rotate(g, 30n) + h), word(e + rotate(word(f + a), 18n) + g), factor);
}

function long(bytes: DataView, length: number): bigint {
  const at = (offset: number): bigint => bytes.getBigUint64(offset, true);
  let x = word(81n * k2 + at(0));
  let y = word(81n * k1 + 113n);
  let z = word(shiftMix(word(y * k2 + 113n)) * k2);
  let [v0, v1, w0, w1] = [0n, 0n, 0n, 0n];
  const round = (s: number, factor: bigint, weight: bigint): void => {
    x = word(rotate(word(x + y + v0 + at(s + 8)), 37n) * factor);
    y = word(rotate(word(y + v1 + at(s + 48)), 42n) * factor);
    x ^= word(w1 * weight);
    y = word(y + v0 * weight + at(s + 40));
    z = word(rotate(word(z + w0), 33n) * factor);
    [v0, v1] = mix32(bytes, s, word(v1 * factor), word(x + w0));
    [w0, w1] = mix32(bytes, s + 32, word(z + w1), word(y + at(s + 16)));
    [z, x] = [x, z];
  };
  const blocks = Math.floor((length - 1) / 64);
  for (let block = 0; block < blocks; block++) round(64 * block, k1, 1n);
  const factor = word(k1 + ((z & 0xffn) << 1n));
  w0 = word(w0 + BigInt((length - 1) % 64));
  v0 = word(v0 + w0);
  w0 = word(w0 + v0);
  round(length - 64, factor, 9n);
  return hash16(word(hash16(v0, w0, factor) + shiftMix(y) * k0 + z), word(hash16(v1, w1, factor) + x), factor);
}

/** Fingerprint64 of the text's UTF-8 bytes. */
export function fingerprint(text: string): bigint {
  const encoded = new TextEncoder().encode(text);
  const bytes = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  if (encoded.length <= 16) return short(bytes, encoded.length);
  return encoded.length <= 64 ? middling(bytes, encoded.length) : long(bytes, encoded.length);
}
