import test from 'ava';
import { deliver } from '../../../../src/daemon/requests/messages/deliver.ts';
import { fetch } from '../../../../src/daemon/requests/messages/fetch.ts';
import { read } from '../../../../src/daemon/requests/messages/read.ts';
import { whisper } from '../../../../src/daemon/requests/messages/whisper.ts';
import { ProtocolError } from '../../../../src/protocol/base/errors.ts';
import { inlineRsa } from '../../../../src/protocol/crypto/rsa-pool.ts';
import { openNote, privateConversationId, sealNote } from '../../../../src/protocol/sealed/note.ts';
import type { Event } from '../../../../src/protocol/wire/codec.ts';
import { fixtureSealKey } from '../../../fixtures/keys.ts';
import { deferredDone, nextCard, openTestDaemon, type TestPerson } from '../../../helpers/daemon/daemon-people.ts';
import { bytes16 } from '../../../helpers/daemon/store.ts';

const NONE = new Uint8Array(32);

/** The n-th note of one person to another, with the text `note n`. */
async function seal(daemonId: Uint8Array, from: TestPerson, to: TestPerson, n: number, noteId = bytes16(n)) {
  const chain = { device: 7, seq: n, prev: NONE, seen: NONE, sentAt: 5, noteId, life: 0 };
  const content = { kind: 'text', text: `note ${n}` } as const;
  const about = { daemonId, identity: from.identity, from: from.card, to: to.card, content, ...chain };
  return (await sealNote(inlineRsa, about)).note;
}

const open = (daemonId: Uint8Array, bytes: Uint8Array, me: TestPerson, author: TestPerson) =>
  openNote(inlineRsa, bytes, {
    daemonId,
    me: me.card.idFp,
    keys: [{ ekFp: me.card.ekFp, ...me.encryption }],
    author: author.card.sigSpki,
    authorName: author.name,
  });

const conversationOf = (daemonId: Uint8Array, a: TestPerson, b: TestPerson) =>
  Uint8Array.from(privateConversationId(daemonId, a.card.idFp, b.card.idFp));

const posted = (events: Event[]) => events.flatMap((event) => (event.method === 'posted' ? [event.params] : []));

test('a note is answered, then sent to every session of both people, each with the copy it can open', async (t) => {
  const { context, login, daemonId, alice, bob } = await openTestDaemon(t);
  const [mine, myOther, his, hers] = [login('alice'), login('alice'), login('bob'), login('carol')];
  const note = await seal(daemonId, alice, bob, 1);
  const answer = await whisper(context, mine.session, { to: 'bob', note, file: null });
  t.deepEqual(answer, { seq: 1, at: 1_000_000 });
  t.deepEqual([mine.events, his.events], [[], []], 'nobody hears of it before it is answered');
  await deferredDone();
  for (const { events } of [mine, myOther]) {
    const [event] = posted(events);
    t.like(event, { with: 'bob', entry: { seq: 1, at: 1_000_000, kind: 'note', from: 'alice', keys: [] } });
    const { content } = await open(daemonId, event?.entry.bytes ?? NONE, alice, alice);
    t.deepEqual(content, { kind: 'text', text: 'note 1' });
  }
  const [event, ...rest] = posted(his.events);
  t.is(rest.length, 0);
  t.is(event?.with, 'alice');
  t.deepEqual(event?.conversation, conversationOf(daemonId, alice, bob));
  t.deepEqual((await open(daemonId, event?.entry.bytes ?? NONE, bob, alice)).content, { kind: 'text', text: 'note 1' });
  t.deepEqual(hers.events, []);
});

test('a missed note is fetched by each side as its own copy, and not by a stranger', async (t) => {
  const { context, login, daemonId, alice, bob } = await openTestDaemon(t);
  const mine = login('alice');
  const note = await seal(daemonId, alice, bob, 1);
  await whisper(context, mine.session, { to: 'bob', note, file: null });
  const conversation = conversationOf(daemonId, alice, bob);
  const range = { conversation, after: 0, before: null, limit: 10, newest: false, kinds: null };
  for (const me of [alice, bob]) {
    const { entries } = await fetch(context, login(me.name as 'alice').session, range);
    t.is(entries.length, 1);
    const { content } = await open(daemonId, entries[0]?.bytes ?? NONE, me, alice);
    t.deepEqual(content, { kind: 'text', text: 'note 1' });
  }
  await t.throwsAsync(fetch(context, login('carol').session, range), { code: 'no-such-conversation' });
});

