import test from 'ava';
import * as fc from 'fast-check';
import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { lookOf } from '../../../src/tui/select/select.ts';
import { recordOf } from '../../../src/tui/session/recording.ts';
import type { Event, Timed } from '../../../src/tui/state/event.ts';
import { openThread } from '../../../src/tui/state/focus.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { update } from '../../../src/tui/update/update.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { file, message, noon, person } from '../../helpers/screen/messages.ts';

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

/** Every field in which somebody's words, a path or a secret may stand, with `words` in it. */
function eventsWith(words: string): Event[] {
  const editor = { before: words, after: words };
  const sent = file({ name: words, type: words, sha256: words });
  const said = message({ text: words, error: words, reactions: { [words]: ['bob'] } });
  const transfer = {
    id: 'f1',
    author: 'bob',
    name: words,
    conversation: '#lobby',
    size: 1,
    done: 0,
    rate: 0,
    note: words,
  } as const;
  const link = { state: 'waiting', retryAt: noon, reason: words } as const;
  const at = { address: words, fingerprint: words };
  return [
    { type: 'typed', text: words },
    { type: 'pasted', text: words },
    { type: 'filled', editor },
    { type: 'lent', editor },
    { type: 'completed', completion: { head: words, words: [words], at: 0 } },
    { type: 'notice', notice: { text: words, tone: 'info' } },
    { type: 'taken', text: words },
    { type: 'about', about: { do: 'edit', message: said } },
    { type: 'jumped', conversation: '#lobby', key: 'bob 1', words },
    { type: 'files', files: [sent] },
    { type: 'history', conversation: '#lobby', messages: [said], gaps: [], more: false },
    { type: 'asked', question: { ask: 'delete', message: said } },
    {
      type: 'asked',
      question: { ask: 'send', to: '#lobby', lines: 1, messages: 1, hasty: false, addressed: words },
    },
    { type: 'overlay', overlay: { kind: 'page', title: words, lines: [words], top: 0 } },
    { type: 'overlay', overlay: { kind: 'switcher', query: editor, selected: 0 } },
    { type: 'overlay', overlay: { kind: 'search', query: editor, selected: 0 } },
    { type: 'overlay', overlay: { kind: 'links', links: [words], selected: 0 } },
    {
      type: 'overlay',
      overlay: { kind: 'fingerprint', name: 'bob', digits: words, error: words, at: noon, stray: false },
    },
    {
      type: 'overlay',
      overlay: {
        kind: 'picker',
        folder: words,
        entries: [{ name: words, folder: false, size: 1 }],
        note: words,
        query: editor,
        selected: 0,
      },
    },
    {
      type: 'entered',
      opening: {
        me: { ...me, fingerprint: words, daemon: at },
        link,
        people: [person('bob', { fingerprint: words, changedTo: words })],
        conversations: [],
        drafts: { '@bob': words },
        muted: [],
        blocked: [],
      },
    },
    {
      type: 'news',
      news: [
        { type: 'message', message: said, fresh: true },
        {
          type: 'message',
          message: message({ body: { kind: 'reply', to: { author: 'bob', id: 'm1' }, text: words } }),
          fresh: true,
        },
        { type: 'message', message: message({ body: { kind: 'file', file: sent } }), fresh: true },
        { type: 'transfer', transfer: { ...transfer, direction: 'up', state: 'failed' } },
        { type: 'link', link },
        { type: 'key-changed', name: 'bob', pinned: words, offered: words },
        { type: 'notice', text: words },
      ],
    },
  ];
}

/** What no field name and no word of the program has. */
const marker = fc.stringMatching(/^[Q-Z]{4,12}$/).map((word) => `Q${word}`);

test('property: no words stand in any event that is recorded', (t) => {
  const { store } = play();
  fc.assert(
    fc.property(marker, (words) => {
      for (const event of eventsWith(words)) {
        const line = recordOf({ ...event, at: noon }, store.get());
        t.false(line?.includes(words), line ?? 'nothing is recorded');
      }
    }),
  );
});

test('property: nor in a field that is not there yet, however deep', (t) => {
  const { store } = play();
  const field = fc.stringMatching(/^[A-P]{1,6}$/);
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, marker, fc.array(tie('tree')), fc.dictionary(field, tie('tree'))),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom('of', 'overlay', 'news', 'me'), (later, under) => {
      const event = { type: 'tick', at: noon, [under]: { later } } as unknown as Timed;
      t.notRegex(recordOf(event, store.get()) ?? '', /[Q-Z]/);
    }),
  );
});

test('names, ids and what it was stay, so that it can be played again', (t) => {
  const { store } = play();
  const gap = { conversation: '@bob', from: 'bob', before: 3, reason: 'missing' } as const;
  const events: Event[] = [
    { type: 'opened', conversation: '@bob' },
    { type: 'blocked', name: 'bob', on: true },
    { type: 'moved', move: 'page-up' },
    { type: 'overlay', overlay: { kind: 'pane', pane: 'people' } },
    { type: 'thread', conversation: '@bob', change: { selected: 'bob m1', loaded: 'yes' } },
    {
      type: 'news',
      news: [
        { type: 'typing', name: 'bob' },
        { type: 'gap', gap },
      ],
    },
  ];
  for (const event of events)
    t.deepEqual(JSON.parse(recordOf({ ...event, at: noon }, store.get()) ?? ''), { ...event, at: noon });
  const reacted = message({ reactions: { '👍': ['bob'], '🎉': ['bob', 'carol'] } });
  const line = recordOf({ type: 'asked', question: { ask: 'delete', message: reacted }, at: noon }, store.get());
  t.regex(line ?? '', /"reactions":\{"x0":\["bob"\],"x1":\["bob","carol"\]\}/);
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
