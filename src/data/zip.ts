/** @file ZIP archives: members read (stored or deflated, ZIP64 too) and written. */

import { describe, fail } from '../base/fail.ts';
import { checkClaim, joined, pack, unpack, viewOf } from './bytes.ts';
import { crc32 } from './crc32.ts';

/** A member as the directory of the archive describes it. */
interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

const damaged = 'the file is cut off or damaged.';
const [localMark, entryMark, endMark, end64Mark, locatorMark] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50];

/** A number of 8 bytes; refuses those that cannot be a place in a file. */
function long(where: string, view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  return Number.isSafeInteger(value) ? value : fail(where, 'sizes below 2^53', String(value), damaged);
}

/** Where the directory lies, and how many entries it has. */
function findDirectory(where: string, view: DataView): { offset: number; count: number; stop: number } {
  const size = view.byteLength;
  let at = size - 22;
  // A comment of up to 65535 bytes may stand behind the end mark.
  while (at >= 0 && at >= size - 22 - 65535 && view.getUint32(at, true) !== endMark) at--;
  if (at < 0 || view.getUint32(at, true) !== endMark) fail(where, 'a ZIP archive', `${size} bytes without its end mark`, damaged);
  let [offset, count, stop] = [view.getUint32(at + 16, true), view.getUint16(at + 10, true), at];
  if (offset === 0xffffffff || count === 0xffff) {
    if (at < 20 || view.getUint32(at - 20, true) !== locatorMark) fail(where, 'a ZIP64 locator', 'none', damaged);
    const at64 = long(where, view, at - 12);
    if (at64 > size - 56 || view.getUint32(at64, true) !== end64Mark) fail(where, 'a ZIP64 end mark', 'none', damaged);
    [offset, count, stop] = [long(where, view, at64 + 48), long(where, view, at64 + 32), at64];
  }
  // Every entry takes at least 46 bytes.
  if (offset > stop || count * 46 > stop - offset)
    fail(where, 'a directory inside of the file', `${count} entries at ${offset}`, damaged);
  return { offset, count, stop };
}

/** Sizes that did not fit into 4 bytes stand in a field of their own, in this order, those that did fit left out. */
function extended(where: string, view: DataView, start: number, stop: number, values: readonly number[]): number[] {
  if (!values.includes(0xffffffff)) return [...values];
  for (let at = start; at + 4 <= stop; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    const fieldEnd = Math.min(stop, next + view.getUint16(at + 2, true));
    return values.map((value) => {
      if (value !== 0xffffffff) return value;
      if (next + 8 > fieldEnd) fail(where, 'a whole ZIP64 field', 'a part of one', damaged);
      next += 8;
      return long(where, view, next - 8);
    });
  }
  return fail(where, 'a ZIP64 field', 'none', damaged);
}

function readDirectory(where: string, bytes: Uint8Array): Entry[] {
  const view = viewOf(bytes);
  const { offset, count, stop } = findDirectory(where, view);
  const entries: Entry[] = [];
  let at = offset;
  for (let i = 0; i < count; i++) {
    if (at + 46 > stop || view.getUint32(at, true) !== entryMark)
      fail(where, `entry ${i} of ${count} in the directory`, 'something else', damaged);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) => view.getUint16(at + place, true)) as [
      number,
      number,
      number,
    ];
    const extra = at + 46 + nameLength;
    const next = extra + extraLength + commentLength;
    if (next > stop) fail(where, `the name of entry ${i} inside of the directory`, 'its end before', damaged);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, extra));
    if (view.getUint16(at + 8, true) & 1) fail(where, 'members that are not encrypted', describe(name));
    const sizes = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    const [size, packed, place] = extended(where, view, extra, extra + extraLength, sizes) as [number, number, number];
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed,
      size,
      offset: place,
    });
    at = next;
  }
  return entries;
}

