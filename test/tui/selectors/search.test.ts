import test from 'ava';
import { destinations, searchHits } from '../../../src/tui/selectors/search.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

test('the switcher finds by a few letters, the search by words and authors', (t) => {
  const screen = new ScreenState().history(5, (seq) => ({ text: seq === 3 ? 'The Needle' : 'hay' }));
  t.is(destinations(screen.chat, 'crl')[0]?.target, '@carol');
  t.is(destinations(screen.chat, '.thm')[0]?.target, '.theme');
  t.is(destinations(screen.chat, '')[0]?.kind, 'room');
  t.deepEqual(
    searchHits(screen.chat, 'needle').map(({ id }) => id),
    ['h3'],
  );
  t.is(searchHits(screen.chat, 'needle BOB').length, 1, 'each word, in any order');
  t.is(searchHits(new ScreenState().history(1, () => ({ text: 'Señor José' })).chat, 'jose senor').length, 1);
  t.is(searchHits(screen.chat, 'bob').length, 5);
  t.deepEqual(searchHits(screen.chat, ' '), []);
});
