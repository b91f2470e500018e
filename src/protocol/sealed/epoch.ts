/**
 * Epochs: the key of a room for as long as its members stay. A member makes it, seals it to each member, and commits to
 * it in a signed header, so that a member with another key notices. Any member can grant the current epoch's key to a
 * newcomer. Where history is shared, the key also opens the key of the epoch before it.
 */

import type { Random } from '../../platform/random.ts';
import { type Card, cannotSealTo } from '../account/card.ts';
import { compare, concat, equal, H, hkdf, label, Reader, Writer } from '../base/bytes.ts';
import { ensure, withProtocolError, withProtocolErrorAsync } from '../base/protocol-checks.ts';
import { GCM_TAG_BYTES, openGcm, sealGcm, ZERO_NONCE } from '../crypto/aes-gcm.ts';
import type { OpenJob, OwnKey } from '../crypto/person-seal.ts';
import { type KeyPair, OAEP_MAX, RSA_BYTES, verify } from '../crypto/rsa.ts';
import type { Rsa } from '../crypto/rsa-pool.ts';
import { type RoomInfo, SEALED_INFO_BYTES, sealInfo } from './room-info.ts';

const VERSION = 2;
const REFUSED = 'a room key was refused';
const BINDER = 16;
const KEY = 32;
/** Bytes of an earlier epoch's id and key, sealed. */
const BEFORE_BYTES = 32 + KEY + GCM_TAG_BYTES;
/** The longest use of a key, ms. */
export const EPOCH_LIFE_MS = 7 * 24 * 3_600_000;
/** Most entries of the conversation under one key. */
export const EPOCH_MAX_ENTRIES = 1000;
/**
 * In a room of up to this many members the next speaker makes a new epoch after a join, since perhaps no member is
 * online to grant the key. In a larger room one is.
 */
export const SMALL_ROOM_MEMBERS = 100;
/** The largest difference between an epoch's time and the daemon's clock, ms. */
export const EPOCH_SKEW_MS = 10 * 60_000;
/** The chunk of a member to whom nothing can be sealed. */
const NOT_SEALED = new Uint8Array(0);
const NONE = new Uint8Array(0);

export type Epoch = {
  room: Uint8Array;
  /** Hash of the log entry that the members were taken from. */
  logHead: Uint8Array;
  memberSetHash: Uint8Array;
  /** epochId of the previous epoch; zeros in the first. */
  epochPrev: Uint8Array;
  /** H(keycommit, key). */
  keyCommit: Uint8Array;
  /** idFp. */
  maker: Uint8Array;
  /** The daemon's time as known to the maker, ms since 1970 UTC. */
  time: number;
  /** Name and topic of a private room, sealed (see room-info.ts); empty in other rooms. */
  info: Uint8Array;
  /** The id and the key of an earlier epoch, sealed under this one's key; empty unless history is shared. */
  before: Uint8Array;
  epochId: Uint8Array;
};

/** The key of an epoch. */
export type EpochKey = { epochId: Uint8Array; key: Uint8Array };

/** A hash of who received the key, and under which encryption key; in any order. */
export function memberSetHash(members: { idFp: Uint8Array; ekFp: Uint8Array }[]): Uint8Array {
  const sorted = [...members].sort((a, b) => compare(a.idFp, b.idFp));
  return H('members', ...sorted.flatMap(({ idFp, ekFp }) => [idFp, ekFp]));
}

/**
 * Makes a new key. `members` are all members at logHead. A member whose card expired before `time` gets no chunk, and
 * one to whom nothing can be sealed gets an empty one. Both are granted the key after they have renewed their card.
 * @param e `info`: name and topic of a private room, and the hash of the log's newest topic or create entry; `before`:
 * the key of the newest earlier epoch that the maker has accepted, where history is shared
 */
