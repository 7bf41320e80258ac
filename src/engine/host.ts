/** @file Where this code runs, and the few things that hosts name differently. */

import { MAX_THREADS } from './generated/kernels.ts';

/** Hosts that the engine tells apart. */
export type Host = 'node' | 'deno' | 'bun' | 'browser' | 'unknown';

interface Globals {
  readonly Deno?: unknown;
  readonly Bun?: unknown;
  readonly document?: unknown;
  readonly WorkerGlobalScope?: unknown;
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly process?: { readonly versions?: { readonly node?: string }; getBuiltinModule?(id: string): unknown };
}

const globals: Globals = globalThis as Globals;

/** The host this code runs in. */
export const host: Host = globals.Deno
  ? 'deno'
  : globals.Bun
    ? 'bun'
    : globals.process?.versions?.node
      ? 'node'
      : globals.document || globals.WorkerGlobalScope
        ? 'browser'
        : 'unknown';

let canBlock: boolean | undefined;

/** Whether this thread may sleep; a page's main thread may not. Only asked where memory is shared. */
export function mayBlock(): boolean {
  if (canBlock === undefined) {
    try {
      // The word is not 1, so that this returns at once where it is allowed.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
      canBlock = true;
    } catch {
      canBlock = false;
    }
  }
  return canBlock;
}

/** A module of Node, Deno or Bun; undefined elsewhere. Asking at run time keeps `node:` out of what bundlers see. */
export function builtin<T>(id: string): T | undefined {
  return globals.process?.getBuiltinModule?.(id) as T | undefined;
}

/** Number of threads the host can run at once, as far as the engine can use them. */
export function coreCount(): number {
  const os = builtin<{ availableParallelism?(): number }>('node:os');
  const count = os?.availableParallelism?.() ?? globals.navigator?.hardwareConcurrency ?? 1;
  return Math.min(MAX_THREADS, Math.max(1, count));
}

/** Why this host shares no memory between threads, or undefined if it does. */
export function whyNotShared(): string | undefined {
  if (typeof SharedArrayBuffer === 'function' && (host !== 'browser' || globals.crossOriginIsolated !== false)) return undefined;
  if (host !== 'browser') return 'the host has no SharedArrayBuffer';
  return 'the page is not cross-origin isolated: it needs the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
}
