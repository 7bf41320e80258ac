/** @file Event files: records with checksums, gathered and added to a file from time to time. */

import { files, hostModule } from '../../base/files.ts';
import { maskedCrc32c } from './crc32c.ts';
import { versionEvent } from './messages.ts';
import { joined, type Message } from './protobuf.ts';

/** What takes the bytes of files where there are none, as in a browser. */
export interface EventSink {
  /** Adds to the end of the file of this name. */
  append(path: string, bytes: Uint8Array): void | Promise<void>;
}

/** Bytes that are gathered before they are written, unless somebody asks for them earlier. */
const gathered = 1 << 18;

/** A record: length, checksum of the length, data, checksum of the data. */
export function recordOf(data: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(12));
  head.setBigUint64(0, BigInt(data.length), true);
  head.setUint32(8, maskedCrc32c(new Uint8Array(head.buffer, 0, 8)), true);
  const tail = new DataView(new ArrayBuffer(4));
  tail.setUint32(0, maskedCrc32c(data), true);
  return joined([new Uint8Array(head.buffer), data, new Uint8Array(tail.buffer)]);
}

let made = 0;

/** `events.out.tfevents.<seconds>.<host>.<process>.<number>.v2`: no two are the same, and a later one sorts behind an earlier one. */
function fileName(time: number): string {
  const seconds = String(Math.floor(time)).padStart(10, '0');
  const host = hostModule<{ hostname(): string }>('node:os')?.hostname() || 'browser';
  const { pid = 0 } = (globalThis as { process?: { pid?: number } }).process ?? {};
  return `events.out.tfevents.${seconds}.${host.replace(/[^\w.-]/g, '_')}.${pid}.${made++}.v2`;
}

/** Writes one event file. */
export class EventFile {
  /** Where it is. */
  readonly path: string;
  readonly #sink: EventSink;
  #pending: Uint8Array[] = [];
  #size = 0;

  /** @param sink default: the host's files */
  constructor(where: string, folder: string, sink: EventSink | undefined, time: number) {
    this.path = `${folder}/${fileName(time)}`;
    this.#sink = sink ?? files(where);
    this.add(versionEvent(time));
  }

  /** Takes in an event. */
  add(event: Message): void {
    const record = recordOf(event.finish());
    this.#pending.push(record);
    this.#size += record.length;
  }

  /** Whether it is time to write what was gathered. */
  get isFull(): boolean {
    return this.#size > gathered;
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    if (this.#size === 0) return;
    const bytes = joined(this.#pending);
    this.#pending = [];
    this.#size = 0;
    await this.#sink.append(this.path, bytes);
  }
}
