import test from 'ava';
import { Attention } from '../../../src/tui/notify/attention.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { noon } from '../../helpers/screen/messages.ts';

function open() {
  const clock = manualClock(noon);
  const store = new Store(initialState({ columns: 80, rows: 24 }, defaultSettings, clock.now()), clock);
  const attention = new Attention(store, clock);
  const pass = (ms: number) => {
    clock.advance(ms);
    attention.tick();
  };
  return { attention, pass, watched: () => store.get().watched };
}

test('without focus reports, two minutes without input count as looking elsewhere', (t) => {
  const { attention, pass, watched } = open();
  pass(119_000);
  attention.onActivity();
  pass(119_000);
  t.true(watched());
  pass(2_000);
  t.false(watched());
  attention.onActivity();
  t.true(watched());
});

test('a typing person is looking, even if the terminal reported no focus', (t) => {
  const { attention, watched } = open();
  attention.focus(false);
  t.false(watched());
  attention.onActivity();
  t.true(watched());
});

test('a terminal that reports its focus is believed, however long nobody types', (t) => {
  const { attention, pass, watched } = open();
  attention.focus(true);
  pass(3_600_000);
  t.true(watched());
  // The report itself is input, too.
  attention.onActivity();
  attention.focus(false);
  t.false(watched());
  attention.focus(true);
  t.true(watched());
});
