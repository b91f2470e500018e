import test from 'ava';
import { accountKey, type ClientContext } from '../../../src/client/login/client-context.ts';
import { RoomKeys } from '../../../src/client/rooms/room-keys.ts';
import { RoomMembers } from '../../../src/client/rooms/room-members.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { EPOCH_SKEW_MS } from '../../../src/protocol/sealed/epoch.ts';
import type { Entry } from '../../../src/protocol/wire/fields.ts';
import { connectChat } from '../../helpers/client/chat.ts';
import { forgedLobby } from '../../helpers/client/forged-lobby.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { NO_HASH, person, T0 } from '../../helpers/protocol/people.ts';

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

test('attack: an epoch of the future, or one that does not follow the newest, is refused', async (t) => {
  const { bob, made, open } = await forgedLobby(t);
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

test('attack: an epoch by a person who is no member there, for another log, or with a wrong signature is refused', async (t) => {
  const { alice, bob, made, open, moves } = await forgedLobby(t);
  const keys = await open();
  const refused = (entry: Entry, message: string) =>
    t.throwsAsync(keys.take(entry), { instanceOf: ProtocolError, message });
  const carol = await person('carol');
  const { entry } = await made(bob);
  await refused({ ...entry, seq: 3 }, 'the maker of the epoch was no member of the room');
  await refused((await made(carol)).entry, 'the maker of the epoch was no member of the room');
  await refused((await made(bob, { logHead: NO_HASH })).entry, 'an epoch for another log');
  const signed = (await made(bob)).entry;
  const last = signed.bytes.length - 1;
  const bytes = signed.bytes.map((byte, i) => (i === last ? byte ^ 1 : byte));
  await refused({ ...signed, bytes }, 'a room key was refused');
  await moves('leave', bob, 20);
  await refused({ ...(await made(bob)).entry, seq: 21 }, 'the maker of the epoch was no member of the room');
  const good = await made(alice);
  t.is((await keys.take({ ...good.entry, seq: 22 })).id, good.id);
});

test('an epoch by a key that is not accepted is stored, and valid once the key is accepted', async (t) => {
  const { accepted, bob, mallory, made, open } = await forgedLobby(t);
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
  const { accepted, mallory, made, open } = await forgedLobby(t);
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