/** Where the packed bytes of every entry lie; refuses those that share bytes, a way to make a small file unpack to a huge one. */
function locate(where: string, bytes: Uint8Array, entries: readonly Entry[]): Uint8Array[] {
  const view = viewOf(bytes);
  const places = entries.map(({ name, offset, packed }) => {
    if (offset + 30 > bytes.length || view.getUint32(offset, true) !== localMark)
      fail(where, `member ${describe(name)} at ${offset}`, 'something else', damaged);
    const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
    if (start + packed > bytes.length)
      fail(where, `${packed} bytes of member ${describe(name)}`, `${Math.max(0, bytes.length - start)}`, damaged);
    return { offset, start, stop: start + packed };
  });
  const sorted = [...places].sort((a, b) => a.offset - b.offset);
  sorted.forEach((place, i) => {
    const next = sorted[i + 1];
    if (next && next.offset < place.stop)
      fail(where, 'members that do not overlap', `two at ${place.offset} and ${next.offset}`, damaged);
  });
  return places.map(({ start, stop }) => bytes.subarray(start, stop));
}

/**
 * The members of an archive by name, unpacked and checked against their checksums.
 *
 * @param accept which members to read
 */
export async function readZip(
  where: string,
  bytes: Uint8Array,
  accept: (name: string) => boolean,
): Promise<Map<string, Uint8Array>> {
  const entries = readDirectory(where, bytes).filter(({ name }) => accept(name));
  const packed = locate(where, bytes, entries);
  const members = new Map<string, Uint8Array>();
  for (const [i, entry] of entries.entries()) {
    const { name, method, size } = entry;
    const source = packed[i]!;
    if (members.has(name)) fail(where, 'members of different names', `two of ${describe(name)}`);
    if (method !== 0 && method !== 8) fail(where, 'members stored or deflated', `method ${method} of ${describe(name)}`);
    checkClaim(where, source.length, size);
    const data = method === 0 ? source : await unpack(where, source, 'deflate-raw', size);
    if (data.length !== size) fail(where, `${size} bytes in ${describe(name)}`, `${data.length}`, damaged);
    if (crc32(data) !== entry.crc) fail(where, `checksum ${entry.crc} of ${describe(name)}`, `${crc32(data)}`, damaged);
    members.set(name, data);
  }
  return members;
}

/** 1 January 1980, the first day that ZIP knows: equal members make equal archives. */
const date = 0x21;

/** An archive of members by name. */
export async function writeZip(
  where: string,
  members: ReadonlyMap<string, Uint8Array>,
  isPacked: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const [pieces, directory]: [Uint8Array[], Uint8Array[]] = [[], []];
  let offset = 0;
  for (const [name, data] of members) {
    const label = new TextEncoder().encode(name);
    const body = isPacked ? await pack(data) : data;
    if (label.length > 0xffff || data.length + offset > 0xfffffffe)
      fail(where, 'an archive below 4 GB', `more at ${describe(name)}`);
    const header = new Uint8Array(46);
    const view = viewOf(header);
    view.setUint32(0, entryMark, true);
    for (const [place, value] of [
      [4, 20],
      [6, 20],
      [8, 0x800],
      [10, isPacked ? 8 : 0],
      [14, date],
      [28, label.length],
    ] as const)
      view.setUint16(place, value, true);
    for (const [place, value] of [
      [16, crc32(data)],
      [20, body.length],
      [24, data.length],
      [42, offset],
    ] as const)
      view.setUint32(place, value, true);
    const local = new Uint8Array(30);
    viewOf(local).setUint32(0, localMark, true);
    // From the version on, both headers hold the same up to the length of the extra field.
    local.set(header.subarray(6, 32), 4);
    pieces.push(local, label, body);
    directory.push(header, label);
    offset += local.length + label.length + body.length;
  }
  const list = joined(directory);
  const last = new Uint8Array(22);
  const view = viewOf(last);
  view.setUint32(0, endMark, true);
  for (const place of [8, 10]) view.setUint16(place, members.size, true);
  view.setUint32(12, list.length, true);
  view.setUint32(16, offset, true);
  return joined([...pieces, list, last]);
}
