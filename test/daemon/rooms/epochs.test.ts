import test, { type ExecutionContext } from 'ava';
import { limitValues } from '../../../src/daemon/limits/limits.ts';
import { fetch } from '../../../src/daemon/requests/messages/fetch.ts';
import { say } from '../../../src/daemon/requests/messages/say.ts';
import { epochBegin } from '../../../src/daemon/requests/rooms/epoch-begin.ts';
import { epochCommit } from '../../../src/daemon/requests/rooms/epoch-commit.ts';
import { epochKeys } from '../../../src/daemon/requests/rooms/epoch-keys.ts';
import { logAppend } from '../../../src/daemon/requests/rooms/log-append.ts';
import type { Session } from '../../../src/daemon/sessions/session.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { openEpoch, openEpochKey } from '../../../src/protocol/sealed/epoch.ts';
import { openRoomMessage, sealRoomMessage } from '../../../src/protocol/sealed/room-message.ts';
import type { Event } from '../../../src/protocol/wire/codec.ts';
import { fixtureSealKey } from '../../fixtures/keys.ts';
import {
  deferredDone,
  lobbyEntry,
  lobbyEpoch,
  nextCard,
  openTestDaemon,
  type TestPerson,
} from '../../helpers/daemon/daemon-people.ts';
import { bytes16 } from '../../helpers/daemon/store.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const NONE = new Uint8Array(32);
type Minted = Awaited<ReturnType<typeof lobbyEpoch>>;

/** The lobby with Alice and Bob online in it, and Carol online outside it. */
async function lobby(t: ExecutionContext) {
  const timers = manualClock();
  const daemon = await openTestDaemon(t, undefined, timers);
  const { context, alice, bob, carol } = daemon;
  const room = daemon.rooms.lobby.id;
  const here = { alice: daemon.login('alice'), bob: daemon.login('bob'), carol: daemon.login('carol') };
  const change = async (who: TestPerson, op: 'join' | 'leave') =>
    logAppend(context, here[who.name as 'alice'].session, { room, entry: await lobbyEntry(daemon, who, op) });
  await change(alice, 'join');
  await change(bob, 'join');
  const put = async (session: Session, { epoch, keys }: Minted) => {
    await epochBegin(context, session, { room, epoch, members: keys.length });
    for (const key of keys) await epochKeys(context, session, { room, keys: [key] });
    return epochCommit(context, session, { room });
  };
  const speak = async (who: TestPerson, n: number, { epochId, key }: Minted) => {
    const header = { room, epochId, from: who.card.idFp, device: 9, seq: n, msgId: bytes16(n), life: 0 };
    const said = {
      prev: NONE,
      seen: [],
      logHead: NONE,
      sentAt: 5,
      content: { kind: 'text', text: `said ${n}` } as const,
    };
    const sealed = { ...header, ...said, key, identity: who.identity, random: systemRandom };
    const { message } = await sealRoomMessage(inlineRsa, sealed);
    return say(context, here[who.name as 'alice'].session, { room, message, file: null });
  };
  await deferredDone();
  for (const { events } of Object.values(here)) events.length = 0;
  return { ...daemon, daemon, timers, room, here, change, put, speak, alice, bob, carol };
}

const posted = (events: Event[]) => events.flatMap((event) => (event.method === 'posted' ? [event.params.entry] : []));

test('an epoch is sent to each member with its own chunk, and all members read the messages under it', async (t) => {
  const { daemon, here, put, speak, alice, bob } = await lobby(t);
  const minted = await lobbyEpoch(daemon, alice, [alice, bob]);
  await put(here.alice.session, minted);
  await speak(alice, 1, minted);
  await deferredDone();
  t.deepEqual(here.carol.events, []);
  for (const [who, { events }] of [
    [alice, here.alice],
    [bob, here.bob],
  ] as const) {
    const [entry, message] = posted(events);
    const epoch = openEpoch(entry?.bytes ?? NONE, alice.identity.spki);
    const [own, ...others] = entry?.keys ?? [];
    t.is(others.length, 0);
    const mine = { idFp: who.card.idFp, ekFp: who.card.ekFp, ...who.encryption };
    const key = await openEpochKey(inlineRsa, epoch, own?.bytes ?? NONE, mine);
    t.deepEqual(Uint8Array.from(key), Uint8Array.from(minted.key));
    const about = { key, authorSpki: alice.identity.spki, room: daemon.rooms.lobby.id, epochId: minted.epochId };
    t.deepEqual(openRoomMessage(message?.bytes ?? NONE, about).content, { kind: 'text', text: 'said 1' });
  }
});

