/**
 * Room messages: sealed with AES-256-GCM (NIST SP 800-38D) under a key of their own, derived from the epoch's key, and
 * signed by the author.
 */
import type { Random } from '../../platform/random.ts';
import { concat, equal, H, hkdf, Reader, Writer } from '../base/bytes.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import { GCM_TAG_BYTES, openGcm, sealGcm, ZERO_NONCE } from '../crypto/aes-gcm.ts';
import { type KeyPair, RSA_BYTES, verify } from '../crypto/rsa.ts';
import type { Rsa } from '../crypto/rsa-pool.ts';
import { type Content, decodeContent, encodeContent } from './content.ts';

const VERSION = 2;
const REFUSED = 'a room message was refused';
const SALT = 16;
const MAX_SEEN = 4;
/** The allowed sizes of a plain message, bytes. They reveal its length only roughly. */
const SIZES: readonly number[] = [512, 1024, 2048, 4096, 8192];
const SALT_AT = 1 + 32 + 32 + 32 + 4 + 8 + 16;
const HEADER = SALT_AT + SALT + 4;

export type RoomMessageHeader = {
  room: Uint8Array;
  epochId: Uint8Array;
  /** idFp. */
  from: Uint8Array;
  /** Random, not 0; one for each profile. */
  device: number;
  /** From 1, plus 1 with each message of this device in this room. */
  seq: number;
  /** 16 random bytes; unique for an author and room. */
  msgId: Uint8Array;
  /** Seconds until clients and the daemon delete the content; 0 for never. */
  life: number;
};

type RoomMessageBody = {
  /** Hash of this device's previous message; zeros in the first. */
  prev: Uint8Array;
  /** Hashes of the newest messages of others, 4 at most. */
  seen: Uint8Array[];
  /** The hash of the newest entry of the room's log that the author has. */
  logHead: Uint8Array;
  /** The author's clock, ms since 1970 UTC. */
  sentAt: number;
  content: Content;
};

/**
 * The key of one message is HKDF (RFC 5869) of the epoch's key. The header's salt is new at each sealing, even of the
 * same message, so that each key seals once.
 */
function placeOf(epochKey: Uint8Array, header: Uint8Array) {
  const key = hkdf(epochKey, header.subarray(SALT_AT, SALT_AT + SALT), H('roomkey', header));
  return { key, nonce: ZERO_NONCE, aad: header };
}

/**
 * Seals and signs a message (NIST SP 800-38D, section 7.1). `hash` goes into prev and seen of later messages.
 * @throws ProtocolError 'text' for text that is empty or too long
 */
export async function sealRoomMessage(
  rsa: Rsa,
  m: RoomMessageHeader & RoomMessageBody & { key: Uint8Array; identity: KeyPair; random: Random },
): Promise<{ message: Uint8Array; hash: Uint8Array }> {
  const header = new Writer()
    .u8(VERSION)
    .bytes(m.room)
    .bytes(m.epochId)
    .bytes(m.from)
    .u32(m.device)
    .u64(m.seq)
    .bytes(m.msgId)
    .bytes(m.random(SALT))
    .u32(m.life)
    .finish();
  const { kind, body } = encodeContent(m.content);
  const seen = m.seen.slice(0, MAX_SEEN);
  const said = new Writer().bytes(m.prev).u8(seen.length);
  for (const hash of seen) said.bytes(hash);
  const plain = said.bytes(m.logHead).u64(m.sentAt).u8(kind).u32(body.length).bytes(body).finish();
  const hash = H('roommsg', header, plain);
  const padded = new Uint8Array(sizeFor(plain.length));
  padded.set(concat(plain, await rsa.sign(m.identity.pkcs8, hash)));
  return { message: concat(header, sealGcm(placeOf(m.key, header), padded)), hash };
}

/** Parses what the daemon may read. @throws ProtocolError 'room' */
export function parseRoomMessage(bytes: Uint8Array): RoomMessageHeader {
  return withProtocolError('room', REFUSED, () => {
    const reader = new Reader(bytes);
    ensure(reader.u8() === VERSION);
    const [room, epochId, from] = [reader.bytes(32), reader.bytes(32), reader.bytes(32)];
    const [device, seq, msgId] = [reader.u32(), reader.u64(), reader.bytes(16)];
    reader.bytes(SALT);
    const life = reader.u32();
    ensure(device !== 0 && seq >= 1 && SIZES.includes(reader.rest().length - GCM_TAG_BYTES));
    return { room, epochId, from, device, seq, msgId, life };
  });
}

/**
 * Opens a message of one room and epoch (NIST SP 800-38D, section 7.2).
 * @param r `authorSpki` is the pinned key of `parseRoomMessage(bytes).from`, who must be in the log at that point
 * @throws ProtocolError 'room'
 */
export function openRoomMessage(
  bytes: Uint8Array,
  r: { key: Uint8Array; authorSpki: Uint8Array; room: Uint8Array; epochId: Uint8Array },
): RoomMessageBody & { header: RoomMessageHeader; hash: Uint8Array } {
  return withProtocolError('room', REFUSED, () => {
    const header = parseRoomMessage(bytes);
    ensure(equal(header.room, r.room) && equal(header.epochId, r.epochId));
    const clear = bytes.subarray(0, HEADER);
    const padded = openGcm(placeOf(r.key, clear), bytes.subarray(HEADER));
    ensure(padded !== null);
    const reader = new Reader(padded);
    const prev = reader.bytes(32);
    const seenCount = reader.u8();
    ensure(seenCount <= MAX_SEEN);
    const seen = Array.from({ length: seenCount }, () => reader.bytes(32));
    const logHead = reader.bytes(32);
    const [sentAt, kind] = [reader.u64(), reader.u8()];
    const body = reader.bytes(reader.u32());
    const length = 32 + 1 + 32 * seenCount + 32 + 8 + 1 + 4 + body.length;
    const hash = H('roommsg', clear, padded.subarray(0, length));
    ensure(verify(r.authorSpki, hash, reader.bytes(RSA_BYTES)));
    ensure(reader.rest().every((byte) => byte === 0) && sizeFor(length) === padded.length);
    return { header, hash, prev, seen, logHead, sentAt, content: decodeContent(kind, body) };
  });
}

/** The smallest allowed size for a message and its signature. Every content fits the largest. */
function sizeFor(plain: number): number {
  const size = SIZES.find((each) => each >= plain + RSA_BYTES);
  if (size === undefined) throw new RangeError(`${plain} bytes do not fit a room message`);
  return size;
}