test('a note to oneself has one copy and is sent once', async (t) => {
  const { context, login, daemonId, alice } = await openTestDaemon(t, ['alice']);
  const mine = login('alice');
  const note = await seal(daemonId, alice, alice, 1);
  await whisper(context, mine.session, { to: 'alice', note, file: null });
  await deferredDone();
  const [event, ...rest] = posted(mine.events);
  t.is(rest.length, 0);
  t.is(event?.with, 'alice');
  await t.notThrowsAsync(open(daemonId, event?.entry.bytes ?? NONE, alice, alice));
});

test('a resent note gets its first answer and is not sent on again, even if a card was renewed since', async (t) => {
  const { context, store, login, daemonId, directory, alice, bob } = await openTestDaemon(t);
  const mine = login('alice');
  const params = { to: 'bob', note: await seal(daemonId, alice, bob, 1), file: null };
  await whisper(context, mine.session, params);
  await deferredDone();
  const card = await nextCard(bob, fixtureSealKey('mallory-encryption'));
  await directory.put(card, { name: 'bob', idFp: bob.card.idFp }, store);
  t.deepEqual(await whisper(context, mine.session, params), { seq: 1, at: 1_000_000 });
  await deferredDone();
  t.is(posted(mine.events).length, 1);
  const late = { ...params, note: await seal(daemonId, alice, bob, 2) };
  await t.throwsAsync(whisper(context, mine.session, late), { code: 'stale-card' });
  const reused = { ...params, note: await seal(daemonId, alice, bob, 1) };
  await t.throwsAsync(whisper(context, mine.session, reused), { code: 'id-reused' });
});

test('notes sent at once are stored and sent on in their order', async (t) => {
  const { context, login, daemonId, alice, bob } = await openTestDaemon(t);
  const [mine, his] = [login('alice'), login('bob')];
  const notes = await Promise.all([1, 2, 3, 4].map((n) => seal(daemonId, alice, bob, n)));
  const answers = await Promise.all(
    notes.map((note) => whisper(context, mine.session, { to: 'bob', note, file: null })),
  );
  t.deepEqual(
    answers.map(({ seq }) => seq),
    [1, 2, 3, 4],
  );
  await deferredDone();
  t.deepEqual(
    posted(his.events).map(({ entry }) => entry.seq),
    [1, 2, 3, 4],
  );
});

test('a note whose author is not the session, or whose recipient does not match, is refused', async (t) => {
  const { context, login, daemonId, alice, bob, carol } = await openTestDaemon(t);
  const mine = login('alice');
  const refusal = async (code: string, to: string, note: Promise<Uint8Array>) =>
    t.throwsAsync(whisper(context, mine.session, { to, note: await note, file: null }), { code });
  await refusal('no-such-user', 'nobody', seal(daemonId, alice, bob, 1));
  await refusal('stale-card', 'carol', seal(daemonId, alice, bob, 1));
  await refusal('stale-card', 'bob', seal(daemonId, carol, bob, 1));
  await refusal('bad-request', 'bob', seal(NONE, alice, bob, 1));
  const note = await seal(daemonId, alice, bob, 1);
  await t.throwsAsync(whisper(context, mine.session, { to: 'bob', note: note.subarray(1), file: null }), {
    instanceOf: ProtocolError,
    code: 'note',
  });
  t.is((await context.store.conversations({ reader: alice.card.idFp, after: null })).length, 0);
});

test("marks are sent on: read marks to one's other sessions, delivered marks to the other side", async (t) => {
  const { context, login, daemonId, alice, bob } = await openTestDaemon(t);
  const [mine, his, hisOther] = [login('alice'), login('bob'), login('bob')];
  const conversation = conversationOf(daemonId, alice, bob);
  await whisper(context, mine.session, { to: 'bob', note: await seal(daemonId, alice, bob, 1), file: null });
  await deferredDone();
  for (const { events } of [mine, his, hisOther]) events.length = 0;
  await deliver(context, his.session, { conversation, seq: 1 });
  await read(context, his.session, { conversation, seq: 9 });
  await deliver(context, his.session, { conversation, seq: 1 });
  await read(context, his.session, { conversation, seq: 1 });
  t.deepEqual(mine.events, [{ method: 'delivered', params: { conversation, seq: 1 } }]);
  t.deepEqual(hisOther.events, [{ method: 'read', params: { conversation, seq: 1 } }]);
  t.deepEqual(his.events, []);
});
