import test from 'ava';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import type { Row, Statement } from '../../../src/client/profile/profile-db.ts';
import { RoomMembers } from '../../../src/client/rooms/room-members.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { identityFp } from '../../../src/protocol/account/card.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { encodeJoinBody } from '../../../src/protocol/sealed/room-bodies.ts';
import { createLobby, RoomLog, signLogEntry } from '../../../src/protocol/sealed/room-log.ts';
import type { Entry } from '../../../src/protocol/wire/fields.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { DAEMON_ID, T0 } from '../../helpers/protocol/people.ts';

const JOINS = 40;
const sign = fixtureKey('daemon-sign');
const { room, entry: created } = await createLobby(inlineRsa, sign, DAEMON_ID, '#lobby', 1, systemRandom);
const log = await joins();

async function joins(): Promise<Entry[]> {
  const { spki, pkcs8 } = fixtureKey('carol-identity');
  const at = (seq: number, bytes: Uint8Array): Entry => {
    return { seq, at: T0, kind: 'log', from: null, bytes, file: null, keys: [] };
  };
  const checked = new RoomLog(sign.spki, DAEMON_ID);
  checked.append(created, () => null);
  const entries = [at(1, created)];
  for (let n = 1; n <= JOINS; n++) {
    const subject = { name: `user${n}`, idFp: identityFp(`user${n}`, spki) };
    const chain = {
      room,
      n,
      prev: checked.head,
      time: T0,
      actor: subject.idFp,
      body: encodeJoinBody({ sigSpki: spki }),
    };
    const bytes = await signLogEntry(inlineRsa, { spki, pkcs8 }, { ...chain, op: 'join', subject });
    checked.append(bytes, () => null);
    entries.push(at(2 * n, bytes));
  }
  return entries;
}

/** The members of a room without entries; `kept` lists the seqs of each stored transaction. */
async function open(rows: Row[] = []) {
  const storedSeqs: number[][] = [];
  const transaction = async (statements: readonly Statement[]) => {
    if (statements.length > 0) storedSeqs.push(statements.map(({ params }) => Number(params?.[3])));
  };
  const db = { all: async () => rows, transaction };
  const about = { account: 'a', daemonId: DAEMON_ID, daemonSignSpki: sign.spki };
  return {
    storedSeqs,
    members: await RoomMembers.load({ profile: { db }, ...about } as unknown as ClientContext, room),
  };
}

/** How many turns the event loop had while `action` ran. */
async function turnsOf(action: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let running = true;
  const count = () => {
    turns++;
    if (running) setImmediate(count);
  };
  setImmediate(count);
  await action();
  running = false;
  return turns;
}

const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);

test('a page of the log is stored in one transaction, and known entries are not stored again', async (t) => {
  const { members, storedSeqs } = await open();
  await Promise.all([members.take(log.slice(0, 30)), members.take(log)]);
  t.deepEqual(storedSeqs, [seqs(log.slice(0, 30)), seqs(log.slice(30))]);
  await members.take(log);
  t.is(storedSeqs.length, 2);
  t.is(members.log.n, JOINS);
  t.is(members.seq, 2 * JOINS);
});

test('entries before a refused one are stored', async (t) => {
  const { members, storedSeqs } = await open();
  const bent = log.map((entry, i) =>
    i === 20 ? { ...entry, bytes: entry.bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte)) } : entry,
  );
  await t.throwsAsync(members.take(bent), { instanceOf: ProtocolError, code: 'room' });
  t.deepEqual(storedSeqs, [seqs(log.slice(0, 20))]);
  await members.take(log);
  t.is(members.log.n, JOINS);
});

test('the event loop has turns while a long log is checked', async (t) => {
  const rows = log.map(({ seq, bytes }) => ({ seq, bytes }));
  t.true((await turnsOf(() => open(rows))) >= JOINS / 8);
  const { members } = await open();
  t.true((await turnsOf(() => members.take(log))) >= JOINS / 8);
});

test('leftBetween() is true only for a departure between the two places', async (t) => {
  const { members } = await open();
  await members.take(log);
  const { spki, pkcs8 } = fixtureKey('carol-identity');
  const subject = { name: 'user1', idFp: identityFp('user1', spki) };
  const chain = { room, n: JOINS + 1, prev: members.log.head, time: T0, actor: subject.idFp, body: new Uint8Array() };
  const bytes = await signLogEntry(inlineRsa, { spki, pkcs8 }, { ...chain, op: 'leave', subject });
  await members.take([{ seq: 100, at: T0, kind: 'log', from: null, bytes, file: null, keys: [] }]);
  t.true(members.leftBetween(JOINS, 101), 'a message behind it, under a key made before it');
  t.false(members.leftBetween(JOINS, 99), 'a message before it');
  t.false(members.leftBetween(JOINS + 1, 101), 'under a key made after it');
});
