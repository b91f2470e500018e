import test from 'ava';
import { filesLook, filesShown } from '../../../src/tui/selectors/file-rows.ts';
import { fileAt, filesOf, layoutFor, peopleOf, peopleShown, personAt } from '../../../src/tui/selectors/selectors.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { focus, move } from '../../helpers/screen/events.ts';
import { draw } from '../../helpers/screen/frames.tsx';
import { file, message, person } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

const point = (x: number, y: number, action: 'press' | 'up' | 'down' = 'press'): Event => ({
  type: 'mouse',
  action,
  x,
  y,
});
const many = [person('alice'), ...Array.from({ length: 60 }, (_, i) => person(`p${String(i).padStart(2, '0')}`))];
const chosenFile = (screen: ScreenState) => filesOf(screen.chat)[fileAt(screen.chat)]?.file.id;
const chosenPerson = (screen: ScreenState) => peopleOf(screen.chat)[personAt(screen.chat)]?.name;

test('a click opens the clicked person, wherever the list is scrolled', async (t) => {
  const { store, after } = draw(t, { columns: 120, rows: 30 });
  store.dispatch({
    type: 'entered',
    opening: {
      me: { name: 'alice', fingerprint: 'ab', daemon: { address: 'a:1', fingerprint: 'cd' }, device: 1 },
      link: { state: 'online' },
      people: many,
      conversations: [],
      open: '#lobby',
      drafts: {},
      muted: [],
      blocked: [],
    },
  });
  const openNow = () => {
    const { screen } = store.get();
    return screen.name === 'chat' ? screen.chat.open : '';
  };
  for (const at of ['@p00', '@p30', '@p59'] as const) {
    await after({ type: 'opened', conversation: at });
    for (const y of [4, 14, 25]) {
      const rows = await after({ type: 'opened', conversation: at });
      const name = /(p\d\d)/.exec(rows[y]?.slice(0, 20) ?? '')?.[1];
      await after(point(4, y));
      t.is(openNow(), `@${name}`, `${at} ${y}`);
    }
  }
});

test('a click on a rule, the header or a blank row does nothing; a click on the composer focuses it', (t) => {
  const screen = new ScreenState({ columns: 120, rows: 30 }).do(focus('people'));
  const { people, composer } = layoutFor(screen.state);
  for (const [x, y] of [
    [4, 0],
    [4, 1],
    [4, 3],
    [people, 5],
    [4, 27],
    [50, 29],
  ] as const) {
    screen.do(point(x, y));
    t.is(screen.chat.open, '#lobby');
    t.is(screen.state.focus, 'people', `${x} ${y}`);
  }
  screen.do(point(50, 30 - 1 - composer));
  t.is(screen.state.focus, 'composer');
});

test('a click on a file or a message selects it', (t) => {
  const screen = new ScreenState({ columns: 120, rows: 30 }).history(100);
  const files = Array.from({ length: 20 }, (_, i) => file({ id: `f${i}`, name: `${i}.bin`, at: 1000 - i }));
  screen.do({ type: 'files', files });
  const { columns, files: wide } = layoutFor(screen.state);
  screen.do(point(columns - wide + 3, 2 + 4));
  t.is(screen.state.focus, 'files');
  t.is(chosenFile(screen), 'f2');
  screen.do(point(50, 2 + 3));
  t.is(screen.state.focus, 'messages');
  const rows = layoutFor(screen.state).body;
  t.is(screen.thread.selected, `bob/h${100 - rows + 1 + 3}`);
  screen.do(move('page-up'), point(50, 2 + 3));
  t.is(screen.thread.anchor !== null && screen.thread.selected, `bob/h${100 - rows + 1 + 3 - (rows - 2) + 1}`);
});

test('a click on empty space above the messages selects nothing', (t) => {
  const screen = new ScreenState({ columns: 120, rows: 30 }).history(2);
  screen.do(point(50, 4));
  t.is(screen.thread.selected, null);
});

