/** Warns the operator when this machine's clock jumps back. Entries that were stored before keep their later time. */
import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import { MAX_AHEAD_MS } from '../store/entry-operations.ts';
import type { Store } from '../store/store.ts';

const LOOK_MS = 60_000;

/**
 * Checks the newest stored time once and the clock every minute, and logs each jump once.
 * @returns a function that stops it
 */
export async function watchClock(parts: {
  store: Pick<Store, 'newestTime'>;
  clock: Clock;
  log: Logger;
}): Promise<() => void> {
  const { store, clock, log } = parts;
  const warn = (ms: number): void => {
    const minutes = Math.round(ms / 60_000);
    log.warn(
      { evt: 'sys_clock', minutes },
      'the clock went back; stored entries keep their later time, new ones get the current time',
    );
  };
  const ahead = (await store.newestTime({})) - clock.now();
  if (ahead > MAX_AHEAD_MS) warn(ahead);
  let before = clock.now() - clock.monotonic();
  let cancel = (): void => {};
  const look = (): void => {
    const now = clock.now() - clock.monotonic();
    if (before - now > MAX_AHEAD_MS) warn(before - now);
    before = now;
    cancel = clock.after(LOOK_MS, look);
  };
  look();
  return () => cancel();
}
