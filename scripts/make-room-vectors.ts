/**
 * Writes test/vectors/{room-log,epoch,room-message}.json: the objects of a room, with the verdict that an implementation must
 * reach. OAEP, PSS and salts are random, so each run writes different bytes: commit them only with a new format.
 */

import { systemRandom as random } from '../src/platform/random.ts';
import { hex } from '../src/protocol/base/bytes.ts';
import { inlineRsa } from '../src/protocol/crypto/rsa-pool.ts';
import { mintEpoch, openEpoch, sealGrant } from '../src/protocol/sealed/epoch.ts';
import { encodeJoinBody } from '../src/protocol/sealed/room-bodies.ts';
import { createLobby, parseLogEntry, signLogEntry } from '../src/protocol/sealed/room-log.ts';
import { sealRoomMessage } from '../src/protocol/sealed/room-message.ts';
import { fixtureKey } from '../test/fixtures/keys.ts';
import { DAEMON_ID, NO_HASH, person, T0 } from '../test/helpers/protocol/people.ts';
import { flipped, type Vector, withDamage, writeVectors } from './vector.ts';

const [alice, bob, mallory] = [await person('alice'), await person('bob'), await person('mallory')];
const daemonSign = fixtureKey('daemon-sign');
const daemonId = hex(DAEMON_ID);

// The lobby's log
const lobby = await createLobby(inlineRsa, daemonSign, DAEMON_ID, '#lobby', T0, random);
const about = {
  room: lobby.room,
  n: 1,
  prev: parseLogEntry(lobby.entry).hash,
  op: 'join',
  time: T0,
  body: new Uint8Array(),
} as const;
const signJoin = (who: typeof alice, key = who.identity) =>
  signLogEntry(inlineRsa, key, {
    ...{ ...about, body: encodeJoinBody({ sigSpki: who.identity.spki }), actor: who.idFp },
    subject: { name: who.name, idFp: who.idFp },
  });
const join = await signJoin(alice);
const leave = await signLogEntry(inlineRsa, alice.identity, {
  ...{ ...about, n: 2, prev: parseLogEntry(join).hash, op: 'leave' },
  subject: { name: 'alice', idFp: alice.idFp },
  actor: alice.idFp,
});
const logVector = (what: string, entries: Uint8Array[], members: string[] | null): Vector => ({
  what,
  verdict: members ? 'accepted' : 'room',
  given: { daemonId, entries: entries.map(hex) },
  ...(members
    ? { gives: { members, room: hex(lobby.room), head: hex(parseLogEntry(entries.at(-1) ?? NO_HASH).hash) } }
    : {}),
});
writeVectors('room-log', [
  logVector('made', [lobby.entry], []),
  logVector('Alice joins', [lobby.entry, join], ['alice']),
  logVector('and leaves', [lobby.entry, join, leave], []),
  logVector('an old join again', [lobby.entry, join, leave, join], null),
  logVector('a join is missing', [lobby.entry, leave], null),
  logVector('no beginning', [join], null),
  logVector('joined by another key', [lobby.entry, await signJoin(alice, mallory.identity)], null),
  logVector('joined by the daemon', [lobby.entry, await signJoin(alice, daemonSign)], null),
  logVector('a bit flipped', [lobby.entry, flipped(join, 80)], null),
  logVector(
    'made by another',
    [(await createLobby(inlineRsa, mallory.identity, DAEMON_ID, '#lobby', T0, random)).entry],
    null,
  ),
]);

// Epochs and grants
const minted = await mintEpoch(inlineRsa, {
  ...{ room: lobby.room, logHead: parseLogEntry(join).hash, epochPrev: NO_HASH, time: T0 },
  ...{
    maker: { ...alice.identity, idFp: alice.idFp },
    members: [alice.card, bob.card],
    random,
    info: null,
    before: null,
  },
});
const epoch = openEpoch(minted.epoch, alice.identity.spki);
const chunk = minted.keys[1]?.chunk ?? NO_HASH;
const grant = await sealGrant(inlineRsa, epoch, minted.key, mallory.card);
const wrongGrant = await sealGrant(inlineRsa, epoch, random(32), mallory.card);
const opened = { epochId: hex(minted.epochId), key: hex(minted.key) };
const member = { epoch: hex(minted.epoch), maker: 'alice', chunk: hex(chunk), reader: 'bob' };
const newcomer = { epoch: hex(minted.epoch), maker: 'alice', grant: hex(grant), reader: 'mallory' };
writeVectors('epoch', [
  ...withDamage(
    { what: "a member's chunk", verdict: 'accepted', given: member, gives: opened },
    'epoch',
    minted.epoch,
    'room',
  ),
  { what: 'another maker', verdict: 'room', given: { ...member, maker: 'mallory' } },
  {
    what: 'the chunk of another member',
    verdict: 'room',
    given: { ...member, chunk: hex(minted.keys[0]?.chunk ?? NO_HASH) },
  },
  { what: 'a chunk with a bit flipped', verdict: 'room', given: { ...member, chunk: hex(flipped(chunk, 0)) } },
  ...withDamage({ what: 'a grant', verdict: 'accepted', given: newcomer, gives: opened }, 'grant', grant, 'room', [
    ['another key', wrongGrant],
  ]),
]);

// Room messages
const say = (text: string) =>
  sealRoomMessage(inlineRsa, {
    ...{
      room: lobby.room,
      epochId: minted.epochId,
      key: minted.key,
      identity: alice.identity,
      from: alice.idFp,
      device: 7,
      seq: 1,
    },
    ...{
      msgId: random(16),
      prev: NO_HASH,
      seen: [NO_HASH],
      logHead: parseLogEntry(join).hash,
      life: 0,
      sentAt: T0,
      content: { kind: 'text', text },
      random,
    },
  });
const messages: Vector[] = [];
for (const text of ['hello', 'x'.repeat(1000)]) {
  const { message, hash } = await say(text);
  const given = { message: hex(message), room: hex(lobby.room), ...opened, author: 'alice' };
  const good = {
    what: `${text.length} bytes`,
    verdict: 'accepted',
    given,
    gives: { text, hash: hex(hash), sentAt: T0 },
  };
  messages.push(
    ...withDamage(good, 'message', message, 'room', [['a bit of the salt flipped', flipped(message, 130)]]),
  );
  for (const [what, change] of [
    ['another room', { room: hex(NO_HASH) }],
    ['another key', { key: hex(NO_HASH) }],
    ['another author', { author: 'mallory' }],
  ] as const)
    messages.push({ what, verdict: 'room', given: { ...given, ...change } });
}
writeVectors('room-message', messages);
