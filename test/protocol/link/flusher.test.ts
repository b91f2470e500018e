import test from 'ava';
import { AdaptiveFlusher, flushDelay } from '../../../src/protocol/link/flusher.ts';

/** Something to flush that has never been flushed. */
const one = (flush: () => void) => ({ flush, due: 0 });

/** An event loop that is always busy; each look at its clock takes 5 ms. */
function busyLoop(): ConstructorParameters<typeof AdaptiveFlusher>[0] {
  let now = 0;
  return {
    now: () => {
      now += 5;
      return now;
    },
    eventLoopUtilization: () => ({ idle: 0, active: now, utilization: 1 }),
  };
}

/** @returns how many turns of the loop pass between schedule and flush */
async function turnsUntilFlushed(flusher: AdaptiveFlusher, flushing: { flush(): void; due: number }) {
  let turns = 0;
  let flushed = false;
  const count = () => {
    turns += 1;
    if (!flushed) setImmediate(count);
  };
  setImmediate(count);
  await new Promise<void>((resolve) => {
    flushing.flush = resolve;
    flusher.schedule(flushing);
  });
  flushed = true;
  return turns;
}

test('links flush at once while the loop has time, and wait up to 20 ms while it has none', (t) => {
  t.deepEqual([0, 0.3, 0.5, 0.75, 1, 1.2].map(flushDelay), [0, 0, 0, 10, 20, 20]);
});

test('all that is scheduled in a turn is flushed together, once, in order', async (t) => {
  const flusher = new AdaptiveFlusher();
  const ran: number[] = [];
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 3; i++) flusher.schedule(one(() => ran.push(i)));
    flusher.schedule(one(resolve));
    t.deepEqual(ran, []);
  });
  t.deepEqual(ran, [0, 1, 2]);
  // What a flush schedules is flushed in the next turn.
  await new Promise<void>((resolve) => flusher.schedule(one(() => flusher.schedule(one(resolve)))));
  t.deepEqual(ran, [0, 1, 2]);
});

test('in a busy loop a link that writes much waits, and a quiet one does not', async (t) => {
  const flusher = new AdaptiveFlusher(busyLoop());
  const busy = one(() => {});
  for (let i = 0; i < 40; i++) await turnsUntilFlushed(flusher, busy);
  t.is(
    await turnsUntilFlushed(
      flusher,
      one(() => {}),
    ),
    1,
  );
  const turns = await turnsUntilFlushed(flusher, busy);
  // 1 would mean at once.
  t.true(turns >= 2, `${turns} turns`);
});