export async function mintEpoch(
  rsa: Rsa,
  e: Pick<Epoch, 'room' | 'logHead' | 'epochPrev' | 'time'> & {
    maker: KeyPair & { idFp: Uint8Array };
    members: Card[];
    random: Random;
    info: { info: RoomInfo; entry: Uint8Array } | null;
    before: EpochKey | null;
  },
): Promise<{
  epoch: Uint8Array;
  epochId: Uint8Array;
  key: Uint8Array;
  keys: { idFp: Uint8Array; chunk: Uint8Array }[];
}> {
  const key = e.random(KEY);
  const header = new Writer()
    .u8(VERSION)
    .bytes(e.room)
    .bytes(e.logHead)
    .bytes(memberSetHash(e.members))
    .bytes(e.epochPrev)
    .bytes(H('keycommit', key))
    .bytes(e.maker.idFp)
    .u64(e.time)
    .var16(e.info ? sealInfo(e.info.info, { key, room: e.room, entry: e.info.entry, random: e.random }) : NONE)
    .var16(e.before ? sealGcm(beforePlace(key), e.before.epochId, e.before.key) : NONE)
    .finish();
  const epochId = H('epoch', header);
  const current = e.members.filter((card) => card.notAfter >= e.time);
  const sealable = current.filter((card) => card.sealable);
  const sealed = await rsa.seal(
    sealable.map((card) => ({
      to: card,
      context: epochContext(epochId, card.idFp),
      chunks: [keyPayload(epochBinder(epochId, card.ekFp), key, epochId)],
    })),
  );
  const chunks = new Map(sealable.map((card, i) => [card, sealed[i]]));
  const epoch = concat(header, await rsa.sign(e.maker.pkcs8, epochId));
  const keys = current.map((card) => ({ idFp: card.idFp, chunk: chunks.get(card) ?? NOT_SEALED }));
  return { epoch, epochId, key, keys };
}

/** Parses a header without checking its signature. @throws ProtocolError 'room' */
export function parseEpoch(bytes: Uint8Array): Epoch {
  return withProtocolError('room', REFUSED, () => {
    const reader = new Reader(bytes);
    ensure(reader.u8() === VERSION);
    const [room, logHead, memberSetHash] = [reader.bytes(32), reader.bytes(32), reader.bytes(32)];
    const [epochPrev, keyCommit, maker] = [reader.bytes(32), reader.bytes(32), reader.bytes(32)];
    const time = reader.u64();
    const info = reader.var16();
    const before = reader.var16();
    ensure(info.length === 0 || info.length === SEALED_INFO_BYTES);
    ensure(before.length === 0 || before.length === BEFORE_BYTES);
    reader.bytes(RSA_BYTES);
    reader.end();
    const epochId = H('epoch', bytes.subarray(0, -RSA_BYTES));
    return { room, logHead, memberSetHash, epochPrev, keyCommit, maker, time, info, before, epochId };
  });
}

/**
 * Opens a header and checks its signature.
 * @param makerSigSpki the pinned key of `parseEpoch(bytes).maker`, who must be in the log
 * @throws ProtocolError 'room'
 */
export function openEpoch(bytes: Uint8Array, makerSigSpki: Uint8Array): Epoch {
  return withProtocolError('room', REFUSED, () => {
    const epoch = parseEpoch(bytes);
    ensure(verify(makerSigSpki, epoch.epochId, bytes.subarray(-RSA_BYTES)));
    return epoch;
  });
}

/** Opens the key in my chunk of an epoch. @throws ProtocolError 'room': ask for a grant */
export async function openEpochKey(
  rsa: Rsa,
  epoch: Epoch,
  chunk: Uint8Array,
  mine: OwnKey & { idFp: Uint8Array },
): Promise<Uint8Array> {
  const context = epochContext(epoch.epochId, mine.idFp);
  return openKey(rsa, epoch, { key: mine, context, sealed: chunk }, epochBinder(epoch.epochId, mine.ekFp));
}

