/** @file What the build scripts look for in the bytes of a WebAssembly module. */

const IMPORT_SECTION = 2;
const DATA_SECTION = 11;
const MEMORY_KIND = 2;

/** Reads a module from some place on. */
class Cursor {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned LEB128 number. */
  size() {
    let size = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      size += (byte & 127) * factor;
      if (byte < 128) return size;
    }
  }

  skip(count) {
    this.at += count;
  }
}

/** Where the content of a section begins; undefined when there is none. */
function sectionAt(bytes, wanted) {
  const cursor = new Cursor(bytes, 8);
  while (cursor.at < bytes.length) {
    const id = cursor.byte();
    const size = cursor.size();
    if (id === wanted) return cursor.at;
    cursor.skip(size);
  }
  return undefined;
}

/** True if the module has a data section with at least one segment: it would write into memory when it is instantiated. */
export function hasStaticData(bytes) {
  const at = sectionAt(bytes, DATA_SECTION);
  return at !== undefined && bytes[at] !== 0;
}

/**
 * Where the byte stands that says of the imported memory that it is shared and has a maximum (3). The same code runs on plain memory when
 * that byte is 1 instead: atomic instructions are allowed there, too.
 */
export function memoryFlagAt(bytes) {
  const cursor = new Cursor(bytes, sectionAt(bytes, IMPORT_SECTION));
  for (let left = cursor.size(); left > 0; left--) {
    for (let name = 0; name < 2; name++) cursor.skip(cursor.size());
    const kind = cursor.byte();
    if (kind === MEMORY_KIND) {
      if (bytes[cursor.at] !== 3) throw new Error(`the memory has flags ${bytes[cursor.at]}, not those of a shared one`);
      return cursor.at;
    }
    if (kind !== 0) throw new Error(`an import of kind ${kind} stands before the memory`);
    cursor.size();
  }
  throw new Error('the module imports no memory');
}

/** The module for plain memory. */
export function onPlainMemory(bytes) {
  const plain = Buffer.from(bytes);
  plain[memoryFlagAt(bytes)] = 1;
  return plain;
}
