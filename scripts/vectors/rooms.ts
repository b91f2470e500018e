/** The objects of a room: its log, its epochs and their keys, its name, and its messages. */
import { systemRandom as random } from '../../src/platform/random.ts';
import { concat, H, hex, utf8 } from '../../src/protocol/base/bytes.ts';
import { sealToPerson } from '../../src/protocol/crypto/person-seal.ts';
import { OAEP_MAX } from '../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { encodeContent } from '../../src/protocol/sealed/content.ts';
import { type Epoch, mintEpoch, openEpoch, sealGrant } from '../../src/protocol/sealed/epoch.ts';
import { type CreateBody, encodeCreateBody, encodeJoinBody } from '../../src/protocol/sealed/room-bodies.ts';
import { infoCommitment, type RoomInfo, sealInfo } from '../../src/protocol/sealed/room-info.ts';
import { createLobby, parseLogEntry, signLogEntry } from '../../src/protocol/sealed/room-log.ts';
import { sealRoomMessage } from '../../src/protocol/sealed/room-message.ts';
import { fixtureKey } from '../../test/fixtures/keys.ts';
import { jsonOf } from '../../test/helpers/protocol/json-of.ts';
import { DAEMON_ID, NO_HASH, type Person, person, T0 } from '../../test/helpers/protocol/people.ts';
import { changed, flipped, type Vector, withDamage } from './vector.ts';

const [alice, bob, carol, mallory] = [
  await person('alice'),
  await person('bob'),
  await person('carol'),
  await person('mallory'),
];
const daemonSign = fixtureKey('daemon-sign');
const lobby = await createLobby(inlineRsa, daemonSign, DAEMON_ID, '#lobby', T0, random);
const joined = await join(alice, 1, lobby.entry);
const joinHash = parseLogEntry(joined).hash;

function join(who: Person, n: number, after: Uint8Array, key = who.identity): Promise<Uint8Array> {
  const { room } = parseLogEntry(lobby.entry);
  return signLogEntry(inlineRsa, key, {
    ...{ room, n, prev: parseLogEntry(after).hash, op: 'join', actor: who.idFp, time: T0 },
    subject: { name: who.name, idFp: who.idFp },
    body: encodeJoinBody({ sigSpki: who.identity.spki }),
  });
}

function leave(who: Person, n: number, after: Uint8Array): Promise<Uint8Array> {
  const { room } = parseLogEntry(lobby.entry);
  return signLogEntry(inlineRsa, who.identity, {
    ...{ room, n, prev: parseLogEntry(after).hash, op: 'leave', actor: who.idFp, time: T0, body: new Uint8Array() },
    subject: { name: who.name, idFp: who.idFp },
  });
}

export async function roomLogVectors(): Promise<Vector[]> {
  const second = await join(bob, 2, joined);
  const left = await leave(alice, 3, second);
  const vector = (what: string, entries: Uint8Array[], members: Person[] | null): Vector => ({
    what,
    verdict: members ? 'accepted' : 'room',
    given: { daemonId: hex(DAEMON_ID), entries: entries.map(hex) },
    ...(members && {
      gives: {
        members: members.map(({ name, idFp }) => ({ name, idFp: hex(idFp) })),
        room: hex(lobby.room),
        head: hex(parseLogEntry(entries.at(-1) ?? NO_HASH).hash),
      },
    }),
  });
  const foreign = await createLobby(inlineRsa, mallory.identity, DAEMON_ID, '#lobby', T0, random);
  return [
    vector('made', [lobby.entry], []),
    vector('Alice joins', [lobby.entry, joined], [alice]),
    vector('and Bob', [lobby.entry, joined, second], [alice, bob]),
    vector('and Alice leaves', [lobby.entry, joined, second, left], [bob]),
    vector('an old join again', [lobby.entry, joined, second, left, joined], null),
    vector('a join is missing', [lobby.entry, second], null),
    vector('no beginning', [joined], null),
    vector('joined by another key', [lobby.entry, await join(alice, 1, lobby.entry, mallory.identity)], null),
    vector('joined by the daemon', [lobby.entry, await join(alice, 1, lobby.entry, daemonSign)], null),
    vector('a bit flipped', [lobby.entry, flipped(joined, 80)], null),
    vector('made by another', [foreign.entry], null),
  ];
}