/**
 * Opens the id and the key of the earlier epoch that `before` holds. The caller checks the key against that epoch's
 * commitment with isKeyOf.
 * @returns null when the epoch has none
 * @throws ProtocolError 'room'
 */
export function openBefore(epoch: Epoch, key: Uint8Array): EpochKey | null {
  if (epoch.before.length === 0) return null;
  return withProtocolError('room', REFUSED, () => {
    const plain = openGcm(beforePlace(key), epoch.before);
    ensure(plain !== null);
    return { epochId: plain.subarray(0, 32), key: plain.subarray(32) };
  });
}

/** Whether an epoch's maker committed to this key. */
export function isKeyOf(epoch: Epoch, key: Uint8Array): boolean {
  return equal(H('keycommit', key), epoch.keyCommit);
}

/**
 * Seals an epoch's key to a newcomer. It is unsigned, as the epoch's commitment proves it. The caller checks that `to`
 * is in the log and that its card is current and valid.
 * @throws ProtocolError 'card' when the key cannot be sealed to
 */
export async function sealGrant(rsa: Rsa, epoch: Epoch, key: Uint8Array, to: Card): Promise<Uint8Array> {
  const header = grantHeader(epoch, to.idFp, to.ekFp);
  const chunks = [keyPayload(grantBinder(header), key, epoch.epochId)];
  const [sealed] = await rsa.seal([{ to, context: grantContext(header), chunks }]);
  return concat(header, sealed ?? cannotSealTo(to));
}

/** Opens a grant. @throws ProtocolError 'room': drop it and ask the next member */
export async function openGrant(
  rsa: Rsa,
  epoch: Epoch,
  grant: Uint8Array,
  mine: OwnKey & { idFp: Uint8Array },
): Promise<Uint8Array> {
  const header = grantHeader(epoch, mine.idFp, mine.ekFp);
  return withProtocolErrorAsync('room', REFUSED, async () => {
    ensure(equal(grant.subarray(0, header.length), header));
    const sealed = grant.subarray(header.length);
    return openKey(rsa, epoch, { key: mine, context: grantContext(header), sealed }, grantBinder(header));
  });
}

function grantHeader(epoch: Epoch, idFp: Uint8Array, ekFp: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(VERSION), epoch.room, epoch.epochId, idFp, ekFp);
}

function epochBinder(epochId: Uint8Array, ekFp: Uint8Array): Uint8Array {
  return H('epochchunk', epochId, ekFp).subarray(0, BINDER);
}

function grantBinder(header: Uint8Array): Uint8Array {
  return H('grantchunk', H('granthdr', header)).subarray(0, BINDER);
}

/** The contexts of the seals. */
function epochContext(epochId: Uint8Array, idFp: Uint8Array): Uint8Array {
  return H('epochwrap', epochId, idFp);
}

function grantContext(header: Uint8Array): Uint8Array {
  return H('grantwrap', H('granthdr', header));
}

/** The key is HKDF (RFC 5869) of the epoch's random key, and seals once. */
function beforePlace(key: Uint8Array) {
  return { key: hkdf(key, NONE, label('before')), nonce: ZERO_NONCE, aad: NONE };
}

/** The plaintext of a whole chunk: binder(16) || key(32) || epochId(32) || zeros. */
function keyPayload(binder: Uint8Array, key: Uint8Array, epochId: Uint8Array): Uint8Array {
  const payload = new Uint8Array(OAEP_MAX);
  payload.set(concat(binder, key, epochId));
  return payload;
}

async function openKey(rsa: Rsa, epoch: Epoch, job: OpenJob, binder: Uint8Array) {
  return withProtocolErrorAsync('room', REFUSED, async () => {
    const [payload, ...others] = (await rsa.open(job)) ?? [];
    ensure(payload !== undefined && others.length === 0);
    const key = payload.subarray(BINDER, BINDER + KEY);
    ensure(equal(payload, keyPayload(binder, key, epoch.epochId)));
    ensure(isKeyOf(epoch, key));
    return key;
  });
}
