import test from 'ava';
import { logAppend } from '../../../src/daemon/requests/rooms/log-append.ts';
import { members } from '../../../src/daemon/requests/rooms/members.ts';
import { Rooms } from '../../../src/daemon/rooms/rooms.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { parseLogEntry } from '../../../src/protocol/sealed/room-log.ts';
import {
  deferredDone,
  fakeAccounts,
  lobbyEntry,
  openTestDaemon,
  type TestDaemon,
  type TestPerson,
} from '../../helpers/daemon/daemon-people.ts';

/** Joins these accounts to the lobby, one after the other. */
async function join(daemon: TestDaemon, ...names: ('alice' | 'bob' | 'carol')[]) {
  for (const name of names) {
    const { session } = daemon.login(name);
    const entry = await lobbyEntry(daemon, daemon[name], 'join');
    await logAppend(daemon.context, session, { room: daemon.rooms.lobby.id, entry });
    daemon.feed.leave(session);
  }
  await deferredDone();
}

test('the lobby is made once, and is the same after a restart, with its members', async (t) => {
  const daemon = await openTestDaemon(t);
  await join(daemon, 'alice', 'bob');
  const again = await Rooms.open(daemon.parts, daemon.store);
  t.deepEqual(Uint8Array.from(again.lobby.id), Uint8Array.from(daemon.rooms.lobby.id));
  t.deepEqual([...again.lobby.names], ['alice', 'bob']);
  t.is(again.lobby.head.n, 2);
  t.is((await daemon.store.rooms({})).length, 1);
});

test('a join is sent to all members including the new one, and a resent join gets its first answer', async (t) => {
  const daemon = await openTestDaemon(t);
  await join(daemon, 'alice');
  const [his, mine, hers] = [daemon.login('alice'), daemon.login('bob'), daemon.login('carol')];
  const params = { room: daemon.rooms.lobby.id, entry: await lobbyEntry(daemon, daemon.bob, 'join') };
  const placed = await logAppend(daemon.context, mine.session, params);
  t.like(placed, { seq: 3 });
  t.like(await logAppend(daemon.context, mine.session, params), { seq: 3 });
  await deferredDone();
  for (const { events } of [his, mine]) {
    t.is(events.length, 1);
    t.like(events[0], { method: 'posted', params: { with: null, entry: { seq: 3, kind: 'log', from: 'bob' } } });
  }
  t.is(hers.events.length, 0);
});

test('of joins at the same head one is accepted; the others must sign again', async (t) => {
  const daemon = await openTestDaemon(t);
  const { context, rooms } = daemon;
  const ask = async (name: 'alice' | 'bob') => {
    const entry = await lobbyEntry(daemon, daemon[name], 'join', rooms.lobby.head);
    return () => logAppend(context, daemon.login(name).session, { room: rooms.lobby.id, entry });
  };
  const [first, second] = [await ask('alice'), await ask('bob')];
  const results = await Promise.allSettled([first(), second()]);
  t.is(results[0].status, 'fulfilled');
  t.like(results[1], { status: 'rejected', reason: { code: 'conflict' } });
  await t.notThrowsAsync((await ask('bob'))());
});

test('a join for another person, a second join and a wrong signature are refused', async (t) => {
  const daemon = await openTestDaemon(t);
  const { context, rooms, alice, bob } = daemon;
  await join(daemon, 'alice');
  const { session } = daemon.login('alice');
  const append = (entry: Uint8Array) => logAppend(context, session, { room: rooms.lobby.id, entry });
  await t.throwsAsync(append(await lobbyEntry(daemon, bob, 'join')), { code: 'not-permitted' });
  await t.throwsAsync(append(await lobbyEntry(daemon, alice, 'join')), { code: 'conflict' });
  const forged = await lobbyEntry(daemon, { ...alice, identity: bob.identity }, 'leave');
  await t.throwsAsync(append(forged), { instanceOf: ProtocolError, code: 'room' });
  t.is(rooms.lobby.head.n, 1);
  await t.notThrowsAsync(append(await lobbyEntry(daemon, alice, 'leave')), 'and the room goes on');
  t.is(rooms.lobby.names.size, 0);
});

test('a room stays as it was if the store fails', async (t) => {
  const daemon = await openTestDaemon(t);
  let full = true;
  const store = {
    ...daemon.store,
    appendLog: (...args: Parameters<typeof daemon.store.appendLog>) =>
      full ? Promise.reject(new Error('full')) : daemon.store.appendLog(...args),
  };
  const rooms = await Rooms.open(daemon.parts, store);
  const entry = await lobbyEntry(daemon, daemon.alice, 'join');
  const who = { name: 'alice', idFp: daemon.alice.card.idFp };
  await t.throwsAsync(rooms.append(rooms.lobby.id, entry, who, store, setImmediate), { message: 'full' });
  t.is(rooms.lobby.head.n, 0);
  t.false(rooms.lobby.isMember(who.idFp));
  full = false;
  await t.notThrowsAsync(rooms.append(rooms.lobby.id, entry, who, store, setImmediate));
  t.true(rooms.lobby.isMember(who.idFp));
});

