/** @file As much of Protocol Buffers' wire format as event files need: writing, field after field. */

const encoder = new TextEncoder();

/** Bytes one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** An integer in groups of seven bits, the lowest first. Negative ones take ten bytes. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function littleEndian(size: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  write(new DataView(bytes.buffer));
  return bytes;
}

const variableSize = 0;
const eightBytes = 1;
const withLength = 2;

/** A message under construction. Fields are written in the order of the calls. */
export class Message {
  readonly #parts: Uint8Array[] = [];

  #add(field: number, wireType: number, ...parts: Uint8Array[]): this {
    this.#parts.push(varint(field * 8 + wireType), ...parts);
    return this;
  }

  /** An integer, an enumeration or a boolean. Zero is what a missing one means, and is left out. */
  int(field: number, value: number): this {
    return value === 0 ? this : this.#add(field, variableSize, varint(value));
  }

  double(field: number, value: number): this {
    return this.#add(
      field,
      eightBytes,
      littleEndian(8, (view) => view.setFloat64(0, value, true)),
    );
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#add(field, withLength, varint(value.length), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.finish());
  }

  /** A list of floats. */
  floats(field: number, values: readonly number[]): this {
    const write = (view: DataView): void => {
      for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
    };
    return this.bytes(field, littleEndian(4 * values.length, write));
  }

  /** A list of doubles. */
  doubles(field: number, values: readonly number[]): this {
    const write = (view: DataView): void => {
      for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
    };
    return this.bytes(field, littleEndian(8 * values.length, write));
  }

  /** The bytes of the message. */
  finish(): Uint8Array {
    return joined(this.#parts);
  }
}
