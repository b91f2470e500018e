import test from 'ava';
import { IdleLock } from '../../../src/tui/chat/idle-lock.ts';
import { startTicking } from '../../../src/tui/chat/ticking.ts';
import { Attention } from '../../../src/tui/notify/attention.ts';
import { nothingRemembered } from '../../../src/tui/state/event.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { noon } from '../../helpers/screen/messages.ts';

const me = { name: 'alice', fingerprint: '', daemon: { address: '', fingerprint: '' }, device: 1 };

function open() {
  const clock = manualClock(noon);
  const store = new Store(initialState({ columns: 80, rows: 24 }, defaultSettings, noon), clock);
  const end = startTicking({ store, attention: new Attention(store, clock), idle: new IdleLock(store, clock), clock });
  const age = () => clock.now() - store.get().now;
  return { clock, store, end, age };
}

test('countdowns are drawn each second, everything else every half minute', (t) => {
  const { clock, store, age } = open();
  clock.advance(30_000);
  t.is(age(), 30_000);
  clock.advance(1000);
  t.is(age(), 0);
  const link = { state: 'waiting', retryAt: clock.now() + 20_000, reason: 'connection lost' } as const;
  store.dispatch({
    type: 'entered',
    opening: { me, link, people: [], conversations: [], open: '#lobby', ...nothingRemembered },
  });
  clock.advance(1000);
  t.is(age(), 0);
});

test('a notice disappears by itself, and without input the person counts as looking elsewhere', (t) => {
  const { clock, store } = open();
  store.dispatch({ type: 'notice', notice: { text: 'said', tone: 'info' } });
  clock.advance(60_000);
  t.is(store.get().notice, null);
  t.true(store.get().watched);
  clock.advance(62_000);
  t.false(store.get().watched);
});

test('nothing ticks after the end', (t) => {
  const { clock, end, age } = open();
  clock.advance(1000);
  end();
  t.deepEqual(clock.pending(), []);
  clock.advance(60_000);
  t.is(age(), 61_000);
});