test('attack: an endless flood of entries away from the head does not hold up a join', async (t) => {
  const daemon = await openTestDaemon(t);
  const { rooms, store, alice, bob, carol } = daemon;
  await join(daemon, 'alice');
  const { id, head } = rooms.lobby;
  const asked: number[] = [];
  const slow = {
    ...store,
    appendLog(entry: Parameters<typeof store.appendLog>[0]) {
      asked.push(entry.n);
      return new Promise<never>(() => {});
    },
  };
  const append = async (who: TestPerson, at: typeof head, of: typeof store) => {
    const entry = await lobbyEntry(daemon, who, 'join', at);
    return rooms.append(id, entry, { name: who.name, idFp: who.card.idFp }, of, setImmediate);
  };
  void append(alice, { n: head.n - 1, hash: head.hash }, slow);
  const ahead = { n: head.n + 1, hash: head.hash };
  await t.throwsAsync(append(carol, ahead, slow), { code: 'conflict' });
  await append(bob, head, store);
  t.deepEqual(asked, [1], 'only one of an old place may have been stored');
});

test('a member without an account is removed by the daemon, and all members are told', async (t) => {
  const daemon = await openTestDaemon(t);
  const { rooms, alice, bob, carol } = daemon;
  await join(daemon, 'alice', 'bob', 'carol');
  const mine = daemon.login('alice');
  const reset = { name: 'bob', card: { ...bob.card, idFp: new Uint8Array(32).fill(1) } };
  const removed = await rooms.removeMembersWithoutAccount(fakeAccounts([alice, reset]), daemon.store, setImmediate);
  t.deepEqual(removed.map(({ name }) => name).sort(), ['bob', 'carol']);
  t.deepEqual([...rooms.lobby.names], ['alice']);
  t.false(rooms.lobby.isMember(carol.card.idFp));
  await deferredDone();
  const told = mine.events.flatMap((event) =>
    event.method === 'posted' ? [parseLogEntry(event.params.entry.bytes)] : [],
  );
  t.deepEqual(
    told.map(({ op, n }) => `${op} ${n}`),
    ['remove 4', 'remove 5'],
  );
  t.deepEqual(
    [...(await Rooms.open(daemon.parts, daemon.store)).lobby.names],
    ['alice'],
    'and the log says so for ever',
  );
});

test('a person is removed once, also when two remove them at the same time', async (t) => {
  const daemon = await openTestDaemon(t);
  const { rooms, store, alice } = daemon;
  await join(daemon, 'alice', 'bob');
  const who = { name: 'alice', idFp: alice.card.idFp };
  const remove = () => rooms.remove(who, store, setImmediate);
  await Promise.all([remove(), remove()]);
  t.deepEqual([...rooms.lobby.names], ['bob']);
  await remove();
  t.is(rooms.lobby.head.n, 3);
});

test('attack: a join that is under way while the account is closed leaves nobody in the room', async (t) => {
  const daemon = await openTestDaemon(t);
  const { rooms, store, context, alice, bob } = daemon;
  await join(daemon, 'bob');
  const go = Promise.withResolvers<void>();
  const slow: typeof store = { ...store, appendLog: (entry) => go.promise.then(() => store.appendLog(entry)) };
  const { session } = daemon.login('alice');
  const params = { room: rooms.lobby.id, entry: await lobbyEntry(daemon, alice, 'join') };
  const joining = logAppend({ ...context, store: slow }, session, params);
  const removed = rooms.remove({ name: 'alice', idFp: alice.card.idFp }, store, setImmediate);
  go.resolve();
  await Promise.all([joining, removed]);
  t.deepEqual([...rooms.lobby.names], ['bob']);
  const gone = { ...context, accounts: fakeAccounts([bob]) };
  const later = { room: rooms.lobby.id, entry: await lobbyEntry(daemon, alice, 'join') };
  await t.throwsAsync(logAppend(gone, session, later), { code: 'no-such-user' });
});

test('members are listed with their cards, to members only', async (t) => {
  const daemon = await openTestDaemon(t);
  const { context, rooms } = daemon;
  await join(daemon, 'alice', 'bob');
  const room = rooms.lobby.id;
  const page = await members(context, daemon.login('alice').session, { room, after: null });
  t.is(page.next, null);
  t.deepEqual(page.members.map(({ name }) => name).sort(), ['alice', 'bob']);
  for (const { name, card } of page.members) {
    t.deepEqual(Uint8Array.from(card), Uint8Array.from(daemon[name as 'alice'].cardBytes));
  }
  const last = [...rooms.lobby.members()].at(-1)?.idFp ?? null;
  t.is((await members(context, daemon.login('alice').session, { room, after: last })).members.length, 0);
  const stranger = daemon.login('carol').session;
  await t.throwsAsync(members(context, stranger, { room, after: null }), { code: 'not-permitted' });
  await t.throwsAsync(members(context, stranger, { room: new Uint8Array(32), after: null }), {
    code: 'no-such-conversation',
  });
});
