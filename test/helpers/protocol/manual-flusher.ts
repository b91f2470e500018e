import type { Flushable, Flusher } from '../../../src/protocol/link/flusher.ts';

/** A flusher that flushes only when the test calls it. */
export function manualFlusher(): Flusher & { flush(): void } {
  const waiting: Flushable[] = [];
  return { schedule: (one) => waiting.push(one), flush: () => waiting.splice(0).map((one) => one.flush()) };
}
