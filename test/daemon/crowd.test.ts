import test from 'ava';
import { Crowd } from '../../src/daemon/crowd.ts';
import { manualClock } from '../helpers/manual-clock.ts';

function open(places: number) {
  const clock = manualClock();
  const crowd = new Crowd<string>(clock, { places, honestMs: 1_000 });
  /** `a3` is the third of the address `a`. @returns who gave way. */
  const enter = (...names: string[]) => names.map((name) => crowd.enter(name, name[0] ?? ''));
  return { clock, crowd, enter };
}

test('while there is room nobody gives way; then the oldest of the address with most', (t) => {
  const { enter } = open(4);
  t.deepEqual(enter('a1', 'b1', 'a2', 'b2'), [null, null, null, null]);
  t.deepEqual(enter('c1'), ['a1'], 'a and b have as many: a came first');
  t.deepEqual(enter('c2'), ['b1']);
  t.deepEqual(enter('c3'), ['c1'], 'its own');
});

test('with one place for each of more addresses than there are places the oldest goes', (t) => {
  const { enter } = open(3);
  enter('a', 'b', 'c');
  t.deepEqual(enter('d', 'e', 'f', 'g'), ['a', 'b', 'c', 'd']);
});

test('many that just came from one address stay, beside few that have been here for long', (t) => {
  const { clock, crowd, enter } = open(10);
  enter('x1', 'y1', 'x2');
  clock.advance(1_000);
  enter('a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7');
  t.deepEqual(enter('a8', 'a9', 'b1'), ['x1', 'y1', 'x2'], 'overdue, though a has most');
  t.deepEqual(enter('b2'), ['a1'], 'nobody is overdue any more');
  t.is(crowd.size, 10);
});

test('who left makes room, and has no place to lose', (t) => {
  const { crowd, enter } = open(2);
  enter('a1', 'a2');
  t.true(crowd.leave('a1'));
  t.false(crowd.leave('a1'));
  t.deepEqual(enter('b1'), [null]);
  t.deepEqual(crowd.all(), ['a2', 'b1']);
});
