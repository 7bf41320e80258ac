/** @file Samples in the engine's memory, where training steps pick their batches from without copying them from JavaScript first. */

import { OutOfMemoryError } from '../base/fail.ts';
import type { Tensor } from '../base/tensor.ts';
import { engine } from '../engine/index.ts';
import type { Samples } from './arguments.ts';
import type { Places } from './step.ts';

/** Data above this size stays in JavaScript and is copied batch by batch: half of what wasm can address belongs to the model. */
const residentLimit = 1.5 * 2 ** 30;

/** Where inputs and targets lie. */
export interface Resident extends Places {
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
export function placeSamples({ x, y, weights }: Samples): Resident | undefined {
  const bytes = [...x, ...y, ...weights].reduce((total, part) => total + (part?.data.byteLength ?? 0), 0);
  if (bytes > residentLimit) return undefined;
  const { memory } = engine();
  const addresses: number[] = [];
  const release = (): void => {
    for (const address of addresses.splice(0)) memory.free(address);
  };
  const keep = (part: Tensor, label: string): number => {
    const address = place(part, label);
    addresses.push(address);
    return address;
  };
  try {
    const inputs = x.map((part) => keep(part, 'training inputs'));
    const targets = y.map((part) => part && keep(part, 'training targets'));
    const factors = weights.map((part) => part && keep(part, 'sample weights'));
    return { x: inputs, y: targets, weights: factors, release };
  } catch (error) {
    release();
    if (error instanceof OutOfMemoryError) return undefined;
    throw error;
  }
}
