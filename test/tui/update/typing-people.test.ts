import test from 'ava';
import { peopleOf } from '../../../src/tui/selectors/selectors.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { move, open, type } from '../../helpers/screen/events.ts';
import { message } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

test('each conversation has its own draft', (t) => {
  const screen = new ScreenState().do(type('to all'), open('@bob'), type('to bob'));
  t.is(screen.draft, 'to bob|');
  screen.do(open('#lobby'));
  t.is(screen.draft, 'to all|');
});

test('drafts of an earlier run are restored', (t) => {
  const screen = new ScreenState({ drafts: { '@bob': 'begun', nonsense: 'x' } }).do(open('@bob'));
  t.is(screen.draft, 'begun|');
  t.deepEqual(
    peopleOf(screen.chat).map(({ name }) => name),
    ['#lobby', '@bob', '@carol'],
  );
});

test('control characters are not typed; a paste keeps its lines and all other characters', (t) => {
  const screen = new ScreenState().do(type('a\u202eb\u0007c'), { type: 'pasted', text: ' x\r\ny\x1b[2Jz\tw' });
  t.is(screen.draft, 'a\u202ebc x\ny\u001b[2Jz\tw|');
});

test('Up recalls sent lines, and Down returns to the draft', (t) => {
  const screen = new ScreenState().do({ type: 'taken', text: 'one' }, { type: 'taken', text: 'two' }, type('now'));
  t.is(screen.do(move('up')).draft, 'two|');
  t.is(screen.do(move('up')).draft, 'one|');
  t.is(screen.do(move('up')).draft, 'one|');
  t.is(screen.do(move('down'), move('down')).draft, 'now|');
  t.is(screen.do(move('down')).draft, 'now|');
});

test('an edit or a started command puts the draft aside; it comes back after Enter, Esc or another start', (t) => {
  const mine = message({ seq: 1, id: 'h1', from: 'alice', text: '.hidden' });
  const edit: Event = { type: 'about', about: { do: 'edit', message: mine } };
  const react: Event = { type: 'command-started', editor: { before: '.react :', after: '' } };
  const screen = new ScreenState().do(type('begun'), edit);
  t.is(screen.draft, '..hidden|', 'Enter would say the same text again');
  t.is(screen.do(move('back')).draft, 'begun|');
  t.is(screen.do(edit, { type: 'taken', text: '..hidden' }).draft, 'begun|');
  t.is(screen.do(react, move('back')).draft, 'begun|');
  t.is(screen.do(react, { type: 'taken', text: '.react :x' }).draft, 'begun|');
  t.is(screen.do(react, edit, react, move('back')).draft, 'begun|');
  t.is(screen.do(edit, { type: 'about', about: { do: 'reply', message: mine } }).draft, 'begun|');
  t.is(screen.thread.about?.do, 'reply');
  t.is(screen.do(move('back')).thread.about, null);
  // Another conversation has its own draft; the edit is there again with its conversation.
  screen.do(edit, type('!'), open('@bob'));
  t.is(screen.thread.about, null);
  t.is(screen.draft, '|');
  screen.do(open('#lobby'));
  t.is(screen.draft, '..hidden!|');
  t.is(screen.thread.about?.do, 'edit');
  t.is(screen.do(move('back')).draft, 'begun|');
});

test('a line recalled with Up is not what an edit puts aside', (t) => {
  const mine = message({ seq: 1, id: 'h1', from: 'alice' });
  const screen = new ScreenState().do({ type: 'taken', text: 'sent' }, type('begun'), move('up'));
  t.is(screen.draft, 'sent|');
  t.is(screen.do({ type: 'about', about: { do: 'edit', message: mine } }, move('back')).draft, 'begun|');
});

test('deleted text is inserted with Ctrl+Y, also in another conversation', (t) => {
  const screen = new ScreenState().do(type('one two'), { type: 'edited', edit: 'delete-word' });
  t.is(screen.do({ type: 'yanked' }, { type: 'yanked' }).draft, 'one twotwo|');
  screen.do({ type: 'edited', edit: 'clear' });
  t.is(screen.draft, '|');
  t.is(screen.do(open('@bob'), { type: 'yanked' }).draft, 'one twotwo|');
});

test('Ctrl+Y never inserts a password', (t) => {
  const none = { before: '', after: '' };
  const screen = new ScreenState().do({
    type: 'overlay',
    overlay: { kind: 'secrets', form: 'passwd', fields: [none, none, none], active: 0, error: null, busy: false },
  });
  screen.do(type('my secret'), { type: 'edited', edit: 'delete-to-start' }, { type: 'overlay', overlay: null });
  t.is(screen.do({ type: 'yanked' }).draft, '|');
});

test('letters typed in a pane go to the composer', (t) => {
  const screen = new ScreenState().do({ type: 'focused', focus: 'people' }, type('h'));
  t.is(screen.state.focus, 'composer');
  t.is(screen.draft, 'h|');
});

test('changing the conversation while typing makes sending ask', (t) => {
  const screen = new ScreenState().do(type('for all'));
  screen.now += 500;
  t.true(screen.do(open('@bob')).thread.hasty);
  screen.now += 5000;
  t.false(screen.do(open('#lobby'), open('@carol')).thread.hasty);
});
