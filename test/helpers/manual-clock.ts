import type { Clock } from '../../src/platform/clock.ts';

export type ManualClock = Clock & {
  /** Moves the time forward and runs the timers that fall due, in order. */
  advance(ms: number): void;
  /** The ms until each timer, soonest first. */
  pending(): number[];
};

/** A clock that moves only when the test calls `advance`. */
export function manualClock(start = 1_700_000_000_000): ManualClock {
  let now = start;
  const timers = new Set<{ at: number; action: () => void }>();
  const soonest = () => [...timers].sort((a, b) => a.at - b.at);
  return {
    now: () => now,
    monotonic: () => now - start,
    after(ms, action) {
      const timer = { at: now + ms, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (let next = soonest()[0]; next !== undefined && next.at <= end; next = soonest()[0]) {
        timers.delete(next);
        now = next.at;
        next.action();
      }
      now = end;
    },
    pending: () => soonest().map((timer) => timer.at - now),
  };
}
