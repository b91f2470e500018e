import test from 'ava';
import type { ClientEvent } from '../../../src/client/types.ts';
import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { lookOf } from '../../../src/tui/selectors/selectors.ts';
import { textOf } from '../../../src/tui/state/editor.ts';
import { hasKey } from '../../../src/tui/state/message-list.ts';
import { strings } from '../../../src/tui/text/strings.ts';
import { clientEvents, move, open, type } from '../../helpers/screen/events.ts';
import { message, person } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';
import { visibleRows } from '../../helpers/screen/seen-rows.ts';

test('a message seen before it has its place is not counted below when it gets its place', (t) => {
  const screen = new ScreenState({ rows: 24 }).history(3);
  const burst = (placed: boolean) =>
    Array.from({ length: 60 }, (_, i) => message({ seq: placed ? 4 + i : null, id: `b${i}`, from: 'bob' }));
  screen.do(clientEvents(...burst(false).map((one) => ({ type: 'message' as const, message: one, fresh: false }))));
  screen.do(move('oldest'));
  const { look, height } = lookOf(screen.state);
  const lowest = viewOf(screen.thread, look, height).rows.at(-1)?.key ?? '';
  screen.arrive(...burst(true));
  const last = screen.thread.messages.findIndex((one) => hasKey(one, lowest));
  t.true(screen.thread.below > 0 && screen.thread.below <= 62 - last, `${screen.thread.below} below ${last}`);
});

test('a line stands before the first unread message until the person leaves the conversation', (t) => {
  const screen = new ScreenState({ conversations: [{ name: '@bob', head: 3, read: 2, unread: 1, at: 0 }] }).do(
    open('@bob'),
    {
      type: 'history',
      conversation: '@bob',
      messages: [1, 2, 3].map((seq) => message({ seq, id: `b${seq}`, conversation: '@bob' })),
      gaps: [],
      more: false,
    },
  );
  const rows = visibleRows(screen);
  t.is(
    rows.findIndex((row) => /^─+ new ─+$/.test(row)) + 1,
    rows.findIndex((row) => row.includes('text 3')),
  );
  screen.do(open('#lobby'), { type: 'thread', conversation: '@bob', change: { unread: 0, read: 3 } }, open('@bob'));
  t.false(visibleRows(screen).some((row) => row.includes(' new ')));
});

test("one's own messages are not new", (t) => {
  const screen = new ScreenState({ conversations: [{ name: '@bob', head: 3, read: 0, unread: 2, at: 0 }] }).do(
    open('@bob'),
    {
      type: 'history',
      conversation: '@bob',
      messages: [1, 2, 3].map((seq) =>
        message({ seq, id: `b${seq}`, conversation: '@bob', from: seq === 1 ? 'alice' : 'bob' }),
      ),
      gaps: [],
      more: false,
    },
  );
  const rows = visibleRows(screen);
  t.is(
    rows.findIndex((row) => /^─+ new ─+$/.test(row)) + 1,
    rows.findIndex((row) => row.includes('text 2')),
  );
});

test('while nobody looks, the line marks where the person stopped reading', (t) => {
  const screen = new ScreenState()
    .history(2)
    .do({ type: 'watched', watched: false })
    .arrive(message({ seq: 3, id: 'n' }));
  t.is(screen.thread.newAfter, 2);
});

test('a gap is shown where messages are missing', (t) => {
  const screen = new ScreenState().history(3).do({
    type: 'client-events',
    events: [{ type: 'gap', gap: { conversation: '#lobby', from: 'bob', before: 3, reason: 'missing' } }],
  });
  const rows = visibleRows(screen);
  t.regex(rows[rows.findIndex((row) => row.includes('text 3')) - 1] ?? '', /bob is missing here/);
});

