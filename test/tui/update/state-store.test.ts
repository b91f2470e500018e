import test from 'ava';
import { nothingRemembered, type Timed } from '../../../src/tui/state/event.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { message, noon } from '../../helpers/screen/messages.ts';

function open(record: ((event: Timed) => void) | null = null) {
  const clock = manualClock(noon);
  const store = new Store(initialState({ columns: 100, rows: 30 }, defaultSettings, noon), clock, record);
  const me = { name: 'alice', fingerprint: '', daemon: { address: '', fingerprint: '' }, device: 1 };
  store.dispatch({
    type: 'entered',
    opening: { me, link: { state: 'online' }, people: [], conversations: [], open: '#lobby', ...nothingRemembered },
  });
  let published = 0;
  store.subscribe(() => published++);
  const arrive = (seq: number) =>
    store.collect({ type: 'message', message: message({ seq, id: `m${seq}` }), fresh: true });
  return { clock, store, arrive, published: () => published };
}

test('changes by keys are published at once', (t) => {
  const { store, published } = open();
  store.dispatch({ type: 'typed', text: 'a' });
  t.is(published(), 1);
});

test('an event that changes nothing is not published', (t) => {
  const { store, published } = open();
  store.dispatch({ type: 'edited', edit: 'delete-left' });
  t.is(published(), 0);
});

test('client events are published at most every 33 ms, in a flood every 100 ms', (t) => {
  const { clock, arrive, published } = open();
  for (let ms = 0; ms < 1000; ms += 100) {
    arrive(ms);
    clock.advance(100);
  }
  t.is(published(), 10);
  const before = published();
  for (let ms = 0; ms < 1000; ms++) {
    arrive(1000 + ms);
    clock.advance(1);
  }
  t.true(published() - before <= 13, `${published() - before} frames for 1,000 messages in a second`);
});

test('batching loses and reorders no events', (t) => {
  const { clock, store, arrive } = open();
  for (let seq = 1; seq <= 500; seq++) arrive(seq);
  clock.advance(200);
  const { screen } = store.get();
  t.deepEqual(
    screen.name === 'chat' ? screen.chat.threads['#lobby']?.messages.map(({ seq }) => seq) : [],
    Array.from({ length: 500 }, (_, i) => i + 1),
  );
});

test('recorded events, played again, give the same state', (t) => {
  const recorded: Timed[] = [];
  const { clock, store, arrive } = open((event) => recorded.push(event));
  arrive(1);
  clock.advance(50);
  store.dispatch({ type: 'typed', text: 'hello' });
  clock.advance(10);
  store.dispatch({ type: 'opened', conversation: '@bob' });
  const again = new Store(initialState({ columns: 100, rows: 30 }, defaultSettings, noon), manualClock(noon));
  for (const { at, ...event } of recorded) {
    void at;
    again.dispatch(event);
  }
  t.deepEqual({ ...again.get(), now: 0, screen: strip(again) }, { ...store.get(), now: 0, screen: strip(store) });
});

/** The times of typing differ by the clock. */
function strip(store: Store) {
  const { screen } = store.get();
  return screen.name === 'chat' ? { ...screen, chat: { ...screen.chat, typedAt: 0 } } : screen;
}
