/** @file Letting the host do its own work between two slices of ours, without the 4 ms that nested timers cost. */

function viaChannel(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(0);
    });
}

function makeYield(): () => Promise<void> {
  const { setImmediate: immediate } = globalThis as { setImmediate?: (task: () => void) => unknown };
  // An open channel keeps Node, Deno and Bun alive, so there it is setImmediate.
  if (immediate) return () => new Promise((resolve) => void immediate(resolve));
  // Not scheduler.yield: what it resumes goes before the page's own messages and timers, which then never have their turn.
  if (typeof MessageChannel === 'function') return viaChannel();
  return () => new Promise((resolve) => void setTimeout(resolve, 0));
}

let chosen: (() => Promise<void>) | undefined;

/** Resolves after the host had its turn: events, rendering, timers. */
export function yieldToHost(): Promise<void> {
  chosen ??= makeYield();
  return chosen();
}
