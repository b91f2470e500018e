import test from 'ava';
import { peopleOf } from '../../../src/tui/select/select.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { move, open, type } from '../../helpers/screen/events.ts';
import { message } from '../../helpers/screen/messages.ts';
import { Play } from '../../helpers/screen/screen-state.ts';

test('each conversation has its own draft', (t) => {
  const play = new Play().do(type('to all'), open('@bob'), type('to bob'));
  t.is(play.draft, 'to bob|');
  play.do(open('#lobby'));
  t.is(play.draft, 'to all|');
});

test('drafts of an earlier run are restored', (t) => {
  const play = new Play({ drafts: { '@bob': 'begun', nonsense: 'x' } }).do(open('@bob'));
  t.is(play.draft, 'begun|');
  t.deepEqual(
    peopleOf(play.chat).map(({ name }) => name),
    ['#lobby', '@bob', '@carol'],
  );
});

test('control characters are not typed; a paste keeps its lines and all other characters', (t) => {
  const play = new Play().do(type('a\u202eb\u0007c'), { type: 'pasted', text: ' x\r\ny\x1b[2Jz\tw' });
  t.is(play.draft, 'a\u202ebc x\ny\u001b[2Jz\tw|');
});

test('Up recalls sent lines, and Down returns to the draft', (t) => {
  const play = new Play().do({ type: 'taken', text: 'one' }, { type: 'taken', text: 'two' }, type('now'));
  t.is(play.do(move('up')).draft, 'two|');
  t.is(play.do(move('up')).draft, 'one|');
  t.is(play.do(move('up')).draft, 'one|');
  t.is(play.do(move('down'), move('down')).draft, 'now|');
  t.is(play.do(move('down')).draft, 'now|');
});

test('an edit or a started command puts the draft aside; it comes back after Enter, Esc or another start', (t) => {
  const mine = message({ seq: 1, id: 'h1', from: 'alice', text: '.hidden' });
  const edit: Event = { type: 'about', about: { do: 'edit', message: mine } };
  const react: Event = { type: 'command-started', editor: { before: '.react :', after: '' } };
  const play = new Play().do(type('begun'), edit);
  t.is(play.draft, '..hidden|', 'Enter would say the same text again');
  t.is(play.do(move('back')).draft, 'begun|');
  t.is(play.do(edit, { type: 'taken', text: '..hidden' }).draft, 'begun|');
  t.is(play.do(react, move('back')).draft, 'begun|');
  t.is(play.do(react, { type: 'taken', text: '.react :x' }).draft, 'begun|');
  t.is(play.do(react, edit, react, move('back')).draft, 'begun|');
  t.is(play.do(edit, { type: 'about', about: { do: 'reply', message: mine } }).draft, 'begun|');
  t.is(play.thread.about?.do, 'reply');
  t.is(play.do(move('back')).thread.about, null);
  // Another conversation has its own draft; the edit is there again with its conversation.
  play.do(edit, type('!'), open('@bob'));
  t.is(play.thread.about, null);
  t.is(play.draft, '|');
  play.do(open('#lobby'));
  t.is(play.draft, '..hidden!|');
  t.is(play.thread.about?.do, 'edit');
  t.is(play.do(move('back')).draft, 'begun|');
});

test('a line recalled with Up is not what an edit puts aside', (t) => {
  const mine = message({ seq: 1, id: 'h1', from: 'alice' });
  const play = new Play().do({ type: 'taken', text: 'sent' }, type('begun'), move('up'));
  t.is(play.draft, 'sent|');
  t.is(play.do({ type: 'about', about: { do: 'edit', message: mine } }, move('back')).draft, 'begun|');
});

test('deleted text is inserted with Ctrl+Y, also in another conversation', (t) => {
  const play = new Play().do(type('one two'), { type: 'edited', edit: 'delete-word' });
  t.is(play.do({ type: 'yanked' }, { type: 'yanked' }).draft, 'one twotwo|');
  play.do({ type: 'edited', edit: 'clear' });
  t.is(play.draft, '|');
  t.is(play.do(open('@bob'), { type: 'yanked' }).draft, 'one twotwo|');
});

test('Ctrl+Y never inserts a password', (t) => {
  const none = { before: '', after: '' };
  const play = new Play().do({
    type: 'overlay',
    overlay: { kind: 'passwd', fields: [none, none, none], active: 0, error: null, busy: false },
  });
  play.do(type('my secret'), { type: 'edited', edit: 'delete-to-start' }, { type: 'overlay', overlay: null });
  t.is(play.do({ type: 'yanked' }).draft, '|');
});

test('letters typed in a pane go to the composer', (t) => {
  const play = new Play().do({ type: 'focused', focus: 'people' }, type('h'));
  t.is(play.state.focus, 'composer');
  t.is(play.draft, 'h|');
});

test('changing the conversation while typing makes sending ask', (t) => {
  const play = new Play().do(type('for all'));
  play.now += 500;
  t.true(play.do(open('@bob')).thread.hasty);
  play.now += 5000;
  t.false(play.do(open('#lobby'), open('@carol')).thread.hasty);
});
