import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { identityFp } from '../../../src/protocol/account/card.ts';
import { concat, equal, H, hex } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import type { KeyPair } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { encodeJoinBody } from '../../../src/protocol/sealed/room-bodies.ts';
import {
  createLobby,
  type LogEntry,
  parseLogEntry,
  RoomLog,
  signLogEntry,
} from '../../../src/protocol/sealed/room-log.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { damaged } from '../../helpers/protocol/damage.ts';
import { DAEMON_ID, NO_HASH, type Person, person, T0 } from '../../helpers/protocol/people.ts';

const refused = { instanceOf: ProtocolError, code: 'room', message: 'a log entry was refused' };
const [alice, bob, mallory] = [await person('alice'), await person('bob'), await person('mallory')];
const people = [alice, bob, mallory];
const daemonSign = fixtureKey('daemon-sign');
const lobby = await createLobby(inlineRsa, daemonSign, DAEMON_ID, '#lobby', T0, systemRandom);
const keyOf = (idFp: Uint8Array) => people.find((each) => equal(each.idFp, idFp))?.identity.spki ?? null;

function opened(): RoomLog {
  const log = new RoomLog(daemonSign.spki, DAEMON_ID);
  log.append(lobby.entry, keyOf);
  return log;
}

function entry(log: RoomLog, op: LogEntry['op'], who: Person, key: KeyPair, change: Partial<LogEntry> = {}) {
  const subject = { name: who.name, idFp: who.idFp };
  const actor = op === 'remove' ? NO_HASH : who.idFp;
  const body = op === 'join' ? encodeJoinBody({ sigSpki: who.identity.spki }) : new Uint8Array();
  const next = { room: lobby.room, n: log.n + 1, prev: log.head, op, subject, actor, time: T0, body };
  return signLogEntry(inlineRsa, key, { ...next, ...change });
}

const join = (log: RoomLog, who: Person) => entry(log, 'join', who, who.identity);

test('people join, leave, are removed by the daemon and come back', async (t) => {
  const log = opened();
  t.is(log.n, 0);
  for (const who of [alice, bob]) log.append(await join(log, who), keyOf);
  t.deepEqual([...log.members.values()], ['alice', 'bob']);
  t.is(log.lastDeparture, 0);
  log.append(await entry(log, 'leave', alice, alice.identity), keyOf);
  t.false(log.isMember(alice.idFp));
  t.is(log.lastDeparture, 3);
  log.append(await entry(log, 'remove', bob, daemonSign), keyOf);
  log.append(await join(log, alice), keyOf);
  t.deepEqual([...log.members.keys()], [hex(alice.idFp)]);
  t.is(log.lastDeparture, 4);
  t.deepEqual([...(log.at(2)?.members.values() ?? [])], ['alice', 'bob']);
  t.deepEqual([...(log.at(4)?.members.values() ?? [])], []);
  t.true(equal(log.at(5)?.head ?? NO_HASH, log.head));
  t.is(log.at(6), null);
});

test('the room id is the hash of its first entry', (t) => {
  t.true(equal(lobby.room, H('room', parseLogEntry(lobby.entry).body)));
  t.like(parseLogEntry(lobby.entry), { n: 0, op: 'create', time: T0 });
});

test('a damaged entry is refused and changes nothing', async (t) => {
  const log = opened();
  const bytes = await join(log, alice);
  fc.assert(
    fc.property(damaged(bytes), (wrong) => {
      t.throws(() => log.append(wrong, keyOf), refused);
      t.is(log.n, 0);
      t.is(log.members.size, 0);
    }),
    { numRuns: 300 },
  );
  log.append(bytes, keyOf);
  t.true(log.isMember(alice.idFp));
});

test('arbitrary bytes are refused', (t) => {
  const log = opened();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => void t.throws(() => log.append(bytes, keyOf), refused)),
  );
});

test('entries that are replayed, dropped or reordered are refused', async (t) => {
  const log = opened();
  const first = await join(log, alice);
  const twin = await join(log, bob);
  log.append(first, keyOf);
  const left = await entry(log, 'leave', alice, alice.identity);
  t.throws(() => opened().append(left, keyOf), refused, 'one was dropped');
  t.throws(() => log.append(first, keyOf), refused, 'again');
  t.throws(() => log.append(twin, keyOf), refused, 'a second entry for one place');
  log.append(left, keyOf);
  t.throws(() => log.append(first, keyOf), refused, 'an old join after a leave');
  t.throws(() => new RoomLog(daemonSign.spki, DAEMON_ID).append(first, keyOf), refused, 'before it was made');
});

