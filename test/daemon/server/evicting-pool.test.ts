import test from 'ava';
import { EvictingPool } from '../../../src/daemon/server/evicting-pool.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

function open(slots: number) {
  const clock = manualClock();
  const pool = new EvictingPool<string>(clock, { slots, honestMs: 1_000 });
  /** Enters names such as `a3`, the third connection of address `a`. @returns the evicted names */
  const enter = (...names: string[]) => names.map((name) => pool.enter(name, name[0] ?? ''));
  return { clock, pool, enter };
}

test('nobody is evicted while there is room; then the oldest connection of the address with most', (t) => {
  const { enter } = open(4);
  t.deepEqual(enter('a1', 'b1', 'a2', 'b2'), [null, null, null, null]);
  t.deepEqual(enter('c1'), ['a1'], 'a and b have as many: a came first');
  t.deepEqual(enter('c2'), ['a2'], 'a has failed once');
  t.deepEqual(enter('c3'), ['c1'], 'its own');
});

test('the oldest connection is evicted if every address has one', (t) => {
  const { enter } = open(3);
  enter('a', 'b', 'c');
  t.deepEqual(enter('d', 'e', 'f', 'g'), ['a', 'b', 'c', 'd']);
});

test('overdue connections are evicted before many new ones from one address', (t) => {
  const { clock, pool, enter } = open(10);
  enter('x1', 'y1', 'x2');
  clock.advance(1_000);
  enter('a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7');
  t.deepEqual(enter('a8', 'a9', 'b1'), ['x1', 'x2', 'y1'], 'overdue, though a has most');
  t.deepEqual(enter('b2'), ['a1'], 'nobody is overdue any more');
  t.is(pool.size, 10);
});

test('a connection that left frees its slot and cannot be evicted', (t) => {
  const { pool, enter } = open(2);
  enter('a1', 'a2');
  t.true(pool.leave('a1'));
  t.false(pool.leave('a1'));
  t.deepEqual(enter('b1'), [null]);
  t.deepEqual(pool.all(), ['a2', 'b1']);
});

test('addresses that keep failing are evicted before a slow newcomer, however many they are', (t) => {
  const { clock, pool, enter } = open(10);
  const hostile = [...'bcdefghijklmnopqrstuvwxyz'];
  for (let step = 0; step < 500; step += 1) {
    if (step === 200) enter('a1');
    enter(`${hostile[step % hostile.length]}${step}`);
    clock.advance(5);
    if (step >= 200) t.true(pool.all().includes('a1'), `${step}`);
  }
  t.true(pool.leave('a1'), 'it took 1.5 s, longer than an honest one needs');
});

test('an address that drops its connections early gains nothing, and failures are forgotten with time', (t) => {
  const { clock, pool, enter } = open(3);
  for (let i = 0; i < 5; i += 1) {
    enter(`h${i}`);
    pool.fail(`h${i}`);
  }
  enter('a1', 'h5', 'a2');
  t.deepEqual(enter('b1'), ['h5']);
  clock.advance(600_000);
  t.deepEqual(enter('h6', 'c1', 'd1'), ['a1', 'a2', 'b1'], 'overdue');
  t.deepEqual(enter('c2'), ['c1'], 'c has most; what h did is long ago');
});

test('a connection that succeeded does not count as a failure', (t) => {
  const { pool, enter } = open(2);
  for (let i = 0; i < 100; i += 1) {
    enter(`a${i}`);
    pool.leave(`a${i}`);
  }
  enter('b1', 'a100');
  t.deepEqual(enter('c1'), ['b1'], 'both have one: b came first');
});

test('a newcomer is never evicted, whatever its address did before', (t) => {
  const { pool, enter } = open(1);
  for (let i = 0; i < 5; i += 1) {
    enter(`h${i}`);
    pool.fail(`h${i}`);
  }
  t.deepEqual(enter('a1', 'h5'), [null, 'a1']);
});
