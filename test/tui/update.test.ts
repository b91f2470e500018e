import test from 'ava';
import * as fc from 'fast-check';
import type { ClientEvent } from '../../src/tui/client/types.ts';
import type { Event, MoveName } from '../../src/tui/event.ts';
import { placesOf } from '../../src/tui/field.ts';
import { actionFor } from '../../src/tui/keys.ts';
import { fileAt, filesOf, layoutFor, lookOf, peopleOf, personAt } from '../../src/tui/select.ts';
import { viewOf } from '../../src/tui/viewport.ts';
import { file, message, person } from './helpers/messages.ts';
import { Play } from './helpers/screen-state.ts';

const type = (text: string): Event => ({ type: 'typed', text });
const move = (name: MoveName): Event => ({ type: 'moved', move: name });
const open = (conversation: '#lobby' | `@${string}`): Event => ({ type: 'opened', conversation });
/** What the window shows, as text. */
function seen(play: Play): string[] {
  const { look, height } = lookOf(play.state);
  return viewOf(play.thread, look, height).rows.map(({ row }) =>
    row.spans
      .map((span) => span.text)
      .join('')
      .trim(),
  );
}

test('each conversation has its own draft', (t) => {
  const play = new Play().do(type('to all'), open('@bob'), type('to bob'));
  t.is(play.draft, 'to bob|');
  play.do(open('#lobby'));
  t.is(play.draft, 'to all|');
});

test('drafts of an earlier run are there', (t) => {
  const play = new Play({ drafts: { '@bob': 'begun', nonsense: 'x' } }).do(open('@bob'));
  t.is(play.draft, 'begun|');
  t.deepEqual(
    peopleOf(play.chat).map(({ name }) => name),
    ['#lobby', '@bob', '@carol'],
  );
});

test('unseen characters are not typed, a paste keeps its lines', (t) => {
  const play = new Play().do(type('a\u202eb\u0007c'), { type: 'pasted', text: ' x\r\ny\x1b[2Jz\tw' });
  t.is(play.draft, 'abc x\ny\ufffd[2Jz    w|');
});

test('up recalls what was sent, down comes back to the draft', (t) => {
  const play = new Play().do({ type: 'taken', text: 'one' }, { type: 'taken', text: 'two' }, type('now'));
  t.is(play.do(move('up')).draft, 'two|');
  t.is(play.do(move('up')).draft, 'one|');
  t.is(play.do(move('up')).draft, 'one|');
  t.is(play.do(move('down'), move('down')).draft, 'now|');
  t.is(play.do(move('down')).draft, 'now|');
});

test('an edit, or a command begun for the person, puts the draft aside; it comes back after Enter, Esc or another start', (t) => {
  const mine = message({ seq: 1, id: 'h1', from: 'alice', text: '.hidden' });
  const edit: Event = { type: 'about', about: { do: 'edit', message: mine } };
  const react: Event = { type: 'lent', editor: { before: '.react :', after: '' } };
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
  // In another conversation one does something else; the edit is there again with its conversation.
  play.do(edit, type('!'), open('@bob'));
  t.is(play.thread.about, null);
  t.is(play.draft, '|');
  play.do(open('#lobby'));
  t.is(play.draft, '..hidden!|');
  t.is(play.thread.about?.do, 'edit');
  t.is(play.do(move('back')).draft, 'begun|');
});

test('what was recalled with Up is not what an edit puts aside', (t) => {
  const mine = message({ seq: 1, id: 'h1', from: 'alice' });
  const play = new Play().do({ type: 'taken', text: 'sent' }, type('begun'), move('up'));
  t.is(play.draft, 'sent|');
  t.is(play.do({ type: 'about', about: { do: 'edit', message: mine } }, move('back')).draft, 'begun|');
});

test('what was deleted comes back with Ctrl+Y, in another conversation too', (t) => {
  const play = new Play().do(type('one two'), { type: 'edited', edit: 'delete-word' });
  t.is(play.do({ type: 'yanked' }, { type: 'yanked' }).draft, 'one twotwo|');
  play.do({ type: 'edited', edit: 'clear' });
  t.is(play.draft, '|');
  t.is(play.do(open('@bob'), { type: 'yanked' }).draft, 'one twotwo|');
});