test('a missed epoch is fetched with the reader’s own key', async (t) => {
  const { daemon, context, room, here, put, alice, bob } = await lobby(t);
  const minted = await lobbyEpoch(daemon, alice, [alice, bob]);
  await put(here.alice.session, minted);
  const range = { conversation: room, after: 0, before: null, limit: 10, newest: false };
  const { entries } = await fetch(context, here.bob.session, { ...range, kinds: ['epoch'] });
  const chunk = minted.keys.find(({ idFp }) => Buffer.compare(idFp, bob.card.idFp) === 0)?.chunk;
  t.deepEqual(
    entries.map(({ keys }) => keys.map(({ kind, bytes }) => [kind, ...bytes])),
    [[['chunk', ...(chunk ?? [])]]],
  );
});

test('after a departure no message is accepted before a new epoch for those who stayed', async (t) => {
  const { daemon, here, change, put, speak, alice, bob } = await lobby(t);
  const before = await lobbyEpoch(daemon, alice, [alice, bob]);
  await put(here.alice.session, before);
  await speak(bob, 1, before);
  const late = await lobbyEpoch(daemon, alice, [alice, bob]);
  await change(bob, 'leave');
  await t.throwsAsync(speak(alice, 1, before), { code: 'stale-epoch' });
  await t.throwsAsync(put(here.alice.session, late), { code: 'stale-epoch' }, 'Bob is no member');
  const after = await lobbyEpoch(daemon, alice, [alice]);
  await put(here.alice.session, after);
  await t.notThrowsAsync(speak(alice, 1, after));
  await t.throwsAsync(speak(bob, 2, after), { code: 'not-permitted' });
});

test('of two concurrent epochs one is accepted; a resent one gets its first answer', async (t) => {
  const { daemon, here, put, alice, bob } = await lobby(t);
  const [mine, his] = [await lobbyEpoch(daemon, alice, [alice, bob]), await lobbyEpoch(daemon, bob, [alice, bob])];
  const results = await Promise.allSettled([put(here.alice.session, mine), put(here.bob.session, his)]);
  t.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  t.like(
    results.find(({ status }) => status === 'rejected'),
    { reason: { code: 'conflict' } },
  );
  const [taken, session] = results[0].status === 'fulfilled' ? [mine, here.alice.session] : [his, here.bob.session];
  const first = results.find((result) => result.status === 'fulfilled')?.value;
  t.deepEqual(await put(session, taken), first);
  await deferredDone();
  t.is(posted(here.alice.events).length, 1);
});

test('an epoch that leaves out a member, uses old cards or has another maker is refused', async (t) => {
  const { daemon, context, room, here, put, alice, bob, carol } = await lobby(t);
  const { session } = here.alice;
  const full = await lobbyEpoch(daemon, alice, [alice, bob]);
  await t.throwsAsync(put(session, { ...full, keys: full.keys.slice(1) }), { code: 'bad-request' });
  await t.throwsAsync(put(session, { ...full, keys: [...full.keys, ...full.keys] }), { code: 'stale-epoch' });
  await epochBegin(context, session, { room, epoch: full.epoch, members: 2 });
  const stranger = { idFp: carol.card.idFp, chunk: full.keys[0]?.chunk ?? NONE };
  await t.throwsAsync(epochKeys(context, session, { room, keys: [stranger] }), { code: 'bad-request' });
  await t.throwsAsync(put(here.bob.session, full), { code: 'not-permitted' });
  await t.throwsAsync(put(here.carol.session, full), { code: 'not-permitted' });
  await t.throwsAsync(put(session, await lobbyEpoch(daemon, alice, [alice])), { code: 'stale-card' });
  const forged = Uint8Array.from(full.epoch);
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  await t.throwsAsync(put(session, { ...full, epoch: forged }), { instanceOf: ProtocolError });
  await t.throwsAsync(epochCommit(context, here.bob.session, { room }), { code: 'conflict' });
  const card = await nextCard(bob, fixtureSealKey('mallory-encryption'));
  await daemon.directory.put(card, { name: 'bob', idFp: bob.card.idFp }, daemon.store);
  await t.throwsAsync(put(session, full), { code: 'stale-card' });
  t.deepEqual(Uint8Array.from(daemon.rooms.lobby.epoch.id), NONE);
});

test('a message for another room, or by another person, is refused', async (t) => {
  const { daemon, context, here, put, speak, alice, bob, room } = await lobby(t);
  const minted = await lobbyEpoch(daemon, alice, [alice, bob]);
  await put(here.alice.session, minted);
  const other = { ...minted, epochId: NONE };
  await t.throwsAsync(speak(alice, 1, other), { code: 'stale-epoch' });
  await t.throwsAsync(speak({ ...bob, name: 'alice' }, 1, minted), { code: 'bad-request' });
  const junk = { room, message: new Uint8Array(700), file: null };
  await t.throwsAsync(say(context, here.alice.session, junk), { instanceOf: ProtocolError, code: 'room' });
  t.like(await speak(alice, 1, minted), { seq: 5 });
});

