/**
 * @file The script of a worker, as text without imports, so that no bundler and no package layout can get in its way.
 *
 * It runs as `new Worker(text, { eval: true })` in Node, Deno and Bun and as a classic worker from a Blob URL in browsers
 * (a page with a Content-Security-Policy must allow `worker-src blob:`). The worker instantiates the same build on the
 * same memory, says so, and from then on lives inside wasm until it is told to stop.
 */

/** What a worker is sent to begin with. */
export interface WorkerStart {
  readonly source: WebAssembly.Module | BufferSource;
  readonly memory: WebAssembly.Memory;
  readonly control: number;
  readonly part: number;
  /** Index of the word that tells the others that a thread died. */
  readonly failed: number;
}

/** What a worker answers. */
export type WorkerMessage = { readonly kind: 'ready' | 'stopped' } | { readonly kind: 'failed'; readonly message: string };

/** The script. */
export const workerSource = `'use strict';
{
  const threads = typeof require === 'function' ? require('node:worker_threads') : undefined;
  const port = threads ? threads.parentPort : self;
  const start = ({ source, memory, control, part, failed }) => {
    try {
      const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
      const abort = () => { throw new Error('an assert failed in a kernel'); };
      let words = new Int32Array(memory.buffer);
      const wait = (word, value, milliseconds) => {
        const index = word >>> 2;
        if (index >= words.length) words = new Int32Array(memory.buffer);
        Atomics.wait(words, index, value, milliseconds < 0 ? Infinity : milliseconds);
      };
      const { exports } = new WebAssembly.Instance(module, { env: { memory, abort, wait } });
      port.postMessage({ kind: 'ready' });
      exports.work(control, part, 0);
      port.postMessage({ kind: 'stopped' });
    } catch (error) {
      Atomics.store(new Int32Array(memory.buffer), failed, 1);
      port.postMessage({ kind: 'failed', message: String(error) });
    }
  };
  if (threads) port.once('message', start);
  else port.onmessage = ({ data }) => start(data);
}
`;