test('a password is never what Ctrl+Y puts back', (t) => {
  const none = { before: '', after: '' };
  const play = new Play().do({
    type: 'overlay',
    overlay: { kind: 'passwd', fields: [none, none, none], active: 0, error: null, busy: false },
  });
  play.do(type('my secret'), { type: 'edited', edit: 'delete-to-start' }, { type: 'overlay', overlay: null });
  t.is(play.do({ type: 'yanked' }).draft, '|');
});

test('in a pane, letters go to the line', (t) => {
  const play = new Play().do({ type: 'focused', focus: 'people' }, type('h'));
  t.is(play.state.focus, 'composer');
  t.is(play.draft, 'h|');
});

test('the view never jumps: scrolled up, new messages are counted below', (t) => {
  const play = new Play().history(200).do(move('page-up'), move('page-up'));
  const before = seen(play);
  play.arrive(...[201, 202, 203].map((seq) => message({ seq, id: `n${seq}`, text: `fresh ${seq}` })));
  t.deepEqual(seen(play), before);
  t.is(play.thread.below, 3);
  play.do(move('back'));
  t.is(play.thread.below, 0);
  t.regex(seen(play).at(-1) ?? '', /fresh 203/);
});

test('paging to the oldest and back shows every message once', (t) => {
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

test('older history comes in above without moving the window', (t) => {
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

test('a line stands before the first unread message, until one leaves', (t) => {
  const play = new Play({ conversations: [{ name: '@bob', head: 3, read: 2, unread: 1, at: 0 }] }).do(open('@bob'), {
    type: 'history',
    conversation: '@bob',
    messages: [1, 2, 3].map((seq) => message({ seq, id: `b${seq}`, conversation: '@bob' })),
    gaps: [],
    more: false,
  });
  const rows = seen(play);
  t.is(
    rows.findIndex((row) => /^─+ new ─+$/.test(row)) + 1,
    rows.findIndex((row) => row.includes('text 3')),
  );
  play.do(open('#lobby'), { type: 'thread', conversation: '@bob', change: { unread: 0, read: 3 } }, open('@bob'));
  t.false(seen(play).some((row) => row.includes(' new ')));
});

test('what one wrote oneself is not new', (t) => {
  const play = new Play({ conversations: [{ name: '@bob', head: 3, read: 0, unread: 2, at: 0 }] }).do(open('@bob'), {
    type: 'history',
    conversation: '@bob',
    messages: [1, 2, 3].map((seq) =>
      message({ seq, id: `b${seq}`, conversation: '@bob', from: seq === 1 ? 'alice' : 'bob' }),
    ),
    gaps: [],
    more: false,
  });
  const rows = seen(play);
  t.is(
    rows.findIndex((row) => /^─+ new ─+$/.test(row)) + 1,
    rows.findIndex((row) => row.includes('text 2')),
  );
});

test('what is chosen in a pane stays chosen when something comes before it', (t) => {
  const play = new Play({ people: ['alice', 'bob', 'carol'].map((name) => person(name)) });
  play.do({ type: 'focused', focus: 'people' }, { type: 'moved', move: 'down' });
  t.is(peopleOf(play.chat)[personAt(play.chat)]?.name, '@bob');
  play.do({ type: 'news', news: [{ type: 'people', people: [person('adam')] }] });
  t.is(peopleOf(play.chat)[personAt(play.chat)]?.name, '@bob');
  const [older, newer] = [file({ id: 'f1', at: 1 }), file({ id: 'f2', at: 2 })];
  play.do({ type: 'files', files: [older] }, { type: 'focused', focus: 'files' }, { type: 'moved', move: 'down' });
  play.do({ type: 'files', files: [newer] });
  t.is(filesOf(play.chat)[fileAt(play.chat)]?.file.id, 'f1');
});

test('nobody looks: the line marks where they stopped', (t) => {
  const play = new Play()
    .history(2)
    .do({ type: 'watched', watched: false })
    .arrive(message({ seq: 3, id: 'n' }));
  t.is(play.thread.newAfter, 2);
});

test('a gap is shown where something is missing', (t) => {
  const play = new Play().history(3).do({
    type: 'news',
    news: [{ type: 'gap', gap: { conversation: '#lobby', from: 'bob', before: 3, reason: 'missing' } }],
  });
  const rows = seen(play);
  t.regex(rows[rows.findIndex((row) => row.includes('text 3')) - 1] ?? '', /bob is missing here/);
});

test('changing the conversation in the middle of typing makes sending ask', (t) => {
  const play = new Play().do(type('for all'));
  play.now += 500;
  t.true(play.do(open('@bob')).thread.hasty);
  play.now += 5000;
  t.false(play.do(open('#lobby'), open('@carol')).thread.hasty);
});

test('Esc closes, leaves the pane, then goes to the newest', (t) => {
  const play = new Play().history(200).do(move('page-up'), { type: 'focused', focus: 'people' }, move('help'));
  play.do(move('back'));
  t.is(play.state.overlay, null);
  t.is(play.do(move('back')).state.focus, 'composer');
  t.not(play.thread.anchor, null);
  t.is(play.do(move('back')).thread.anchor, null);
});

test('a key that changed is told and marks the person', (t) => {
  const play = new Play().do({
    type: 'news',
    news: [{ type: 'key-changed', name: 'bob', pinned: 'aa', offered: 'bb' }],
  });
  t.regex(play.state.notice?.text ?? '', /bob's key changed/);
  t.is(play.chat.people.bob?.changedTo, 'bb');
});

test('a notice goes with the next key, or after a while', (t) => {
  const play = new Play().do({ type: 'notice', notice: { text: 'x', tone: 'info' } });
  play.now += 9000;
  t.not(play.do({ type: 'tick' }).state.notice, null);
  play.now += 2000;
  t.is(play.do({ type: 'tick' }).state.notice, null);
  t.is(play.do({ type: 'notice', notice: { text: 'x', tone: 'bad' } }, type('a')).state.notice, null);
});

test('panes hide by width; F2 and F3 bring them over the messages', (t) => {
  const wide = layoutFor(new Play({ columns: 120 }).state);
  t.true(wide.people > 0 && wide.files > 0);
  t.is(layoutFor(new Play({ columns: 99 }).state).files, 0);
  const narrow = new Play({ columns: 69 });
  t.is(layoutFor(narrow.state).people, 0);
  t.deepEqual(narrow.do(move('show-people')).state.overlay, { kind: 'pane', pane: 'people' });
  t.is(actionFor('enter', placesOf(narrow.state)), 'choose');
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

const moves: MoveName[] = [
  'up',
  'down',
  'page-up',
  'page-down',
  'oldest',
  'newest',
  'back',
  'next-pane',
  'previous-pane',
  'show-people',
  'show-files',
  'bare',
  'help',
  'switcher',
  'search',
];
const anything: fc.Arbitrary<Event> = fc.oneof(
  fc.constantFrom(...moves).map(move),
  fc.string({ unit: 'binary', maxLength: 8 }).map(type),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text): Event => ({ type: 'pasted', text })),
  fc.constantFrom('#lobby' as const, '@bob' as const, '@carol' as const).map(open),
  fc.boolean().map((on): Event => ({ type: 'blocked', name: 'bob', on })),
  fc
    .record({ columns: fc.integer({ min: 1, max: 250 }), rows: fc.integer({ min: 1, max: 80 }) })
    .map((size): Event => ({ type: 'resized', ...size })),
  fc.integer({ min: 1, max: 60 }).map(
    (seq): Event => ({
      type: 'news',
      news: [{ type: 'message', message: message({ seq, id: `p${seq}` }), fresh: true }],
    }),
  ),
  fc
    .constantFrom('delete-left', 'left', 'word-left', 'delete-word', 'line-start', 'new-line')
    .map((edit): Event => ({ type: 'edited', edit: edit as 'left' })),
);

test('property: whatever happens, the window fits and no row is wider than its pane', (t) => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 40 }), (events) => {
      const play = new Play({ people: [person('alice'), person('bob')] }).history(30);
      for (const event of events) {
        play.do(event);
        const { look, height } = lookOf(play.state);
        t.true(viewOf(play.thread, look, height).rows.length <= height);
        t.notRegex(play.draft, /[^\P{Cc}\n]/u);
      }
    }),
    { numRuns: 60 },
  );
});

