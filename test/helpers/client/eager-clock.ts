import { type Clock, systemClock } from '../../../src/platform/clock.ts';

/** A clock on which 100 ms pass each time it is read: a transfer reports its progress after every segment, on any machine. */
export function eagerClock(): Clock {
  let now = 0;
  return {
    ...systemClock,
    monotonic() {
      now += 100;
      return now;
    },
  };
}
