/** @file One interface for the two kinds of workers there are: `node:worker_threads` (Node, Deno, Bun) and the web's. */

import { builtin } from './host.ts';
import { type WorkerMessage, type WorkerStart, workerSource } from './worker-source.ts';

/** A running worker. */
export interface WorkerHandle {
  start(message: WorkerStart): void;
  /** Lets the process end while the worker lives. */
  unref(): void;
  terminate(): void;
}

/** Whom a worker reports to. */
export interface WorkerListener {
  onMessage(message: WorkerMessage): void;
  onError(message: string): void;
}

interface NodeWorker {
  on(event: 'message', listener: (message: WorkerMessage) => void): void;
  on(event: 'error', listener: (error: unknown) => void): void;
  postMessage(message: WorkerStart): void;
  unref(): void;
  terminate(): unknown;
}

interface WorkerThreads {
  readonly Worker: new (source: string, options: { eval: true; name: string }) => NodeWorker;
}

function nodeWorker({ Worker }: WorkerThreads, name: string, listener: WorkerListener): WorkerHandle {
  const worker = new Worker(workerSource, { eval: true, name });
  worker.on('message', listener.onMessage);
  worker.on('error', (error) => listener.onError(String(error)));
  return {
    start: (message) => worker.postMessage(message),
    unref: () => worker.unref(),
    terminate: () => void worker.terminate(),
  };
}

function webWorker(name: string, listener: WorkerListener): WorkerHandle {
  const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(url, { name });
  worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    URL.revokeObjectURL(url);
    listener.onMessage(data);
  };
  worker.onerror = (event) =>
    listener.onError(event.message || 'the worker did not start (does a Content-Security-Policy forbid blob: workers?)');
  return {
    start: (message) => worker.postMessage(message),
    unref() {},
    terminate: () => worker.terminate(),
  };
}

/** Creates a worker; it does nothing until it is sent a start message. */
export function createWorker(name: string, listener: WorkerListener): WorkerHandle {
  const threads = builtin<WorkerThreads>('node:worker_threads');
  return threads ? nodeWorker(threads, name, listener) : webWorker(name, listener);
}
