import type { Flusher } from '../../src/protocol/flush.ts';

/** Flushes when the test says so. */
export function manualFlusher(): Flusher & { flush(): void } {
  const waiting: (() => void)[] = [];
  return { schedule: (flush) => waiting.push(flush), flush: () => waiting.splice(0).map((flush) => flush()) };
}
