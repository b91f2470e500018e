import test from 'ava';
import { FairQueue } from '../../../src/protocol/base/fair-queue.ts';

test('keys take turns, however much waits under one of them', (t) => {
  const line = new FairQueue<string>();
  for (let i = 1; i <= 5; i++) line.add('mallory', `m${i}`);
  line.add('alice', 'a1');
  line.add('bob', 'b1');
  line.add('alice', 'a2');
  t.is(line.size, 8);
  t.is(line.sizeOf('mallory'), 5);
  const taken = Array.from({ length: 9 }, () => line.take());
  t.deepEqual(taken, ['m1', 'a1', 'b1', 'm2', 'a2', 'm3', 'm4', 'm5', undefined]);
  t.is(line.size, 0);
  t.is(line.sizeOf('mallory'), 0);
});

test('with the newest first, keys take turns, too, and the longest one loses its oldest item', (t) => {
  const line = new FairQueue<string>({ newestFirst: true });
  for (const item of ['m1', 'm2', 'm3']) line.add('mallory', item);
  line.add('alice', 'a1');
  t.is(line.takeFromLongest(), 'm1');
  t.deepEqual([line.take(), line.take(), line.take()], ['m3', 'a1', 'm2']);
});

test('the longest key loses its newest item', (t) => {
  const line = new FairQueue<string>();
  t.is(line.takeFromLongest(), undefined);
  for (const [key, item] of ['a1', 'm1', 'm2', 'b1', 'm3', 'b2'].map((item) => [item.slice(0, 1), item] as const)) {
    line.add(key, item);
  }
  t.is(line.longest, 3);
  t.is(line.takeFromLongest(), 'm3');
  t.true(['m2', 'b2'].includes(line.takeFromLongest() ?? ''));
  t.is(line.longest, 2);
  t.is(line.size, 4);
});

test('takeEach takes one item of each allowed key, once around, and leaves the rest', (t) => {
  const line = new FairQueue<string>();
  for (const item of ['m1', 'm2', 'a1', 'b1', 'a2', 'c1']) line.add(item.slice(0, 1), item);
  t.deepEqual([...line.takeEach((key) => key !== 'b')], ['m1', 'a1', 'c1']);
  for (const first of line.takeEach(() => true)) {
    t.is(first, 'b1', 'whose turn it is');
    break;
  }
  t.is(line.size, 2);
  t.deepEqual([line.take(), line.take(), line.take()], ['m2', 'a2', undefined]);
});