test('a changed key is reported and marks the person', (t) => {
  const screen = new ScreenState().do({
    type: 'client-events',
    events: [{ type: 'key-changed', name: 'bob', pinned: 'aa', offered: 'bb' }],
  });
  t.regex(screen.state.notice?.text ?? '', /bob's key changed/);
  t.is(screen.chat.people.bob?.changedTo, 'bb');
});

test('a notice disappears with the next key, or after a while', (t) => {
  const screen = new ScreenState().do({ type: 'notice', notice: { text: 'x', tone: 'info' } });
  screen.now += 9000;
  t.not(screen.do({ type: 'tick' }).state.notice, null);
  screen.now += 2000;
  t.is(screen.do({ type: 'tick' }).state.notice, null);
  t.is(screen.do({ type: 'notice', notice: { text: 'x', tone: 'bad' } }, type('a')).state.notice, null);
});

test('a message withdrawn before it has its place disappears; one with a place stays', (t) => {
  const early = message({ id: 'e1', seq: null, from: 'bob' });
  const screen = new ScreenState();
  const before = screen.thread.messages.length;
  const hear = (...events: ClientEvent[]) => screen.do({ type: 'client-events', events });
  const gone = { type: 'withdrawn', conversation: early.conversation, author: 'bob', id: 'e1' } as const;
  hear({ type: 'message', message: early, fresh: false });
  t.is(screen.thread.messages.length, before + 1);
  hear(gone);
  t.is(screen.thread.messages.length, before);
  hear({ type: 'message', message: early, fresh: false }, gone);
  t.is(screen.thread.messages.length, before);
  hear({ type: 'message', message: early, fresh: false });
  hear({ type: 'message', message: { ...early, seq: 99 }, fresh: true });
  hear(gone);
  t.deepEqual(
    screen.thread.messages.filter(({ id }) => id === 'e1').map(({ seq }) => seq),
    [99],
  );
});

test('a moved conversation is read again and keeps its draft', (t) => {
  const screen = new ScreenState();
  const { conversation } = message({});
  screen.do(
    { type: 'client-events', events: [{ type: 'message', message: message({ seq: 7 }), fresh: true }] },
    type('half a'),
  );
  screen.do({ type: 'client-events', events: [{ type: 'moved', conversation }] });
  t.deepEqual([screen.thread.messages, screen.thread.loaded, screen.draft], [[], 'no', 'half a|']);
  const former = message({ id: 'former', seq: -4_000_000_000 });
  const gap = { conversation, from: 'bob', before: former.seq ?? 0, reason: 'missing' } as const;
  screen.do({ type: 'history', conversation, messages: [former, message({ seq: 7 })], gaps: [gap], more: false });
  t.deepEqual(
    screen.thread.messages.map(({ seq }) => seq),
    [-4_000_000_000, 7],
  );
  t.true(visibleRows(screen).some((line) => line.includes('missing')));
});

test('events before a move in the same batch lose their old places', (t) => {
  const { conversation } = message({});
  const screen = new ScreenState().do(
    clientEvents({ type: 'message', message: message({ seq: 5 }), fresh: true }, { type: 'moved', conversation }),
  );
  t.deepEqual(screen.thread.messages, []);
});

test('a person whose account is gone leaves the list; their conversation and what is typed there stay', (t) => {
  const screen = new ScreenState({ people: [person('bob'), person('carol')] }).do(open('@bob'), type('hello'));
  screen.do(clientEvents({ type: 'typing', name: 'bob' }, { type: 'unregistered', name: 'bob' }));
  t.deepEqual(Object.keys(screen.chat.people), ['carol']);
  t.is(screen.chat.typing.size, 0);
  t.is(screen.state.notice?.text, 'bob left: the account was closed');
  t.is(screen.chat.open, '@bob');
  t.is(textOf(screen.thread.draft), 'hello');
});

test('after the account was closed a page says so, and not that the connection comes back', (t) => {
  const link = { state: 'closed', reason: 'the account was closed', code: 'account-closed' } as const;
  const { overlay } = new ScreenState().do(clientEvents({ type: 'link', link })).state;
  if (overlay?.kind !== 'page') return t.fail();
  t.is(overlay.title, 'Account closed');
  t.deepEqual(overlay.lines, [link.reason, '', strings.closing.readable, '', strings.closed.leave]);
});

test('new devices stay in the state, each once, until the person has looked at them', (t) => {
  const phone = { device: 8, kind: 'device', name: 'phone', address: '10.0.0.7', at: 1 } as const;
  const tablet = { ...phone, device: 9, name: 'tablet' };
  const screen = new ScreenState().do({
    type: 'client-events',
    events: [phone, tablet, phone].map((one) => ({ type: 'new-device', ...one })),
  });
  screen.now += 3_600_000;
  t.deepEqual(screen.do({ type: 'tick' }, type('a')).chat.newDevices, [tablet, phone]);
  const seen = screen.do({ type: 'client-events', events: [{ type: 'devices-seen', devices: [8] }] });
  t.deepEqual(seen.chat.newDevices, [tablet]);
});
