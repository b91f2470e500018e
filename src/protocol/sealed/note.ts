/**
 * Folder `sealed`: messages, rooms and files, which the daemon must not read or forge; it knows no links, requests or
 * database.
 *
 * A note is a private message: a clear header with what the daemon knows anyway, a sealed copy for the recipient and one
 * for the author, and the author's signature over all of it. A plain encrypt-then-sign would let another person sign the
 * same copies again. The context of each copy and the binder in each chunk name the whole header and hence its author, so
 * they open under no other header.
 */

import { type Card, cannotSealTo, checkSealable, identityFp } from '../account/card.ts';
import { compare, concat, equal, H, Reader, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { ensure, withProtocolError, withProtocolErrorAsync } from '../base/protocol-checks.ts';
import { type OwnKey, sealedBytes } from '../crypto/person-seal.ts';
import { type KeyPair, OAEP_MAX, RSA_BYTES, verify } from '../crypto/rsa.ts';
import type { Rsa } from '../crypto/rsa-pool.ts';
import { type Content, decodeContent, encodeContent } from './content.ts';

const VERSION = 2;
const TYPE = 1;
/** The allowed sizes of a copy, in chunks. They reveal the length of a text only roughly. */
const CHUNK_COUNTS: readonly number[] = [1, 2, 3, 4, 6, 10, 16];
const BINDER = 16;
/** Bytes of payload in a chunk. */
const CHUNK_PAYLOAD = OAEP_MAX - BINDER;
/** Bytes of `u8 kind, u32 length`. */
const PREFIX = 5;
const REFUSED = 'a note was refused';

export type NoteHeader = {
  conversation: Uint8Array;
  /** 16 random bytes; unique for an author and conversation. */
  noteId: Uint8Array;
  /** idFp. */
  from: Uint8Array;
  to: Uint8Array;
  /** Random, not 0; one for each profile. */
  device: number;
  /** From 1, plus 1 with each note of this device in this conversation. */
  seq: number;
  /** noteHash of this device's previous note; zeros in the first. */
  prev: Uint8Array;
  /** noteHash of the other side's newest note, in the daemon's order; zeros for none. */
  seen: Uint8Array;
  /** The author's clock, ms since 1970 UTC. */
  sentAt: number;
  /** Copy 0 is the recipient's, copy 1 the author's own. A note to oneself has one copy. */
  copies: { ekFp: Uint8Array; chunks: number }[];
  /** Seconds until clients and the daemon delete the content; 0 for never. */
  life: number;
};

/**
 * The id of a private conversation: H(dm, daemonId, smaller idFp, larger idFp). So the same identities have another
 * conversation on another daemon.
 */
export function privateConversationId(daemonId: Uint8Array, idFpA: Uint8Array, idFpB: Uint8Array): Uint8Array {
  const [first, second] = compare(idFpA, idFpB) <= 0 ? [idFpA, idFpB] : [idFpB, idFpA];
  return H('dm', daemonId, first, second);
}

function encodeNoteHeader(header: NoteHeader): Uint8Array {
  const writer = new Writer()
    .u8(VERSION)
    .u8(TYPE)
    .bytes(header.conversation)
    .bytes(header.noteId)
    .bytes(header.from)
    .bytes(header.to)
    .u32(header.device)
    .u64(header.seq)
    .bytes(header.prev)
    .bytes(header.seen)
    .u64(header.sentAt)
    .u8(header.copies.length);
  for (const { ekFp, chunks } of header.copies) writer.bytes(ekFp).u8(chunks);
  return writer.u32(header.life).finish();
}

function readHeader(reader: Reader): NoteHeader {
  ensure(reader.u8() === VERSION && reader.u8() === TYPE);
  const [conversation, noteId] = [reader.bytes(32), reader.bytes(16)];
  const [from, to] = [reader.bytes(32), reader.bytes(32)];
  const [device, seq] = [reader.u32(), reader.u64()];
  const [prev, seen] = [reader.bytes(32), reader.bytes(32)];
  const sentAt = reader.u64();
  const count = reader.u8();
  ensure(device !== 0 && seq >= 1 && count === (equal(from, to) ? 1 : 2));
  const copies = Array.from({ length: count }, () => ({ ekFp: reader.bytes(32), chunks: reader.u8() }));
  ensure(copies.every(({ chunks }) => CHUNK_COUNTS.includes(chunks)));
  const life = reader.u32();
  return { conversation, noteId, from, to, device, seq, prev, seen, sentAt, copies, life };
}

function headerHashOf(header: NoteHeader): Uint8Array {
  return H('notehdr', encodeNoteHeader(header));
}

function copyHashOf(copy: number, sealed: Uint8Array): Uint8Array {
  return H('notecopy', Uint8Array.of(copy), sealed);
}

/** The context of the seal of a copy. */
function copyContext(headerHash: Uint8Array, copy: number): Uint8Array {
  return H('notewrap', headerHash, Uint8Array.of(copy));
}

/** The hash that the author signs. */
function noteHashOf(headerHash: Uint8Array, copyHashes: Uint8Array[]): Uint8Array {
  return H('note', headerHash, ...copyHashes);
}

export type Note = {
  header: NoteHeader;
  /** Each copy, sealed. */
  copies: Uint8Array[];
  signature: Uint8Array;
};

/**
 * Parses a note as sent: header, the sealed copies, signature. Checks only the layout, as the daemon can.
 * @throws ProtocolError 'note'
 */
export function parseNote(note: Uint8Array): Note {
  return withProtocolError('note', REFUSED, () => {
    const reader = new Reader(note);
    const header = readHeader(reader);
    const copies = header.copies.map(({ chunks }) => reader.bytes(sealedBytes(chunks)));
    const signature = reader.bytes(RSA_BYTES);
    reader.end();
    return { header, copies, signature };
  });
}

/** `noteHash` is what the author signs; `headerHash` is bound into each chunk. */
export function noteHashes({ header, copies }: Pick<Note, 'header' | 'copies'>): {
  headerHash: Uint8Array;
  noteHash: Uint8Array;
} {
  const headerHash = headerHashOf(header);
  const copyHashes = copies.map((sealed, j) => copyHashOf(j, sealed));
  return { headerHash, noteHash: noteHashOf(headerHash, copyHashes) };
}

/**
 * The note as delivered to one side: header, u8 copy, this copy, the hash of the other copy (none in a
 * note to oneself), signature.
 * @throws ProtocolError 'note'
 */
export function deliveredNote({ header, copies, signature }: Note, copy: 0 | 1): Uint8Array {
  const mine = copies[copy];
  const other = copies[1 - copy];
  return withProtocolError('note', REFUSED, () => {
    ensure(mine !== undefined);
    const otherHash = other ? copyHashOf(1 - copy, other) : new Uint8Array();
    return concat(encodeNoteHeader(header), Uint8Array.of(copy), mine, otherHash, signature);
  });
}

/** @throws ProtocolError 'note' */
export function parseDelivered(bytes: Uint8Array): {
  header: NoteHeader;
  headerHash: Uint8Array;
  noteHash: Uint8Array;
  copy: 0 | 1;
  sealed: Uint8Array;
  signature: Uint8Array;
} {
  return withProtocolError('note', REFUSED, () => {
    const reader = new Reader(bytes);
    const header = readHeader(reader);
    const copy = reader.u8();
    const mine = header.copies[copy];
    ensure((copy === 0 || copy === 1) && mine !== undefined);
    const sealed = reader.bytes(sealedBytes(mine.chunks));
    const hashes = [copyHashOf(copy, sealed)];
    if (header.copies.length === 2) hashes.splice(1 - copy, 0, reader.bytes(32));
    const signature = reader.bytes(RSA_BYTES);
    reader.end();
    const headerHash = headerHashOf(header);
    return { header, headerHash, noteHash: noteHashOf(headerHash, hashes), copy, sealed, signature };
  });
}

/** The first 16 bytes of each chunk. They name the note, the copy, the key and the chunk's index. */
function binder(headerHash: Uint8Array, copy: number, ekFp: Uint8Array, i: number): Uint8Array {
  const index = new Writer().u16(i).finish();
  return H('notechunk', headerHash, Uint8Array.of(copy), ekFp, index).subarray(0, BINDER);
}

/** The smallest allowed number of chunks for a payload. @throws ProtocolError 'note' when none is large enough */
function chunksFor(bytes: number): number {
  const count = CHUNK_COUNTS.find((chunks) => chunks * CHUNK_PAYLOAD >= bytes);
  if (count === undefined) throw new ProtocolError('note', REFUSED);
  return count;
}

/**
 * Seals `content` from one person to another, or to oneself when `to` has the same identity.
 * @throws ProtocolError 'card' when a card expired before `sentAt` or cannot be sealed to, 'text' when the text is
 * empty or too long
 */
export async function sealNote(
  rsa: Rsa,
  n: Pick<NoteHeader, 'device' | 'seq' | 'prev' | 'seen' | 'sentAt' | 'noteId' | 'life'> & {
    daemonId: Uint8Array;
    identity: KeyPair;
    from: Card;
    to: Card;
    content: Content;
  },
): Promise<{ note: Uint8Array; noteHash: Uint8Array }> {
  const { from, to, device, seq, prev, seen, sentAt, noteId, life } = n;
  const cards = equal(from.idFp, to.idFp) ? [from] : [to, from];
  for (const card of cards) checkSealable(card, sentAt);
  const { kind, body } = encodeContent(n.content);
  const chunks = chunksFor(PREFIX + body.length);
  const payload = new Uint8Array(chunks * CHUNK_PAYLOAD);
  payload.set(new Writer().u8(kind).u32(body.length).bytes(body).finish());
  const header: NoteHeader = {
    conversation: privateConversationId(n.daemonId, from.idFp, to.idFp),
    ...{ noteId, from: from.idFp, to: to.idFp, device, seq, prev, seen, sentAt },
    copies: cards.map((card) => ({ ekFp: card.ekFp, chunks })),
    life,
  };
  const headerHash = headerHashOf(header);
  const jobs = cards.map((card, j) => ({
    to: card,
    context: copyContext(headerHash, j),
    chunks: Array.from({ length: chunks }, (_, i) => {
      const part = payload.subarray(i * CHUNK_PAYLOAD, (i + 1) * CHUNK_PAYLOAD);
      return concat(binder(headerHash, j, card.ekFp, i), part);
    }),
  }));
  const sealed = await rsa.seal(jobs);
  const copies = cards.map((card, j) => sealed[j] ?? cannotSealTo(card));
  const { noteHash } = noteHashes({ header, copies });
  const signature = await rsa.sign(n.identity.pkcs8, noteHash);
  return { note: concat(encodeNoteHeader(header), ...copies, signature), noteHash };
}

/**
 * Opens a delivered note.
 * @param r `author` is the pinned signing key of `authorName`, the expected author; `keys` are all of mine, retired
 * ones included
 * @throws ProtocolError 'note', the same for every failure
 */
export async function openNote(
  rsa: Rsa,
  delivered: Uint8Array,
  r: {
    daemonId: Uint8Array;
    me: Uint8Array;
    keys: readonly OwnKey[];
    author: Uint8Array;
    authorName: string;
  },
): Promise<{ header: NoteHeader; noteHash: Uint8Array; content: Content }> {
  return withProtocolErrorAsync('note', REFUSED, async () => {
    const { header, headerHash, noteHash, copy, sealed, signature } = parseDelivered(delivered);
    const { ekFp } = header.copies[copy] ?? {};
    const key = r.keys.find((mine) => ekFp && equal(mine.ekFp, ekFp));
    ensure(equal(header.conversation, privateConversationId(r.daemonId, header.from, header.to)));
    ensure(equal(copy === 0 ? header.to : header.from, r.me));
    ensure(equal(header.from, identityFp(r.authorName, r.author)));
    ensure(key !== undefined && verify(r.author, noteHash, signature));
    const chunks = await rsa.open({ key, context: copyContext(headerHash, copy), sealed });
    ensure(chunks !== null);
    // Reads nothing but the binders until all have passed.
    let bound = true;
    chunks.forEach((chunk, i) => {
      bound = equal(chunk.subarray(0, BINDER), binder(headerHash, copy, key.ekFp, i)) && bound;
    });
    ensure(bound);
    const { kind, body } = payloadOf(concat(...chunks.map((chunk) => chunk.subarray(BINDER))));
    ensure(chunksFor(PREFIX + body.length) === chunks.length);
    return { header, noteHash, content: decodeContent(kind, body) };
  });
}

function payloadOf(payload: Uint8Array): { kind: number; body: Uint8Array } {
  const reader = new Reader(payload);
  const kind = reader.u8();
  const body = reader.bytes(reader.u32());
  ensure(reader.rest().every((byte) => byte === 0));
  return { kind, body };
}