/** The bodies of create and join, of all kinds of rooms. */
export function roomBodyVectors(): Vector[] {
  const base = { daemonId: DAEMON_ID, nonce: new Uint8Array(16).fill(0x0c), makerName: 'alice' };
  const made = { ...base, makerSpki: alice.identity.spki };
  const kinds: CreateBody[] = [
    { ...base, kind: 'lobby', history: 'since-join', makerName: '', makerSpki: new Uint8Array(), ...named('#lobby') },
    { ...made, kind: 'open', history: 'since-join', ...named('garden') },
    { ...made, kind: 'private', history: 'shared', infoCommitment: new Uint8Array(32).fill(0x1f), name: '' },
  ];
  const create = kinds.map((body): Vector => {
    const bytes = encodeCreateBody(body);
    const what = `create, ${body.kind}`;
    return {
      what,
      verdict: 'accepted',
      given: { op: 'create', body: hex(bytes) },
      gives: {
        ...(jsonOf(body) as object),
        room: hex(H('room', bytes)),
      },
    };
  });
  const joins = { sigSpki: alice.identity.spki, invitation: new Uint8Array(32).fill(0x21) };
  const invited: Vector = {
    what: 'join, by an invitation',
    verdict: 'accepted',
    given: { op: 'join', body: hex(encodeJoinBody(joins)) },
    gives: jsonOf(joins) as Record<string, unknown>,
  };
  const [, , last] = create;
  if (last === undefined) throw new Error('three kinds');
  const bytes = encodeCreateBody(kinds[2] as CreateBody);
  const wrong = (what: string, body: Uint8Array) => changed(last, what, { body: hex(body) }, 'room');
  const patched = (at: number) => concat(bytes.subarray(0, at), Uint8Array.of(9), bytes.subarray(at + 1));
  return [
    ...create,
    invited,
    changed(invited, 'last byte missing', { body: hex(encodeJoinBody(joins).subarray(0, -1)) }, 'room'),
    wrong('an unknown kind', patched(32)),
    wrong('an unknown history', patched(49)),
    wrong('last byte missing', bytes.subarray(0, -1)),
    wrong('a byte too many', concat(bytes, Uint8Array.of(0))),
  ];
}

function named(name: string) {
  return { infoCommitment: NO_HASH, name };
}

const team: RoomInfo = { nonce: new Uint8Array(16).fill(0x22), name: 'team', topic: 'plans for June' };
const topicEntry = new Uint8Array(32).fill(0x2e);

function mint(o: { epochPrev: Uint8Array; before: { epochId: Uint8Array; key: Uint8Array } | null; secret: boolean }) {
  return mintEpoch(inlineRsa, {
    ...{ room: lobby.room, logHead: joinHash, epochPrev: o.epochPrev, time: T0, random, before: o.before },
    maker: { ...alice.identity, idFp: alice.idFp },
    members: [alice.card, bob.card],
    info: o.secret ? { info: team, entry: topicEntry } : null,
  });
}

export async function epochVectors(): Promise<Vector[]> {
  const minted = await mint({ epochPrev: NO_HASH, before: null, secret: false });
  const later = await mint({ epochPrev: minted.epochId, before: minted, secret: true });
  const vector = (what: string, made: typeof minted, given: Record<string, unknown>, extra = {}): Vector => {
    const { logHead, memberSetHash, epochPrev, keyCommit, time } = openEpoch(made.epoch, alice.identity.spki);
    const hashes = { logHead, memberSetHash, epochPrev, keyCommit, epochId: made.epochId, key: made.key };
    return {
      what,
      verdict: 'accepted',
      given: { epoch: hex(made.epoch), maker: 'alice', members: ['alice', 'bob'], ...given },
      gives: { ...(jsonOf(hashes) as object), time, info: null, before: null, ...extra },
    };
  };
  const chunkOf = ({ keys }: typeof minted, who: Person) =>
    keys.find(({ idFp }) => Buffer.compare(idFp, who.idFp) === 0)?.chunk ?? NO_HASH;
  const epoch = openEpoch(minted.epoch, alice.identity.spki);
  const chunk = chunkOf(minted, bob);
  const grant = await sealGrant(inlineRsa, epoch, minted.key, carol.card);
  const member = vector("a member's chunk", minted, { chunk: hex(chunk), reader: 'bob' });
  const newcomer = vector('a grant', minted, { grant: hex(grant), reader: 'carol' });
  const secret = vector(
    'of a private room with shared history',
    later,
    { ...{ chunk: hex(chunkOf(later, bob)), reader: 'bob' }, ...infoPlace(team) },
    { info: jsonOf(team), before: jsonOf({ epochId: minted.epochId, key: minted.key }) },
  );
  const wrong = (what: string, given: Record<string, string>) => changed(member, what, given, 'room');
  return [
    ...withDamage(member, 'epoch', minted.epoch, 'room'),
    ...withDamage(member, 'chunk', chunk, 'room').slice(1),
    wrong('another maker', { maker: 'mallory' }),
    wrong('the chunk of another member', { chunk: hex(chunkOf(minted, alice)) }),
    wrong('the chunk of another epoch', { chunk: hex(chunkOf(later, bob)) }),
    wrong('the seal of a grant', { chunk: hex(grant.subarray(-chunk.length)) }),
    wrong('an empty chunk', { chunk: '' }),
    wrong('another key than the committed one', { chunk: hex(chunkWith(epoch, random(32))) }),
    wrong('a byte after the key', { chunk: hex(chunkWith(epoch, minted.key, 1)) }),
    ...withDamage(newcomer, 'grant', grant, 'room', [
      ['another key than the committed one', await sealGrant(inlineRsa, epoch, random(32), carol.card)],
      ['a grant to another person', await sealGrant(inlineRsa, epoch, minted.key, mallory.card)],
    ]),
    secret,
    changed(secret, 'the name under another entry of the log', { entry: hex(NO_HASH) }, 'room'),
    changed(secret, 'another name than the committed one', { commitment: hex(NO_HASH) }, 'room'),
  ];
}

