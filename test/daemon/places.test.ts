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
  t.true(places.claim(alice));
  t.false(places.claim(opened('b')), 'no room for a second person');
  t.true(
    closed.every(({ address, gaveWay }) => gaveWay && 'xyz'.includes(address)),
    'neither a nor b',
  );
});

test('a session that has ended counts with the strangers until its socket is closed, and gives way', (t) => {
  const { places, opened, closed } = open({ halfOpen: 2, unclaimed: 2, claimed: 2 });
  const ended = opened('a');
  places.claim(ended);
  places.release(ended);
  t.false(places.claim(opened('c')) && places.claim(opened('d')) && places.claim(opened('e')), 'two at most');
  opened('f');
  opened('g');
  t.true(closed.includes(ended));
  places.release(ended);
  places.leave(ended);
  t.false(places.claim(ended), 'who has gone has no place');
});
