import test from 'ava';
import type { ClientEvent } from '../../../src/client/types.ts';
import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { lookOf } from '../../../src/tui/select/select.ts';
import { hasKey } from '../../../src/tui/state/message-list.ts';
import { clientEvents, move, open, type } from '../../helpers/screen/events.ts';
import { message } from '../../helpers/screen/messages.ts';
import { Play } from '../../helpers/screen/screen-state.ts';
import { seen } from '../../helpers/screen/seen-rows.ts';

test('a message seen before it has its place is not counted below when it gets its place', (t) => {
  const play = new Play({ rows: 24 }).history(3);
  const burst = (placed: boolean) =>
    Array.from({ length: 60 }, (_, i) => message({ seq: placed ? 4 + i : null, id: `b${i}`, from: 'bob' }));
  play.do(clientEvents(...burst(false).map((one) => ({ type: 'message' as const, message: one, fresh: false }))));
  play.do(move('oldest'));
  const { look, height } = lookOf(play.state);
  const lowest = viewOf(play.thread, look, height).rows.at(-1)?.key ?? '';
  play.arrive(...burst(true));
  const last = play.thread.messages.findIndex((one) => hasKey(one, lowest));
  t.true(play.thread.below > 0 && play.thread.below <= 62 - last, `${play.thread.below} below ${last}`);
});

test('a line stands before the first unread message until the person leaves the conversation', (t) => {
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

test("one's own messages are not new", (t) => {
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

test('while nobody looks, the line marks where the person stopped reading', (t) => {
  const play = new Play()
    .history(2)
    .do({ type: 'watched', watched: false })
    .arrive(message({ seq: 3, id: 'n' }));
  t.is(play.thread.newAfter, 2);
});

test('a gap is shown where messages are missing', (t) => {
  const play = new Play().history(3).do({
    type: 'client-events',
    events: [{ type: 'gap', gap: { conversation: '#lobby', from: 'bob', before: 3, reason: 'missing' } }],
  });
  const rows = seen(play);
  t.regex(rows[rows.findIndex((row) => row.includes('text 3')) - 1] ?? '', /bob is missing here/);
});

test('a changed key is reported and marks the person', (t) => {
  const play = new Play().do({
    type: 'client-events',
    events: [{ type: 'key-changed', name: 'bob', pinned: 'aa', offered: 'bb' }],
  });
  t.regex(play.state.notice?.text ?? '', /bob's key changed/);
  t.is(play.chat.people.bob?.changedTo, 'bb');
});

test('a notice disappears with the next key, or after a while', (t) => {
  const play = new Play().do({ type: 'notice', notice: { text: 'x', tone: 'info' } });
  play.now += 9000;
  t.not(play.do({ type: 'tick' }).state.notice, null);
  play.now += 2000;
  t.is(play.do({ type: 'tick' }).state.notice, null);
  t.is(play.do({ type: 'notice', notice: { text: 'x', tone: 'bad' } }, type('a')).state.notice, null);
});

test('a message withdrawn before it has its place disappears; one with a place stays', (t) => {
  const early = message({ id: 'e1', seq: null, from: 'bob' });
  const play = new Play();
  const before = play.thread.messages.length;
  const hear = (...events: ClientEvent[]) => play.do({ type: 'client-events', events });
  const gone = { type: 'withdrawn', conversation: early.conversation, author: 'bob', id: 'e1' } as const;
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

test('a moved conversation is read again and keeps its draft', (t) => {
  const play = new Play();
  const { conversation } = message({});
  play.do(
    { type: 'client-events', events: [{ type: 'message', message: message({ seq: 7 }), fresh: true }] },
    type('half a'),
  );
  play.do({ type: 'client-events', events: [{ type: 'moved', conversation }] });
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

test('events before a move in the same batch lose their old places', (t) => {
  const { conversation } = message({});
  const play = new Play().do(
    clientEvents({ type: 'message', message: message({ seq: 5 }), fresh: true }, { type: 'moved', conversation }),
  );
  t.deepEqual(play.thread.messages, []);
});