test('a person makes one epoch at a time in a room within a minute, and cannot use up the room’s limit', async (t) => {
  const { daemon, timers, context, room, here, put, alice, bob } = await lobby(t);
  const other = daemon.login('alice').session;
  const first = await lobbyEpoch(daemon, alice, [alice, bob]);
  const begin = (session: Session, { epoch }: Minted) => epochBegin(context, session, { room, epoch, members: 2 });
  await begin(here.alice.session, first);
  await t.throwsAsync(begin(other, first), { code: 'busy' }, 'on another device');
  here.alice.session.ended = true;
  await begin(other, first);
  timers.advance(60_000);
  const keys = { room, keys: first.keys };
  await t.throwsAsync(epochKeys(context, other, keys), { code: 'conflict' }, 'too late');
  await put(other, first);

  for (let count = 0; count < 3; count += 1) await put(here.bob.session, await lobbyEpoch(daemon, bob, [alice, bob]));
  const fourth = await lobbyEpoch(daemon, bob, [alice, bob]);
  await t.throwsAsync(begin(here.bob.session, fourth), { code: 'rate-limited' });
  await put(other, await lobbyEpoch(daemon, alice, [alice, bob]));
  daemon.time.now += 600_000;
  await put(here.bob.session, await lobbyEpoch(daemon, bob, [alice, bob]));
  await t.throwsAsync(begin(here.bob.session, await lobbyEpoch(daemon, bob, [alice, bob])), { code: 'rate-limited' });
});

test('a join, a departure and a key a week old allow a new epoch; one’s own coming and going does not', async (t) => {
  const { daemon, here, change, put, alice, bob, carol } = await lobby(t);
  const make = async (who: TestPerson, members: TestPerson[]) =>
    put(here[who.name as 'alice'].session, await lobbyEpoch(daemon, who, members));
  await make(alice, [alice, bob]);
  const { spareEpochs } = daemon.context.limits;
  for (const { name } of [alice, bob, carol]) while (spareEpochs.take(name));
  await t.throwsAsync(make(bob, [alice, bob]), { code: 'rate-limited' });
  await change(carol, 'join');
  await make(carol, [alice, bob, carol]);
  await change(carol, 'leave');
  await change(carol, 'join');
  await t.throwsAsync(make(carol, [alice, bob, carol]), { code: 'rate-limited' }, 'her own');
  await make(bob, [alice, bob, carol]);
  daemon.time.now += 7 * 24 * 3_600_000 + 1;
  for (const { name } of [alice, bob, carol]) while (spareEpochs.take(name));
  await make(alice, [alice, bob, carol]);
  await t.throwsAsync(make(alice, [alice, bob, carol]), { code: 'rate-limited' });
});

test('an epoch that loses the race costs its maker nothing', async (t) => {
  const { daemon, context, room, here, change, put, alice, bob } = await lobby(t);
  await put(here.alice.session, await lobbyEpoch(daemon, alice, [alice, bob]));
  const begin = async (session: Session, { epoch, keys }: Minted) => {
    await epochBegin(context, session, { room, epoch, members: keys.length });
    await epochKeys(context, session, { room, keys });
  };
  for (let round = 0; round < 3; round += 1) {
    await begin(here.alice.session, await lobbyEpoch(daemon, alice, [alice, bob]));
    await begin(here.bob.session, await lobbyEpoch(daemon, bob, [alice, bob]));
    const first = epochCommit(context, here.alice.session, { room });
    const second = epochCommit(context, here.bob.session, { room });
    await first;
    await t.throwsAsync(second, { code: 'conflict' });
  }
  for (let count = 0; count < 3; count += 1) await put(here.bob.session, await lobbyEpoch(daemon, bob, [alice, bob]));
  let left = 0;
  while (context.limits.epochs.take('bob')) left += 1;
  t.is(left, limitValues.epochs.burst - 3);
  await change(alice, 'leave');
  await t.throwsAsync(
    put(here.bob.session, await lobbyEpoch(daemon, bob, [bob])),
    { code: 'rate-limited' },
    'with a cause',
  );
});

test('attack: joins allow a member three epochs, departures one each, and other members can replace each of them', async (t) => {
  const { daemon, here, change, put, alice, bob, carol } = await lobby(t);
  const { limits } = daemon.context;
  const make = async (who: TestPerson, members: TestPerson[]) =>
    put(here[who.name as 'alice'].session, await lobbyEpoch(daemon, who, members));
  await make(alice, [alice, bob]);
  for (const { name } of [alice, bob]) while (limits.spareEpochs.take(name));
  for (let times = 0; times < limitValues.joinEpochs.burst; times += 1) {
    await change(carol, 'join');
    await make(bob, [alice, bob, carol]);
    await change(carol, 'leave');
    await make(bob, [alice, bob]);
    await t.throwsAsync(make(bob, [alice, bob]), { code: 'rate-limited' }, 'one a departure');
    await make(alice, [alice, bob]);
  }
  await change(carol, 'join');
  await t.throwsAsync(make(bob, [alice, bob, carol]), { code: 'rate-limited' });
  await make(alice, [alice, bob, carol]);
});