/** Bob's chunk of an epoch, with this key in it. */
function chunkWith(epoch: Epoch, key: Uint8Array, end = 0): Uint8Array {
  const plain = new Uint8Array(OAEP_MAX);
  const binder = H('epochchunk', epoch.epochId, bob.card.ekFp).subarray(0, 16);
  plain.set(concat(binder, key, epoch.epochId));
  plain[OAEP_MAX - 1] = end;
  return sealToPerson({ to: bob.card, context: H('epochwrap', epoch.epochId, bob.idFp), chunks: [plain] });
}

function infoPlace(info: RoomInfo) {
  return { room: hex(lobby.room), entry: hex(topicEntry), commitment: hex(infoCommitment(info)) };
}

export function roomInfoVectors(): Vector[] {
  const key = random(32);
  const sealed = sealInfo(team, { key, room: lobby.room, entry: topicEntry, random });
  const good: Vector = {
    what: 'name and topic',
    verdict: 'accepted',
    given: { sealed: hex(sealed), key: hex(key), ...infoPlace(team) },
    gives: jsonOf(team) as Record<string, unknown>,
  };
  const longest: RoomInfo = { ...team, name: 'x'.repeat(32), topic: 'ü'.repeat(160) };
  const long = sealInfo(longest, { key, room: lobby.room, entry: topicEntry, random });
  const wrong = (what: string, given: Record<string, string>) => changed(good, what, given, 'room');
  return [
    ...withDamage(good, 'sealed', sealed, 'room'),
    {
      what: 'the longest topic',
      verdict: 'accepted',
      given: { sealed: hex(long), key: hex(key), ...infoPlace(longest) },
      gives: jsonOf(longest) as Record<string, unknown>,
    },
    wrong('another key', { key: hex(NO_HASH) }),
    wrong('another room', { room: hex(NO_HASH) }),
    wrong('another entry of the log', { entry: hex(NO_HASH) }),
    wrong('another commitment', infoPlace({ ...team, topic: 'plans for July' })),
  ];
}

export async function roomMessageVectors(): Promise<Vector[]> {
  const { epochId, key } = await mint({ epochPrev: NO_HASH, before: null, secret: false });
  const place = { room: lobby.room, epochId, key, identity: alice.identity, from: alice.idFp, device: 7, random };
  const vector = async (what: string, text: string, seen: Uint8Array[], life: number) => {
    const content = { kind: 'text', text } as const;
    const said = { prev: NO_HASH, seen, logHead: joinHash, sentAt: T0, content };
    const { message, hash } = await sealRoomMessage(inlineRsa, { ...place, seq: 1, msgId: random(16), life, ...said });
    const { kind, body } = encodeContent(content);
    const good: Vector = {
      what,
      verdict: 'accepted',
      given: { message: hex(message), room: hex(lobby.room), epochId: hex(epochId), key: hex(key), author: 'alice' },
      gives: {
        ...{ kind, body: hex(body), hash: hex(hash), seen: seen.map(hex), logHead: hex(joinHash), life, sentAt: T0 },
      },
    };
    return { good, message };
  };
  const short = await vector('5 bytes', 'hello', [], 0);
  const long = await vector('1,000 bytes, for an hour', 'x'.repeat(1000), [H('roommsg', utf8('seen'))], 3600);
  const wrong = (what: string, given: Record<string, string>) => changed(short.good, what, given, 'room');
  return [
    ...withDamage(short.good, 'message', short.message, 'room', [
      ['a bit of the salt flipped', flipped(short.message, SALT_AT)],
      ['a bit of its life flipped', flipped(short.message, SALT_AT + 16)],
    ]),
    long.good,
    wrong('another room', { room: hex(NO_HASH) }),
    wrong('another epoch', { epochId: hex(NO_HASH) }),
    wrong('another key', { key: hex(NO_HASH) }),
    wrong('another author', { author: 'mallory' }),
  ];
}

/** Where the salt stands in a message. */
const SALT_AT = 125;
