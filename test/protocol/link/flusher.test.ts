import test from 'ava';
import { AdaptiveFlusher, flushDelay } from '../../../src/protocol/link/flusher.ts';

/** One that writes nothing; `due` as if it never had. */
const one = (flush: () => void) => ({ flush, due: 0 });

/** A loop that works all the time, and whose time goes on by 5 ms whenever it is asked for. */
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

/** Turns of the loop until `flushing` has been flushed, counted from its schedule. */
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

test('links write at once while there is time, and wait up to 20 ms when there is none', (t) => {
  t.deepEqual([0, 0.3, 0.5, 0.75, 1, 1.2].map(flushDelay), [0, 0, 0, 10, 20, 20]);
});

test('all that is scheduled in a turn runs together, once, in order', async (t) => {
  const flusher = new AdaptiveFlusher();
  const ran: number[] = [];
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 3; i++) flusher.schedule(one(() => ran.push(i)));
    flusher.schedule(one(resolve));
    t.deepEqual(ran, []);
  });
  t.deepEqual(ran, [0, 1, 2]);
  // What a flush schedules comes in the next turn.
  await new Promise<void>((resolve) => flusher.schedule(one(() => flusher.schedule(one(resolve)))));
  t.deepEqual(ran, [0, 1, 2]);
});

test('in a loop that works all the time one that writes much waits, and one that was quiet does not', async (t) => {
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
  // At once would be 1.
  t.true(turns >= 2, `${turns} turns`);
});
