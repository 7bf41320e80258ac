/**
 * @file The run in a page. While it trains, a chain of messages measures how long the main thread is ever blocked; the reports and the
 * longest block end up in `window.result`.
 */

import { trainAll } from './train.ts';

declare global {
  interface Window {
    result?: unknown;
  }
}

/** Longest gap between two turns of the event loop, in milliseconds. */
function watchMainThread(): () => number {
  const channel = new MessageChannel();
  let last = performance.now();
  let longest = 0;
  let isOn = true;
  channel.port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (isOn) channel.port2.postMessage(0);
  };
  channel.port2.postMessage(0);
  return () => {
    isOn = false;
    return longest;
  };
}

const stop = watchMainThread();
try {
  const reports = await trainAll();
  window.result = { reports, longestBlock: stop(), isolated: crossOriginIsolated };
} catch (error) {
  window.result = { error: error instanceof Error ? `${error.stack}` : String(error) };
}