test('the wheel scrolls the pane under the pointer and keeps the focus', (t) => {
  const screen = new ScreenState({ columns: 120, rows: 30, people: many }).history(200);
  const files = Array.from({ length: 40 }, (_, i) => file({ id: `f${i}`, at: 1000 - i }));
  screen.do({ type: 'files', files });
  const { columns, body, files: wide } = layoutFor(screen.state);
  const first = () => peopleShown(screen.state, body).first;
  screen.do(point(4, 10, 'down'), point(4, 10, 'down'));
  t.is(first(), 6);
  t.is(screen.state.focus, 'composer');
  t.is(screen.thread.anchor, null);
  for (let i = 0; i < 50; i++) screen.do(point(4, 10, 'down'));
  t.is(first(), 62 - body);
  screen.do(point(4, 10, 'up'));
  t.is(first(), 62 - body - 3, 'what it could not go further it need not come back');
  screen.do(point(columns - wide + 2, 10, 'down'));
  t.is(filesShown(filesLook(screen.state), wide, body).first, 3);
  screen.do(point(50, 10, 'up'));
  t.not(screen.thread.anchor, null);
  screen.do(focus('people'));
  t.is(first(), 0, 'the pane begins anew where the keys are');
});

test('while a pane lies over the others, only clicks in it count', (t) => {
  const screen = new ScreenState({ columns: 69, rows: 24, people: many }).do(move('show-people'));
  screen.do(point(60, 10));
  t.not(screen.state.overlay, null);
  screen.do(point(5, 2 + 3));
  t.is(screen.state.overlay, null);
  t.is(screen.chat.open, '@p01');
  screen.do({
    type: 'files',
    files: [file({ id: 'a', at: 2, conversation: '@p01' }), file({ id: 'b', at: 1, conversation: '@p01' })],
  });
  screen.do(move('show-files'), point(50, 2 + 2));
  t.is(chosenFile(screen), 'b');
  t.deepEqual(screen.state.overlay, { kind: 'pane', pane: 'files' });
});

test('a mouse report after the mouse was turned off does nothing', async (t) => {
  const { actions, store } = await openChat(t);
  const before = store.get();
  actions.take({ type: 'mouse', action: 'press', x: 3, y: 4 });
  t.is(store.get(), before);
  store.dispatch({ type: 'settings', settings: { mouse: true } });
  actions.take({ type: 'mouse', action: 'press', x: 3, y: 4 });
  t.is(store.get().screen.name === 'chat' && (store.get().screen as { chat: { open: string } }).chat.open, '@bob');
});

test('new files and people do not change the selection of the focused pane', (t) => {
  const screen = new ScreenState({ columns: 120, people: [person('alice'), person('bob')] });
  screen.do({ type: 'files', files: [file({ id: 'f1', at: 1 })] }, focus('files'));
  screen.arrive(message({ seq: 1, id: 'm', body: { kind: 'file', file: file({ id: 'f2', at: 2 }) } }));
  t.is(filesOf(screen.chat).length, 2);
  t.is(chosenFile(screen), 'f1');
  screen.do(focus('composer'), focus('files'));
  t.is(chosenFile(screen), 'f2', 'the keys left: it begins anew with the newest');
  screen.do({ type: 'opened', conversation: '@bob' }, focus('people'));
  t.is(chosenPerson(screen), '@bob');
  screen.do({ type: 'client-events', events: [{ type: 'people', people: [person('adam')] }] });
  t.is(chosenPerson(screen), '@bob');
  const over = new ScreenState({ columns: 80 }).do(
    { type: 'files', files: [file({ id: 'f1', at: 1 })] },
    move('show-files'),
  );
  over.do({ type: 'files', files: [file({ id: 'f2', at: 2 })] });
  t.is(chosenFile(over), 'f1');
});

test('a focused pane that a new size hides becomes an overlay, or loses the focus', (t) => {
  const screen = new ScreenState({ columns: 120, rows: 30 }).do(move('show-files'));
  t.is(screen.state.focus, 'files');
  screen.do({ type: 'resized', columns: 80, rows: 24 });
  t.is(screen.state.focus, 'composer');
  t.deepEqual(screen.state.overlay, { kind: 'pane', pane: 'files' });
  screen.do({ type: 'resized', columns: 120, rows: 30 });
  t.is(screen.state.focus, 'files');
  t.is(screen.state.overlay, null);
  screen.do({ type: 'resized', columns: 50, rows: 30 });
  t.is(screen.state.focus, 'composer');
  t.is(screen.state.overlay, null);
  screen.do({ type: 'resized', columns: 120, rows: 30 }, focus('people'), move('help'));
  screen.do({ type: 'resized', columns: 65, rows: 30 });
  t.is(screen.state.focus, 'composer');
  t.is(screen.state.overlay?.kind, 'help');
});
