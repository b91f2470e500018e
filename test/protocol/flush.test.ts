import test from 'ava';
import { AdaptiveFlusher, flushDelay } from '../../src/protocol/flush.ts';

test('links write at once while there is time, and wait up to 20 ms when there is none', (t) => {
  t.deepEqual([0, 0.3, 0.5, 0.75, 1, 1.2].map(flushDelay), [0, 0, 0, 10, 20, 20]);
});

test('all that is scheduled in a turn runs together, once, in order', async (t) => {
  const flusher = new AdaptiveFlusher();
  const ran: number[] = [];
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 3; i++) flusher.schedule(() => ran.push(i));
    flusher.schedule(resolve);
    t.deepEqual(ran, []);
  });
  t.deepEqual(ran, [0, 1, 2]);
  // What a flush schedules comes in the next turn.
  await new Promise<void>((resolve) => flusher.schedule(() => flusher.schedule(resolve)));
  t.deepEqual(ran, [0, 1, 2]);
});

test('a loop that works all the time makes links wait longer than a turn', async (t) => {
  const flusher = new AdaptiveFlusher();
  const spin = () => {
    const end = performance.now() + 5;
    while (performance.now() < end);
  };
  let stop = false;
  const work = () => {
    spin();
    if (!stop) setImmediate(work);
  };
  work();
  let turns = 0;
  const count = () => {
    turns += 1;
    if (!stop) setImmediate(count);
  };
  for (let i = 0; i < 40; i++) await new Promise<void>((resolve) => flusher.schedule(resolve));
  count();
  await new Promise<void>((resolve) => flusher.schedule(resolve));
  stop = true;
  // At once would be 2: the turns that begin before the flush and with it.
  t.true(turns >= 3, `${turns} turns`);
});
