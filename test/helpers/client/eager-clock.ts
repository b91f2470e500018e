import { type Clock, systemClock } from '../../../src/platform/clock.ts';

/** A clock that advances by 100 ms each time it is read: a transfer then reports its progress after every segment. */
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
