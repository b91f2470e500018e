import test from 'ava';
import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { fileAt, filesOf, layoutFor, lookOf, peopleOf, personAt } from '../../../src/tui/select/select.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { focusScopesOf } from '../../../src/tui/state/focus.ts';
import { actionFor } from '../../../src/tui/state/keys.ts';
import { focus, move } from '../../helpers/screen/events.ts';
import { file, message, person } from '../../helpers/screen/messages.ts';
import { Play } from '../../helpers/screen/screen-state.ts';
import { seen } from '../../helpers/screen/seen-rows.ts';

test('a selected message stays in the window while others arrive', (t) => {
  const play = new Play().history(30).do(focus('messages'), move('up'), move('up'), move('up'));
  const before = play.thread.selected;
  play.arrive(...Array.from({ length: 40 }, (_, i) => message({ seq: 31 + i, id: `n${i}` })));
  const { look, height } = lookOf(play.state);
  t.is(play.thread.selected, before);
  t.true(viewOf(play.thread, look, height).rows.some(({ key }) => key === before));
  t.is(play.thread.below, 40);
  play.do(move('newest')).arrive(message({ seq: 71, id: 'last' }));
  t.is(play.thread.anchor, null, 'the newest stays at the bottom');
});

test('no key acts on a message that is out of view', (t) => {
  const play = new Play().history(100);
  const isSeen = () => {
    const { look, height } = lookOf(play.state);
    return viewOf(play.thread, look, height).rows.some(({ key }) => key === play.thread.selected);
  };
  play.do(focus('messages'), move('up'), move('up'));
  for (const name of ['oldest', 'page-down', 'page-down', 'newest', 'page-up', 'lines-down'] as const) {
    play.do(move(name));
    t.true(isSeen(), name);
  }
  play.do(move('oldest'));
  t.regex(play.thread.selected ?? '', /h1$/);
  play.do(focus('composer'), move('newest'));
  t.is(play.thread.selected, null, 'where no pane has the keys, nothing is chosen any more');
});

test('the view never jumps: while scrolled up, new messages are counted below', (t) => {
  const play = new Play().history(200).do(move('page-up'), move('page-up'));
  const before = seen(play);
  play.arrive(...[201, 202, 203].map((seq) => message({ seq, id: `n${seq}`, text: `fresh ${seq}` })));
  t.deepEqual(seen(play), before);
  t.is(play.thread.below, 3);
  play.do(move('back'));
  t.is(play.thread.below, 0);
  t.regex(seen(play).at(-1) ?? '', /fresh 203/);
});

test('paging to the oldest message and back shows every message once', (t) => {
  const play = new Play().history(120);
  const pages = new Set<string>();
  for (let i = 0; i < 30; i++) {
    for (const row of seen(play)) for (const found of row.match(/text \d+/g) ?? []) pages.add(found);
    play.do(move('page-up'));
  }
  t.is(pages.size, 120);
  t.regex(seen(play).join('\n'), /text 1$/m);
  for (let i = 0; i < 30; i++) play.do(move('page-down'));
  t.is(play.thread.anchor, null);
});

test('older history is added above without moving the window', (t) => {
  const play = new Play().history(200, (seq) => ({ seq: seq + 200, id: `x${seq}` })).do(move('oldest'));
  const rows = seen(play).slice(2);
  play.do({
    type: 'history',
    conversation: '#lobby',
    messages: Array.from({ length: 200 }, (_, i) => message({ seq: i + 1, id: `o${i}` })),
    gaps: [],
    more: false,
  });
  t.deepEqual(seen(play).slice(-rows.length), rows);
});

test('a selected item stays selected when something is inserted before it', (t) => {
  const play = new Play({ people: ['alice', 'bob', 'carol'].map((name) => person(name)) });
  play.do({ type: 'focused', focus: 'people' }, { type: 'moved', move: 'down' });
  t.is(peopleOf(play.chat)[personAt(play.chat)]?.name, '@bob');
  play.do({ type: 'client-events', events: [{ type: 'people', people: [person('adam')] }] });
  t.is(peopleOf(play.chat)[personAt(play.chat)]?.name, '@bob');
  const [older, newer] = [file({ id: 'f1', at: 1 }), file({ id: 'f2', at: 2 })];
  play.do({ type: 'files', files: [older] }, { type: 'focused', focus: 'files' }, { type: 'moved', move: 'down' });
  play.do({ type: 'files', files: [newer] });
  t.is(filesOf(play.chat)[fileAt(play.chat)]?.file.id, 'f1');
});

test('Esc closes, then leaves the pane, then goes to the newest message', (t) => {
  const play = new Play().history(200).do(move('page-up'), { type: 'focused', focus: 'people' }, move('help'));
  play.do(move('back'));
  t.is(play.state.overlay, null);
  t.is(play.do(move('back')).state.focus, 'composer');
  t.not(play.thread.anchor, null);
  t.is(play.do(move('back')).thread.anchor, null);
});

test('panes are hidden by width; F2 and F3 show them over the messages', (t) => {
  const wide = layoutFor(new Play({ columns: 120 }).state);
  t.true(wide.people > 0 && wide.files > 0);
  t.is(layoutFor(new Play({ columns: 99 }).state).files, 0);
  const narrow = new Play({ columns: 69 });
  t.is(layoutFor(narrow.state).people, 0);
  t.deepEqual(narrow.do(move('show-people')).state.overlay, { kind: 'pane', pane: 'people' });
  t.is(actionFor('enter', focusScopesOf(narrow.state)), 'choose');
  t.true(layoutFor(new Play({ columns: 59 }).state).tooSmall);
  t.true(layoutFor(new Play({ rows: 14 }).state).tooSmall);
});

test('the columns of the layout always fill the width', (t) => {
  for (let columns = 60; columns <= 220; columns++) {
    const layout = layoutFor(new Play({ columns }).state);
    const rules = (layout.people > 0 ? 1 : 0) + (layout.files > 0 ? 1 : 0);
    t.is(layout.people + layout.messages + layout.files + rules, columns);
    t.true(layout.messages >= 45);
  }
});

test('older messages can be requested even if all loaded ones fit the window', (t) => {
  const play = new Play({ blocked: ['bob'] });
  const messages = Array.from({ length: 100 }, (_, i) => message({ seq: 101 + i, id: `h${i}` }));
  const page = (more: boolean): Event => ({ type: 'history', conversation: '#lobby', messages, gaps: [], more });
  play.do(page(true), move('page-up'));
  t.deepEqual(play.thread.anchor, { key: 'bob/h99', below: 0 });
  play.do(move('page-down'));
  t.is(play.thread.anchor, null);
  play.do(page(false), move('page-up'));
  t.is(play.thread.anchor, null);
});
