import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { pino } from 'pino';
import { watchClock } from '../../../src/daemon/startup/clock-watch.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const DAY = 86_400_000;

/** Watches a wall clock that can be set, beside a monotonic one. */
async function watched(newest: number) {
  const real = manualClock(50 * DAY);
  let off = 0;
  const clock = { ...real, now: () => real.now() + off };
  const lines: { evt?: string; minutes?: number }[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const store = { newestTime: async () => newest };
  const end = await watchClock({ store, clock, log });
  const set = (ms: number) => {
    off += ms;
    real.advance(60_000);
  };
  return { lines, set, end, real };
}

test('a clock that was days ahead is logged once, when it is set right', async (t) => {
  const { lines, set, end, real } = await watched(0);
  set(3 * DAY);
  set(0);
  t.deepEqual(lines, []);
  set(-3 * DAY);
  set(-60_000);
  t.like(lines, [{ evt: 'sys_clock', minutes: 3 * 24 * 60 }]);
  t.is(lines.length, 1);
  end();
  await turn();
  t.deepEqual(real.pending(), []);
});

test('entries with a future time from an earlier start are logged at the next start', async (t) => {
  t.is((await watched(50 * DAY + 60_000)).lines.length, 0);
  t.like((await watched(53 * DAY)).lines, [{ evt: 'sys_clock', minutes: 3 * 24 * 60 }]);
});
