import test from 'ava';
import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { fileAt, filesOf, layoutFor, lookOf, peopleOf, personAt } from '../../../src/tui/selectors/selectors.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { focusScopesOf } from '../../../src/tui/state/focus.ts';
import { actionFor } from '../../../src/tui/state/keys.ts';
import { focus, move } from '../../helpers/screen/events.ts';
import { file, message, person } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';
import { visibleRows } from '../../helpers/screen/seen-rows.ts';

test('a selected message stays in the window while others arrive', (t) => {
  const screen = new ScreenState().history(30).do(focus('messages'), move('up'), move('up'), move('up'));
  const before = screen.thread.selected;
  screen.arrive(...Array.from({ length: 40 }, (_, i) => message({ seq: 31 + i, id: `n${i}` })));
  const { look, height } = lookOf(screen.state);
  t.is(screen.thread.selected, before);
  t.true(viewOf(screen.thread, look, height).rows.some(({ key }) => key === before));
  t.is(screen.thread.below, 40);
  screen.do(move('newest')).arrive(message({ seq: 71, id: 'last' }));
  t.is(screen.thread.anchor, null, 'the newest stays at the bottom');
});

test('no key acts on a message that is out of view', (t) => {
  const screen = new ScreenState().history(100);
  const isSeen = () => {
    const { look, height } = lookOf(screen.state);
    return viewOf(screen.thread, look, height).rows.some(({ key }) => key === screen.thread.selected);
  };
  screen.do(focus('messages'), move('up'), move('up'));
  for (const name of ['oldest', 'page-down', 'page-down', 'newest', 'page-up', 'lines-down'] as const) {
    screen.do(move(name));
    t.true(isSeen(), name);
  }
  screen.do(move('oldest'));
  t.regex(screen.thread.selected ?? '', /h1$/);
  screen.do(focus('composer'), move('newest'));
  t.is(screen.thread.selected, null, 'where no pane has the keys, nothing is chosen any more');
});

test('the view never jumps: while scrolled up, new messages are counted below', (t) => {
  const screen = new ScreenState().history(200).do(move('page-up'), move('page-up'));
  const before = visibleRows(screen);
  screen.arrive(...[201, 202, 203].map((seq) => message({ seq, id: `n${seq}`, text: `fresh ${seq}` })));
  t.deepEqual(visibleRows(screen), before);
  t.is(screen.thread.below, 3);
  screen.do(move('back'));
  t.is(screen.thread.below, 0);
  t.regex(visibleRows(screen).at(-1) ?? '', /fresh 203/);
});

test('paging to the oldest message and back shows every message once', (t) => {
  const screen = new ScreenState().history(120);
  const pages = new Set<string>();
  for (let i = 0; i < 30; i++) {
    for (const row of visibleRows(screen)) for (const found of row.match(/text \d+/g) ?? []) pages.add(found);
    screen.do(move('page-up'));
  }
  t.is(pages.size, 120);
  t.regex(visibleRows(screen).join('\n'), /text 1$/m);
  for (let i = 0; i < 30; i++) screen.do(move('page-down'));
  t.is(screen.thread.anchor, null);
});

test('older history is added above without moving the window', (t) => {
  const screen = new ScreenState().history(200, (seq) => ({ seq: seq + 200, id: `x${seq}` })).do(move('oldest'));
  const rows = visibleRows(screen).slice(2);
  screen.do({
    type: 'history',
    conversation: '#lobby',
    messages: Array.from({ length: 200 }, (_, i) => message({ seq: i + 1, id: `o${i}` })),
    gaps: [],
    more: false,
  });
  t.deepEqual(visibleRows(screen).slice(-rows.length), rows);
});

test('a selected item stays selected when something is inserted before it', (t) => {
  const screen = new ScreenState({ people: ['alice', 'bob', 'carol'].map((name) => person(name)) });
  screen.do({ type: 'focused', focus: 'people' }, { type: 'moved', move: 'down' });
  t.is(peopleOf(screen.chat)[personAt(screen.chat)]?.name, '@bob');
  screen.do({ type: 'client-events', events: [{ type: 'people', people: [person('adam')] }] });
  t.is(peopleOf(screen.chat)[personAt(screen.chat)]?.name, '@bob');
  const [older, newer] = [file({ id: 'f1', at: 1 }), file({ id: 'f2', at: 2 })];
  screen.do({ type: 'files', files: [older] }, { type: 'focused', focus: 'files' }, { type: 'moved', move: 'down' });
  screen.do({ type: 'files', files: [newer] });
  t.is(filesOf(screen.chat)[fileAt(screen.chat)]?.file.id, 'f1');
});

test('Esc closes, then leaves the pane, then goes to the newest message', (t) => {
  const screen = new ScreenState().history(200).do(move('page-up'), { type: 'focused', focus: 'people' }, move('help'));
  screen.do(move('back'));
  t.is(screen.state.overlay, null);
  t.is(screen.do(move('back')).state.focus, 'composer');
  t.not(screen.thread.anchor, null);
  t.is(screen.do(move('back')).thread.anchor, null);
});

test('panes are hidden by width; F2 and F3 show them over the messages', (t) => {
  const wide = layoutFor(new ScreenState({ columns: 120 }).state);
  t.true(wide.people > 0 && wide.files > 0);
  t.is(layoutFor(new ScreenState({ columns: 99 }).state).files, 0);
  const narrow = new ScreenState({ columns: 69 });
  t.is(layoutFor(narrow.state).people, 0);
  t.deepEqual(narrow.do(move('show-people')).state.overlay, { kind: 'pane', pane: 'people' });
  t.is(actionFor('enter', focusScopesOf(narrow.state)), 'choose');
  t.true(layoutFor(new ScreenState({ columns: 59 }).state).tooSmall);
  t.true(layoutFor(new ScreenState({ rows: 14 }).state).tooSmall);
});

test('the columns of the layout always fill the width', (t) => {
  for (let columns = 60; columns <= 220; columns++) {
    const layout = layoutFor(new ScreenState({ columns }).state);
    const rules = (layout.people > 0 ? 1 : 0) + (layout.files > 0 ? 1 : 0);
    t.is(layout.people + layout.messages + layout.files + rules, columns);
    t.true(layout.messages >= 45);
  }
});

test('older messages can be requested even if all loaded ones fit the window', (t) => {
  const screen = new ScreenState({ blocked: ['bob'] });
  const messages = Array.from({ length: 100 }, (_, i) => message({ seq: 101 + i, id: `h${i}` }));
  const page = (more: boolean): Event => ({ type: 'history', conversation: '#lobby', messages, gaps: [], more });
  screen.do(page(true), move('page-up'));
  t.deepEqual(screen.thread.anchor, { key: 'bob/h99', below: 0 });
  screen.do(move('page-down'));
  t.is(screen.thread.anchor, null);
  screen.do(page(false), move('page-up'));
  t.is(screen.thread.anchor, null);
});
