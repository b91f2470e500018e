import test from 'ava';
import { type Place, Places } from '../../src/daemon/places.ts';
import { manualClock } from '../helpers/manual-clock.ts';

function open(shares: { halfOpen: number; unclaimed: number; claimed: number }) {
  const noted: string[] = [];
  const closed: Place[] = [];
  const refused = { note: (reason: string, address: string) => noted.push(`${reason} ${address}`) };
  const places = new Places({ shares, clock: manualClock(), refused });
  const arrive = (address: string): Place => {
    const place: Place = { address, socket: { destroy: () => closed.push(place) }, gaveWay: false };
    places.enter(place);
    return place;
  };
  const opened = (address: string): Place => {
    const place = arrive(address);
    places.opened(place);
    return place;
  };
  return { places, arrive, opened, noted, closed };
}

test('each kind has its own places: half-open ones take none from those who log in', (t) => {
  const { places, arrive, opened, noted, closed } = open({ halfOpen: 2, unclaimed: 2, claimed: 1 });
  const alice = opened('a');
  for (const address of ['x', 'y', 'z']) arrive(address);
  t.deepEqual(noted, ['gave way x']);
  t.is(closed.length, 1);
  t.true(places.claim(alice, 0));
  t.false(places.claim(opened('b'), 0), 'no room for a second person');
  t.true(
    closed.every(({ address, gaveWay }) => gaveWay && 'xyz'.includes(address)),
    'neither a nor b',
  );
});

test('a session that has ended counts with the strangers until its socket is closed, and gives way', (t) => {
  const { places, opened, closed } = open({ halfOpen: 2, unclaimed: 2, claimed: 2 });
  const ended = opened('a');
  places.claim(ended, 0);
  places.release(ended);
  t.false(places.claim(opened('c'), 0) && places.claim(opened('d'), 0) && places.claim(opened('e'), 0), 'two at most');
  opened('f');
  opened('g');
  t.true(closed.includes(ended));
  places.release(ended);
  places.leave(ended);
  t.false(places.claim(ended, 0), 'who has gone has no place');
});

test('an account may have as many links as it leaves free, so that a few cannot take all', (t) => {
  const { places, opened } = open({ halfOpen: 2, unclaimed: 2, claimed: 12 });
  const held = new Map<string, number>();
  const login = (account: string) => {
    const own = held.get(account) ?? 0;
    const came = places.claim(opened(account), own);
    if (came) held.set(account, own + 1);
    return came;
  };
  const greedy = ['x', 'y', 'z'];
  for (let round = 0; round < 12; round += 1) for (const account of greedy) login(account);
  t.deepEqual([...held.values()], [3, 3, 3]);
  t.true(login('alice'));
  t.true(login('bob'));
});
