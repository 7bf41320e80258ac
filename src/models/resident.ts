/** @file Samples in the engine's memory, where training steps pick their batches from without copying them from JavaScript first. */

import { OutOfMemoryError } from '../base/fail.ts';
import type { Tensor } from '../base/tensor.ts';
import { engine } from '../engine/index.ts';
import type { Pair } from './arguments.ts';

/** Data above this size stays in JavaScript and is copied batch by batch: half of what wasm can address belongs to the model. */
const residentLimit = 1.5 * 2 ** 30;

/** Where inputs and targets lie. */
export interface Resident {
  readonly x: number;
  readonly y: number;
  /** Frees the memory. */
  release(): void;
}

function place({ data }: Tensor, label: string): number {
  const { memory } = engine();
  const address = memory.allocate(data.byteLength, label);
  memory.u8(address, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return address;
}

/** Copies the samples into the engine's memory, or gives undefined when they are too many for it. */
export function placeSamples({ x, y }: Pair): Resident | undefined {
  if (x.data.byteLength + y.data.byteLength > residentLimit) return undefined;
  const { memory } = engine();
  let first: number | undefined;
  try {
    first = place(x, 'training inputs');
    const second = place(y, 'training targets');
    const addresses = [first, second];
    const release = (): void => {
      for (const address of addresses.splice(0)) memory.free(address);
    };
    return { x: first, y: second, release };
  } catch (error) {
    if (first !== undefined) memory.free(first);
    if (error instanceof OutOfMemoryError) return undefined;
    throw error;
  }
}