test('a message that is withdrawn before it has its place is gone; one that has it stays', (t) => {
  const early = message({ id: 'e1', seq: null, from: 'bob' });
  const play = new Play();
  const before = play.thread.messages.length;
  const hear = (...news: ClientEvent[]) => play.do({ type: 'news', news });
  const gone = { type: 'withdrawn', conversation: early.conversation, from: 'bob', id: 'e1' } as const;
  hear({ type: 'message', message: early, fresh: false });
  t.is(play.thread.messages.length, before + 1);
  hear(gone);
  t.is(play.thread.messages.length, before);
  hear({ type: 'message', message: early, fresh: false }, gone);
  t.is(play.thread.messages.length, before);
  hear({ type: 'message', message: early, fresh: false });
  hear({ type: 'message', message: { ...early, seq: 99 }, fresh: true });
  hear(gone);
  t.deepEqual(
    play.thread.messages.filter(({ id }) => id === 'e1').map(({ seq }) => seq),
    [99],
  );
});

test('a conversation whose messages moved is read again, with its draft as it was', (t) => {
  const play = new Play();
  const { conversation } = message({});
  play.do({ type: 'news', news: [{ type: 'message', message: message({ seq: 7 }), fresh: true }] }, type('half a'));
  play.do({ type: 'news', news: [{ type: 'moved', conversation }] });
  t.deepEqual([play.thread.messages, play.thread.loaded, play.draft], [[], 'no', 'half a|']);
  const former = message({ id: 'former', seq: -4_000_000_000 });
  const gap = { conversation, from: 'bob', before: former.seq ?? 0, reason: 'missing' } as const;
  play.do({ type: 'history', conversation, messages: [former, message({ seq: 7 })], gaps: [gap], more: false });
  t.deepEqual(
    play.thread.messages.map(({ seq }) => seq),
    [-4_000_000_000, 7],
  );
  t.true(seen(play).some((line) => line.includes('missing')));
});

