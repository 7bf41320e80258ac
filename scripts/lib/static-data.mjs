/** @file Whether a WebAssembly module writes static data into memory when it is instantiated. */

const DATA_SECTION = 11;

/** True if the module has a data section with at least one segment. */
export function hasStaticData(bytes) {
  let at = 8;
  const readSize = () => {
    let size = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      size += (byte & 127) * factor;
      if (byte < 128) return size;
    }
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const size = readSize();
    if (id === DATA_SECTION && bytes[at] !== 0) return true;
    at += size;
  }
  return false;
}
