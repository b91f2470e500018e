import test from 'ava';
import { ConnectionSlots, type Slot } from '../../../src/daemon/server/connection-slots.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

function open(shares: { halfOpen: number; beforeLogin: number; loggedIn: number }) {
  const noted: string[] = [];
  const closed: Slot[] = [];
  const refused = { count: (reason: string, address: string) => noted.push(`${reason} ${address}`) > 0 };
  const slots = new ConnectionSlots({ shares, clock: manualClock(), refused });
  const arrive = (address: string): Slot => {
    const slot: Slot = { address, socket: { destroy: () => closed.push(slot) }, evicted: false, hadSession: false };
    slots.enter(slot);
    return slot;
  };
  const opened = (address: string): Slot => {
    const slot = arrive(address);
    slots.opened(slot);
    return slot;
  };
  return { slots, arrive, opened, noted, closed };
}

test('each kind of connection has its own slots: half-open ones take none from logged-in ones', (t) => {
  const { slots, arrive, opened, noted, closed } = open({ halfOpen: 2, beforeLogin: 2, loggedIn: 1 });
  const alice = opened('a');
  for (const address of ['x', 'y', 'z']) arrive(address);
  t.deepEqual(noted, ['evicted x']);
  t.is(closed.length, 1);
  t.true(slots.claim(alice, 0));
  t.false(slots.claim(opened('b'), 0), 'no room for a second person');
  t.true(
    closed.every(({ address, evicted }) => evicted && 'xyz'.includes(address)),
    'neither a nor b',
  );
});

test('an ended session counts as a stranger until its socket is closed, and can be evicted', (t) => {
  const { slots, opened, closed } = open({ halfOpen: 2, beforeLogin: 2, loggedIn: 2 });
  const ended = opened('a');
  slots.claim(ended, 0);
  slots.release(ended);
  t.false(slots.claim(opened('c'), 0) && slots.claim(opened('d'), 0) && slots.claim(opened('e'), 0), 'two at most');
  opened('f');
  opened('g');
  t.true(closed.includes(ended));
  slots.release(ended);
  slots.leave(ended);
  t.false(slots.claim(ended, 0), 'who has gone has no slot');
});

test('an account may have as many links as it leaves free, so that a few accounts cannot take all', (t) => {
  const { slots, opened } = open({ halfOpen: 2, beforeLogin: 2, loggedIn: 12 });
  const held = new Map<string, number>();
  const login = (account: string) => {
    const own = held.get(account) ?? 0;
    const came = slots.claim(opened(account), own);
    if (came) held.set(account, own + 1);
    return came;
  };
  const greedy = ['x', 'y', 'z'];
  for (let round = 0; round < 12; round += 1) for (const account of greedy) login(account);
  t.deepEqual([...held.values()], [3, 3, 3]);
  t.true(login('alice'));
  t.true(login('bob'));
});
