import test, { type ExecutionContext } from 'ava';
import { accountKey, type ClientContext } from '../../../src/client/login/client-context.ts';
import { RoomKeys } from '../../../src/client/rooms/room-keys.ts';
import { RoomMembers } from '../../../src/client/rooms/room-members.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { EPOCH_SKEW_MS, mintEpoch } from '../../../src/protocol/sealed/epoch.ts';
import { encodeJoinBody } from '../../../src/protocol/sealed/room-bodies.ts';
import { createLobby, signLogEntry } from '../../../src/protocol/sealed/room-log.ts';
import type { Entry } from '../../../src/protocol/wire/fields.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { connectChat } from '../../helpers/client/chat.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { DAEMON_ID, NO_HASH, type Person, person, T0 } from '../../helpers/protocol/people.ts';

test.serial('an epoch that arrives by event and by fetch at once is taken once', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const { client, signedIn } = await connectChat(t, { user: 'alice', server, password: 'secret', register: {} });
  await client.send('#lobby', 'under the first key');
  const { connection, keyring, profile, rsa, clock, daemon } = signedIn;
  const account = `other ${accountKey(daemon.daemonId, keyring.me.idFp)}`;
  const daemonSignSpki = daemon.signSpki;
  const context: ClientContext = {
    connection,
    keyring,
    profile,
    rsa,
    clock,
    daemonId: daemon.daemonId,
    daemonSignSpki,
    account,
  };
  const { entries } = await connection.request('fetch', {
    conversation: connection.welcome.lobby,
    after: 0,
    before: null,
    limit: 100,
    newest: false,
    kinds: ['log', 'epoch'],
  });
  const members = await RoomMembers.load(context, connection.welcome.lobby);
  await members.take(entries.filter(({ kind }) => kind === 'log'));
  const keys = await RoomKeys.load(context, members);
  const [epoch] = entries.filter(({ kind }) => kind === 'epoch');
  if (epoch === undefined) return t.fail('no epoch');
  const [one, two] = await Promise.all([keys.take(epoch), keys.take(epoch)]);
  t.is(one, two);
  t.is(one.key?.length, 32);
  t.is(hex(keys.headId), one.id);
});

/** Alice in a lobby with Bob, whose key she accepted, and with Mallory, whose key she did not. */
async function lobby(t: ExecutionContext) {
  const [alice, bob, mallory] = await Promise.all([person('alice'), person('bob'), person('mallory')]);
  const sign = fixtureKey('daemon-sign');
  const { room, entry } = await createLobby(inlineRsa, sign, DAEMON_ID, '#lobby', 1, systemRandom);
  const accepted = new Set([alice, bob]);
  const spkiOf = async (idFp: Uint8Array) =>
    [...accepted].find((one) => hex(one.idFp) === hex(idFp))?.identity.spki ?? null;
  const context = {
    profile: await openProfile(t),
    keyring: { me: alice, encryptionKeys: () => [alice.mine], sigSpkiOf: spkiOf, acceptedSpki: spkiOf },
    rsa: inlineRsa,
    daemonId: DAEMON_ID,
    daemonSignSpki: sign.spki,
    account: 'a',
  } as unknown as ClientContext;
  const place = (seq: number, kind: Entry['kind'], bytes: Uint8Array): Entry => {
    return { seq, at: T0, kind, from: null, bytes, file: null, keys: [] };
  };
  const members = await RoomMembers.load(context, room);
  await members.take([place(1, 'log', entry)]);
  for (const [i, { name, idFp, identity }] of [alice, bob, mallory].entries()) {
    const chain = {
      room,
      n: i + 1,
      prev: members.log.head,
      time: T0,
      body: encodeJoinBody({ sigSpki: identity.spki }),
    } as const;
    const about = { ...chain, op: 'join', subject: { name, idFp }, actor: idFp } as const;
    await members.take([place(2 + i, 'log', await signLogEntry(inlineRsa, identity, about))]);
  }
  let prev = NO_HASH;
  let seq = 10;
  const made = async (by: Person): Promise<{ entry: Entry; id: string; key: Uint8Array }> => {
    const about = {
      room,
      logHead: members.log.head,
      epochPrev: prev,
      time: T0,
      random: systemRandom,
      info: null,
      before: null,
    };
    const cards = [alice.card, bob.card, mallory.card];
    const minted = await mintEpoch(inlineRsa, { ...about, maker: { ...by.identity, idFp: by.idFp }, members: cards });
    prev = minted.epochId;
    const keys = minted.keys.slice(0, 1).map(({ chunk }) => ({ kind: 'chunk' as const, bytes: chunk }));
    return { entry: { ...place(seq++, 'epoch', minted.epoch), keys }, id: hex(minted.epochId), key: minted.key };
  };
  return { accepted, alice, bob, mallory, made, open: () => RoomKeys.load(context, members) };
}

test('attack: an epoch of the future, or one that does not follow the newest, is refused', async (t) => {
  const { bob, made, open } = await lobby(t);
  const keys = await open();
  const first = await made(bob);
  const refused = (entry: Entry, message: string) =>
    t.throwsAsync(keys.take(entry), { instanceOf: ProtocolError, message });
  await refused({ ...first.entry, at: T0 - EPOCH_SKEW_MS - 1 }, 'an epoch of the future');
  t.is(keys.current, null);
  // In the daemon's order a refused epoch counts: the next one names it.
  const second = await made(bob);
  t.is((await keys.take(second.entry)).id, second.id);
  await made(bob);
  await refused((await made(bob)).entry, 'an epoch that does not follow the current one');
});

test('an epoch by a key that is not accepted is stored, and valid once the key is accepted', async (t) => {
  const { accepted, bob, mallory, made, open } = await lobby(t);
  const keys = await open();
  const [first, his, next] = [await made(bob), await made(mallory), await made(bob)];
  await keys.take(first.entry);
  const refused = { instanceOf: ProtocolError, code: 'room', message: /not the pinned one/ } as const;
  await t.throwsAsync(keys.take(his.entry), refused);
  t.is(keys.get(his.id), null);
  t.is(keys.current, null, 'nobody speaks under it, nor under the one before');
  const again = await open();
  t.is(hex(again.headId), his.id, 'it is what the next one names, after a restart too');
  t.is(again.current, null);
  for (const one of [keys, again]) {
    await one.take(next.entry);
    t.deepEqual(await one.takeAccepted(), []);
  }
  accepted.add(mallory);
  // Two programs of the profile.
  for (const one of [keys, again]) {
    t.deepEqual(await one.takeAccepted(), [his.id]);
    const taken = one.get(his.id);
    t.is(taken?.seq, his.entry.seq);
    t.is(hex(taken?.key ?? NO_HASH), hex(his.key));
    t.is(one.current?.id, next.id);
    t.deepEqual(await one.takeAccepted(), []);
  }
  const last = await open();
  t.is(hex(last.get(his.id)?.key ?? NO_HASH), hex(his.key));
  t.is(last.current?.id, next.id);
});

test('attack: an epoch with a wrong signature stays invalid even if its maker is accepted later', async (t) => {
  const { accepted, mallory, made, open } = await lobby(t);
  const keys = await open();
  const { entry, id } = await made(mallory);
  const forged = { ...entry, bytes: entry.bytes.map((byte, i) => (i === entry.bytes.length - 1 ? byte ^ 1 : byte)) };
  await t.throwsAsync(keys.take(forged));
  accepted.add(mallory);
  for (const one of [keys, await open()]) {
    t.deepEqual(await one.takeAccepted(), []);
    t.is(one.get(id), null);
    t.is(one.current, null);
  }
});
