/**
 * Folder `platform`: what touches the system: time, randomness, files, locks, threads; it knows nothing of chat, protocol or
 * accounts. The clock, passed as a value so that tests control it. The folder `platform` wraps what the system gives: time,
 * randomness, files, threads and SQLite. It must not know chat, protocol or accounts.
 */

export interface Clock {
  /** Milliseconds since 1970, UTC. Jumps when the system's clock is set. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number;
  /** Runs `action` once after `ms` milliseconds. Returns a function that cancels it. The timer does not keep the process alive. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` milliseconds; immediately for 0. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => clock.after(ms, resolve));
}

/** Returns the day of a time in UTC, as YYYY-MM-DD. @param at ms since 1970 UTC */
export function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