test('what blocked people say while the window is scrolled up moves nothing and is not counted below', (t) => {
  const play = new Play({ blocked: ['bob'] }).history(200, () => ({ from: 'carol' })).do(move('page-up'));
  const before = seen(play);
  play.arrive(message({ seq: 201, id: 'n1' }), message({ seq: 202, id: 'n2' }));
  t.deepEqual(seen(play), before);
  t.is(play.thread.below, 0);
  play.arrive(message({ seq: 203, id: 'n3', from: 'carol' }));
  t.is(play.thread.below, 1);
});

test('blocking hides what is on the screen, and takes nothing away', (t) => {
  const play = new Play().history(5, (seq) => ({ from: seq < 4 ? 'bob' : 'carol' }));
  const [before, held] = [seen(play), play.thread.messages];
  play.do({ type: 'about', about: { do: 'reply', message: message({ seq: 1, id: 'h1' }) } });
  play.do({ type: 'blocked', name: 'bob', on: true });
  t.true(seen(play).includes('3 messages of bob, who is blocked'));
  t.is(seen(play).filter((row) => /text [123]/.test(row)).length, 0);
  t.is(play.thread.about, null, 'nothing is answered that is not seen');
  t.is(play.thread.messages, held);
  play.do({ type: 'blocked', name: 'bob', on: false });
  t.deepEqual(seen(play), before);
});

test('of a private conversation with somebody who is blocked nothing is seen, and all of it afterwards', (t) => {
  const messages = ['bob', 'alice'].map((from, i) =>
    message({ seq: i + 1, id: `p${i}`, conversation: '@bob', from, to: from === 'bob' ? 'alice' : 'bob' }),
  );
  const play = new Play().do(open('@bob'), { type: 'history', conversation: '@bob', messages, gaps: [], more: false });
  const before = seen(play);
  play.do({ type: 'blocked', name: 'bob', on: true }, move('page-up'));
  play.do({ type: 'focused', focus: 'messages' }, move('up'));
  t.deepEqual(seen(play), []);
  t.is(play.thread.selected, null);
  play.do({ type: 'blocked', name: 'bob', on: false });
  t.deepEqual(seen(play), before);
});

test('a run is chosen as one, stays chosen while it grows, and what is unfolded folds when one leaves', (t) => {
  const play = new Play({ blocked: ['bob'] }).history(6, (seq) => ({ from: seq > 2 ? 'bob' : 'carol' }));
  play.do({ type: 'focused', focus: 'messages' }, move('up'));
  t.is(play.thread.selected, 'bob/h6');
  play.arrive(message({ seq: 7, id: 'h7' }));
  play.do(move('up'));
  t.is(play.thread.selected, 'carol/h2');
  play.do({ type: 'unfolded', conversation: '#lobby', run: { from: 'bob', first: 3, last: 6 } });
  t.true(seen(play).some((row) => row.endsWith('text 6')));
  t.is(seen(play).at(-1), '1 message of bob, who is blocked');
  play.do(open('@carol'), open('#lobby'));
  t.is(seen(play).at(-1), '5 messages of bob, who is blocked');
});

test('older messages can be asked for while all that is held fits the window', (t) => {
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
