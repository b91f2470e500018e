/**
 * Name and topic of a private room. The daemon sees a commitment to them, and their seal under the key of each epoch, but
 * neither name nor topic.
 */
import type { Random } from '../../platform/random.ts';
import { concat, equal, fromUtf8, H, hkdf, label, Reader, utf8, Writer } from '../base/bytes.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import { isName } from '../base/safe-text.ts';
import { GCM_NONCE_BYTES, GCM_TAG_BYTES, openGcm, sealGcm } from '../crypto/aes-gcm.ts';

export type RoomInfo = {
  /** 16 random bytes, so that nobody can guess a name from its commitment. */
  nonce: Uint8Array;
  name: string;
  topic: string;
};

const REFUSED = 'the name of a room was refused';
const INFO_NONCE_BYTES = 16;
/** Bytes of name and topic together when padded. */
const PADDED = 512;
/** Most bytes of a topic in UTF-8. */
export const MAX_TOPIC_BYTES = 320;
/** Bytes of sealed info. */
export const SEALED_INFO_BYTES = GCM_NONCE_BYTES + PADDED + GCM_TAG_BYTES;

/** The commitment in the room's log: H(info, nonce, name, topic). */
export function infoCommitment({ nonce, name, topic }: RoomInfo): Uint8Array {
  return H('info', nonce, utf8(name), utf8(topic));
}

/**
 * Seals name and topic under the key of an epoch (NIST SP 800-38D, section 7.1).
 * @param o `key`: the epoch's key; `entry`: the hash of the newest topic or create entry of the room's log
 * @returns SEALED_INFO_BYTES bytes
 * @throws ProtocolError 'room' for info that openInfo would refuse
 */
export function sealInfo(info: RoomInfo, o: { key: Uint8Array; room: Uint8Array; entry: Uint8Array; random: Random }) {
  const plain = encodeInfo(info);
  const padded = new Uint8Array(PADDED);
  ensureInfo(plain);
  padded.set(plain);
  const nonce = o.random(GCM_NONCE_BYTES);
  return concat(nonce, sealGcm(placeOf(o, nonce), padded));
}

/**
 * Opens name and topic, and checks them against the commitment.
 * @throws ProtocolError 'room'
 */
export function openInfo(
  sealed: Uint8Array,
  o: { key: Uint8Array; room: Uint8Array; entry: Uint8Array; commitment: Uint8Array },
): RoomInfo {
  return withProtocolError('room', REFUSED, () => {
    ensure(sealed.length === SEALED_INFO_BYTES);
    const padded = openGcm(placeOf(o, sealed.subarray(0, GCM_NONCE_BYTES)), sealed.subarray(GCM_NONCE_BYTES));
    ensure(padded !== null);
    const info = decodeInfo(padded);
    ensure(equal(infoCommitment(info), o.commitment));
    return info;
  });
}

/** `nonce(16), var16(name), var16(topic)`. */
export function encodeInfo({ nonce, name, topic }: RoomInfo): Uint8Array {
  return new Writer().bytes(nonce).var16(utf8(name)).var16(utf8(topic)).finish();
}

/** Reads what encodeInfo wrote. @throws ProtocolError 'room' for a name or topic that breaks a rule */
export function readInfo(reader: Reader): RoomInfo {
  const nonce = reader.bytes(INFO_NONCE_BYTES);
  const name = fromUtf8(reader.var16());
  const topic = reader.var16();
  return withProtocolError('room', REFUSED, () => {
    ensure(isName(name) && topic.length <= MAX_TOPIC_BYTES);
    return { nonce, name, topic: fromUtf8(topic) };
  });
}

/** Reads padded info. */
function decodeInfo(padded: Uint8Array): RoomInfo {
  const reader = new Reader(padded);
  const info = readInfo(reader);
  ensure(reader.rest().every((byte) => byte === 0));
  return info;
}

function ensureInfo(plain: Uint8Array): void {
  withProtocolError('room', REFUSED, () => {
    const reader = new Reader(plain);
    readInfo(reader);
    reader.end();
  });
}

function placeOf(o: { key: Uint8Array; room: Uint8Array; entry: Uint8Array }, nonce: Uint8Array) {
  return { key: hkdf(o.key, new Uint8Array(0), label('infokey')), nonce, aad: concat(o.room, o.entry) };
}
