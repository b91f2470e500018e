import test from 'ava';
import type { Timed } from '../../src/tui/event.ts';
import { openThread } from '../../src/tui/field.ts';
import { recordOf } from '../../src/tui/recording.ts';
import { lookOf } from '../../src/tui/select.ts';
import { defaultSettings, initialState } from '../../src/tui/state.ts';
import { Store } from '../../src/tui/store.ts';
import { update } from '../../src/tui/update.ts';
import { viewOf } from '../../src/tui/viewport.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { file, message, noon } from './helpers/messages.ts';

const me = { name: 'alice', fingerprint: 'ab', daemon: { address: 'a:1', fingerprint: 'cd' }, device: 1 };

function play(): { store: Store; lines: string[] } {
  const lines: string[] = [];
  const store: Store = new Store(
    initialState({ columns: 90, rows: 24 }, defaultSettings, noon),
    manualClock(noon),
    (event) => {
      const line = recordOf(event, store.get());
      if (line !== null) lines.push(line);
    },
  );
  store.dispatch({ type: 'typed', text: 'password of the form' });
  store.dispatch({
    type: 'entered',
    opening: {
      me,
      link: { state: 'online' },
      people: [],
      conversations: [],
      drafts: { '#lobby': 'begun' },
      muted: [],
      blocked: [],
    },
  });
  store.dispatch({
    type: 'history',
    conversation: '#lobby',
    messages: Array.from({ length: 40 }, (_, i) =>
      message({ seq: i + 1, id: `m${i}`, text: `confidential ${'word '.repeat(i)}` }),
    ),
    gaps: [],
    more: false,
  });
  store.hear({
    type: 'message',
    fresh: true,
    message: message({ seq: 41, body: { kind: 'file', file: file({ name: 'salary.pdf' }) } }),
  });
  store.flush();
  store.dispatch({ type: 'typed', text: 'hush' });
  store.dispatch({ type: 'moved', move: 'page-up' });
  store.dispatch({
    type: 'overlay',
    overlay: {
      kind: 'passwd',
      fields: [
        { before: '', after: '' },
        { before: '', after: '' },
        { before: '', after: '' },
      ],
      active: 0,
      error: null,
      busy: false,
    },
  });
  store.dispatch({ type: 'typed', text: 'oldpassword' });
  store.dispatch({ type: 'overlay', overlay: null });
  return { store, lines };
}

test('no word that anybody wrote is recorded', (t) => {
  const all = play().lines.join('\n');
  t.notRegex(all, /confidential|word|hush|begun|salary|oldpassword|of the form/);
  t.regex(all, /"type":"typed","text":"xxxx"/);
});

test('played again, the same rows stand in the window', (t) => {
  const { store, lines } = play();
  const again = lines
    .map((line) => JSON.parse(line) as Timed)
    .reduce(update, initialState({ columns: 90, rows: 24 }, defaultSettings, noon));
  const rows = (state: ReturnType<Store['get']>) => {
    if (state.screen.name !== 'chat') return [];
    const { look, height } = lookOf(state);
    return viewOf(openThread(state.screen.chat), look, height).rows.map(
      ({ key, row }) => `${key} ${row.spans.map((span) => span.text.length).join()}`,
    );
  };
  t.is(rows(again).length, rows(store.get()).length);
  t.deepEqual(rows(again), rows(store.get()));
});
