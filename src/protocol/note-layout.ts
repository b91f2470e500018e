/** The bytes of a note: what the daemon sees of it, and what each side is given. No keys here. */
import { concat, equal, H, Reader, Writer } from './bytes.ts';
import { must, refuse } from './refuse.ts';
import { OAEP_MAX, RSA_BYTES } from './rsa.ts';

const VERSION = 1;
const TYPE = 1;
/** The sizes that a copy may have, in chunks: the length of a text shows only this roughly. */
export const CHUNK_COUNTS: readonly number[] = [1, 2, 3, 4, 6, 10, 16];
export const BINDER = 16;
/** Bytes of payload in a chunk. */
export const CHUNK_PAYLOAD = OAEP_MAX - BINDER;
export const NOTE_REFUSED = 'a note was refused';

export type NoteHeader = {
  conversation: Uint8Array;
  /** 16 random bytes; unique for one author and conversation. */
  noteId: Uint8Array;
  /** idFp. */
  from: Uint8Array;
  to: Uint8Array;
  /** Random, not 0; one a profile. */
  device: number;
  /** From 1, +1 with each note of this device in this conversation. */
  seq: number;
  /** noteHash of this device's note before; zeros in the first. */
  prev: Uint8Array;
  /** noteHash of the newest note of the other side, in the daemon's order; zeros for none. */
  seen: Uint8Array;
  /** The author's clock, ms since 1970 UTC. */
  sentAt: number;
  /** Copy 0 is the recipient's, 1 the author's own. A note to oneself has one. */
  copies: { ekFp: Uint8Array; chunks: number }[];
};

/** H(dm, daemonId, smaller idFp, larger idFp): the same identity on two daemons has two conversations. */
export function dmConversation(daemonId: Uint8Array, idFpA: Uint8Array, idFpB: Uint8Array): Uint8Array {
  const [first, second] = Buffer.compare(idFpA, idFpB) <= 0 ? [idFpA, idFpB] : [idFpB, idFpA];
  return H('dm', daemonId, first, second);
}

export function encodeNoteHeader(header: NoteHeader): Uint8Array {
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
  return writer.finish();
}

function readHeader(reader: Reader): NoteHeader {
  must(reader.u8() === VERSION && reader.u8() === TYPE);
  const [conversation, noteId] = [reader.bytes(32), reader.bytes(16)];
  const [from, to] = [reader.bytes(32), reader.bytes(32)];
  const [device, seq] = [reader.u32(), reader.u64()];
  const [prev, seen] = [reader.bytes(32), reader.bytes(32)];
  const sentAt = reader.u64();
  const count = reader.u8();
  must(device !== 0 && seq >= 1 && count === (equal(from, to) ? 1 : 2));
  const copies = Array.from({ length: count }, () => ({ ekFp: reader.bytes(32), chunks: reader.u8() }));
  must(copies.every(({ chunks }) => CHUNK_COUNTS.includes(chunks)));
  return { conversation, noteId, from, to, device, seq, prev, seen, sentAt, copies };
}

export function headerHashOf(header: NoteHeader): Uint8Array {
  return H('notehdr', encodeNoteHeader(header));
}

export function copyHashOf(copy: number, chunks: Uint8Array): Uint8Array {
  return H('notecopy', Uint8Array.of(copy), chunks);
}

/** What the author signs. */
export function noteHashOf(headerHash: Uint8Array, copyHashes: Uint8Array[]): Uint8Array {
  return H('note', headerHash, ...copyHashes);
}

/**
 * A note as it was sent: header, the chunks of each copy, signature. Checks the layout alone, as the daemon can.
 * @throws ProtocolError 'note'
 */
export function parseNote(note: Uint8Array): {
  header: NoteHeader;
  headerHash: Uint8Array;
  noteHash: Uint8Array;
  /** The chunks of each copy, one after the other. */
  copies: Uint8Array[];
  signature: Uint8Array;
} {
  return refuse('note', NOTE_REFUSED, () => {
    const reader = new Reader(note);
    const header = readHeader(reader);
    const copies = header.copies.map(({ chunks }) => reader.bytes(chunks * RSA_BYTES));
    const signature = reader.bytes(RSA_BYTES);
    reader.end();
    const headerHash = headerHashOf(header);
    return {
      header,
      headerHash,
      noteHash: noteHashOf(
        headerHash,
        copies.map((chunks, j) => copyHashOf(j, chunks)),
      ),
      copies,
      signature,
    };
  });
}

/**
 * What one side is given: header, u8 copy, the chunks of this copy, the hash of the other one (none in a note to oneself),
 * signature. @throws ProtocolError 'note'
 */
export function deliveredNote(note: Uint8Array, copy: 0 | 1): Uint8Array {
  const { header, copies, signature } = parseNote(note);
  const mine = copies[copy];
  const other = copies[1 - copy];
  return refuse('note', NOTE_REFUSED, () => {
    must(mine !== undefined);
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
  chunks: Uint8Array[];
  signature: Uint8Array;
} {
  return refuse('note', NOTE_REFUSED, () => {
    const reader = new Reader(bytes);
    const header = readHeader(reader);
    const copy = reader.u8();
    const mine = header.copies[copy];
    must((copy === 0 || copy === 1) && mine !== undefined);
    const chunks = Array.from({ length: mine.chunks }, () => reader.bytes(RSA_BYTES));
    const hashes = [copyHashOf(copy, concat(...chunks))];
    if (header.copies.length === 2) hashes.splice(1 - copy, 0, reader.bytes(32));
    const signature = reader.bytes(RSA_BYTES);
    reader.end();
    const headerHash = headerHashOf(header);
    return { header, headerHash, noteHash: noteHashOf(headerHash, hashes), copy, chunks, signature };
  });
}