test('ghost member: only a person can sign their own join', async (t) => {
  const log = opened();
  for (const key of [mallory.identity, daemonSign]) {
    const ghost = await entry(log, 'join', alice, key);
    t.throws(() => log.append(ghost, keyOf), refused);
  }
  const byMallory = await entry(log, 'join', alice, mallory.identity, { actor: mallory.idFp });
  t.throws(() => log.append(byMallory, keyOf), refused, 'Mallory brings Alice');
  const asDaemon = await entry(log, 'join', alice, daemonSign, { actor: NO_HASH });
  t.throws(() => log.append(asDaemon, () => daemonSign.spki), refused, 'the daemon brings Alice');
  const keyless = await entry(log, 'join', alice, alice.identity, { body: new Uint8Array() });
  t.throws(() => log.append(keyless, keyOf), refused, 'no key in it, so that nobody else could check it');
  const otherKey = { ...alice, identity: mallory.identity };
  const claimed = await join(log, otherKey);
  t.throws(() => log.append(claimed, () => null), refused, 'a wrong key for an identity');
  t.is(log.members.size, 0);
});

test("a join under another's name, a taken name or a malformed name is refused", async (t) => {
  const log = opened();
  const asBob = await entry(log, 'join', mallory, mallory.identity, { subject: { name: 'bob', idFp: mallory.idFp } });
  t.throws(() => log.append(asBob, keyOf), refused);
  log.append(await join(log, bob), keyOf);
  const idFp = identityFp('bob', mallory.identity.spki);
  const second = await entry(log, 'join', mallory, mallory.identity, { subject: { name: 'bob', idFp }, actor: idFp });
  t.throws(() => log.append(second, () => mallory.identity.spki), refused, 'a second bob');
  const none = identityFp('a:b', mallory.identity.spki);
  const bad = await entry(log, 'join', mallory, mallory.identity, {
    subject: { name: 'a:b', idFp: none },
    actor: none,
  });
  t.throws(() => log.append(bad, () => mallory.identity.spki), refused, 'a malformed name');
  const again = await join(log, bob);
  t.throws(() => log.append(again, keyOf), refused, 'twice');
});

test('only the daemon removes a member, and only a present one', async (t) => {
  const log = opened();
  log.append(await join(log, alice), keyOf);
  const byMallory = await entry(log, 'remove', alice, mallory.identity);
  t.throws(() => log.append(byMallory, keyOf), refused);
  const asMallory = await entry(log, 'remove', alice, mallory.identity, { actor: mallory.idFp });
  t.throws(() => log.append(asMallory, keyOf), refused);
  const absent = await entry(log, 'remove', bob, daemonSign);
  t.throws(() => log.append(absent, keyOf), refused);
  const leftForAlice = await entry(log, 'leave', alice, mallory.identity);
  t.throws(() => log.append(leftForAlice, keyOf), refused);
  const otherName = await entry(log, 'remove', alice, daemonSign, { subject: { name: 'bob', idFp: alice.idFp } });
  t.throws(() => log.append(otherName, keyOf), refused);
  for (const op of ['invite', 'role', 'topic', 'create'] as const) {
    const other = await entry(log, op, bob, bob.identity);
    t.throws(() => log.append(other, keyOf), refused, op);
  }
});

test('a room of another daemon, or made by another person, is refused', async (t) => {
  const fresh = () => new RoomLog(daemonSign.spki, DAEMON_ID);
  const elsewhere = await createLobby(inlineRsa, daemonSign, new Uint8Array(32), '#lobby', T0, systemRandom);
  t.throws(() => fresh().append(elsewhere.entry, keyOf), refused);
  const byMallory = await createLobby(inlineRsa, mallory.identity, DAEMON_ID, '#lobby', T0, systemRandom);
  t.throws(() => fresh().append(byMallory.entry, keyOf), refused);
  const parsed = parseLogEntry(lobby.entry);
  for (const change of [
    { room: NO_HASH },
    { body: concat(parsed.body, Uint8Array.of(0)) },
    { subject: { name: '#other', idFp: NO_HASH } },
    { n: 1 },
  ]) {
    const wrong = await signLogEntry(inlineRsa, daemonSign, { ...parsed, ...change });
    t.throws(() => fresh().append(wrong, keyOf), refused, Object.keys(change)[0]);
  }
  const log = opened();
  const otherRoom = await entry(log, 'join', alice, alice.identity, { room: elsewhere.room });
  t.throws(() => log.append(otherRoom, keyOf), refused, 'an entry of another room');
});

test('a forked log cannot be joined again', async (t) => {
  const [ours, theirs] = [opened(), opened()];
  ours.append(await join(ours, alice), keyOf);
  theirs.append(await join(theirs, bob), keyOf);
  const next = await join(theirs, mallory);
  t.throws(() => ours.append(next, keyOf), refused);
  theirs.append(next, keyOf);
  t.is(theirs.n, 2);
});

test('an entry must be signed by its actor', async (t) => {
  const log = opened();
  const asMallory = await entry(log, 'join', alice, alice.identity, { actor: mallory.idFp });
  t.throws(() => log.append(asMallory, keyOf), refused);
  const fresh = new RoomLog(daemonSign.spki, DAEMON_ID);
  const made = await signLogEntry(inlineRsa, daemonSign, { ...parseLogEntry(lobby.entry), actor: mallory.idFp });
  t.throws(() => fresh.append(made, keyOf), refused);
});
