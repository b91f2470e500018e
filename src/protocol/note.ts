/**
 * Private messages. A clear header for what the daemon knows anyway; OAEP chunks, to the recipient and to the author, for what
 * it must not know; a signature over all of it. Encrypt-then-sign would let another person sign the same chunks anew: the
 * binder in each chunk names the whole header, hence its author, so they open under no other.
 */
import { concat, equal, H, Reader, Writer } from './bytes.ts';
import { type Card, checkNotExpired, identityFp } from './card.ts';
import { type Content, decodeContent, encodeContent } from './content.ts';
import { ProtocolError } from './errors.ts';
import {
  BINDER,
  CHUNK_COUNTS,
  CHUNK_PAYLOAD,
  copyHashOf,
  dmConversation,
  encodeNoteHeader,
  headerHashOf,
  NOTE_REFUSED,
  type NoteHeader,
  noteHashOf,
  parseDelivered,
} from './note-layout.ts';
import { must, refuseLater } from './refuse.ts';
import { type KeyPair, OAEP_MAX, verify } from './rsa.ts';
import type { Rsa } from './rsa-pool.ts';

/** kind u8, length u32. */
const PREFIX = 5;

/** Which chunk of which copy of which note to which key: the first 16 bytes of each chunk. */
function binder(headerHash: Uint8Array, copy: number, ekFp: Uint8Array, i: number): Uint8Array {
  const index = new Writer().u16(i).finish();
  return H('notechunk', headerHash, Uint8Array.of(copy), ekFp, index).subarray(0, BINDER);
}

/** The smallest size that holds a payload. @throws ProtocolError 'note' when none does. */
function chunksFor(bytes: number): number {
  const count = CHUNK_COUNTS.find((chunks) => chunks * CHUNK_PAYLOAD >= bytes);
  if (count === undefined) throw new ProtocolError('note', NOTE_REFUSED);
  return count;
}

/**
 * Seals `content` from one person to another, or to oneself when `to` has the same identity.
 * @throws ProtocolError 'card' when one of the two cards has ended by `sentAt`, 'text' when the text is empty or too long
 */
export async function sealNote(
  rsa: Rsa,
  n: Pick<NoteHeader, 'device' | 'seq' | 'prev' | 'seen' | 'sentAt' | 'noteId'> & {
    daemonId: Uint8Array;
    identity: KeyPair;
    from: Card;
    to: Card;
    content: Content;
  },
): Promise<{ note: Uint8Array; noteHash: Uint8Array }> {
  const { from, to, device, seq, prev, seen, sentAt, noteId } = n;
  const cards = equal(from.idFp, to.idFp) ? [from] : [to, from];
  for (const card of cards) checkNotExpired(card, sentAt);
  const { kind, body } = encodeContent(n.content);
  const chunks = chunksFor(PREFIX + body.length);
  const payload = new Uint8Array(chunks * CHUNK_PAYLOAD);
  payload.set(new Writer().u8(kind).u32(body.length).bytes(body).finish());
  const header: NoteHeader = {
    conversation: dmConversation(n.daemonId, from.idFp, to.idFp),
    ...{ noteId, from: from.idFp, to: to.idFp, device, seq, prev, seen, sentAt },
    copies: cards.map((card) => ({ ekFp: card.ekFp, chunks })),
  };
  const headerHash = headerHashOf(header);
  const jobs = cards.flatMap((card, j) =>
    Array.from({ length: chunks }, (_, i) => {
      const part = payload.subarray(i * CHUNK_PAYLOAD, (i + 1) * CHUNK_PAYLOAD);
      return { spki: card.ekSpki, plain: concat(binder(headerHash, j, card.ekFp, i), part) };
    }),
  );
  const sealed = await rsa.seal(jobs);
  const copies = cards.map((_, j) => concat(...sealed.slice(j * chunks, (j + 1) * chunks)));
  const noteHash = noteHashOf(
    headerHash,
    copies.map((copy, j) => copyHashOf(j, copy)),
  );
  const signature = await rsa.sign(n.identity.pkcs8, noteHash);
  return { note: concat(encodeNoteHeader(header), ...copies, signature), noteHash };
}

/**
 * Opens what the daemon delivered. `author` is the pinned signing key of `authorName`, who the caller expects the note to be
 * from; `keys` are all of mine, the retired ones too. @throws ProtocolError 'note', the same whatever is wrong
 */
export async function openNote(
  rsa: Rsa,
  delivered: Uint8Array,
  r: {
    daemonId: Uint8Array;
    me: Uint8Array;
    keys: { ekFp: Uint8Array; pkcs8: Uint8Array }[];
    author: Uint8Array;
    authorName: string;
  },
): Promise<{ header: NoteHeader; noteHash: Uint8Array; content: Content }> {
  return refuseLater('note', NOTE_REFUSED, async () => {
    const { header, headerHash, noteHash, copy, chunks, signature } = parseDelivered(delivered);
    const { ekFp } = header.copies[copy] ?? {};
    const key = r.keys.find((mine) => ekFp && equal(mine.ekFp, ekFp));
    must(equal(header.conversation, dmConversation(r.daemonId, header.from, header.to)));
    must(equal(copy === 0 ? header.to : header.from, r.me));
    must(equal(header.from, identityFp(r.authorName, r.author)));
    must(key !== undefined && verify(r.author, noteHash, signature));
    // All of them, even after one has failed, and nothing but the binders is looked at until all have passed.
    const plain = await rsa.open(key.pkcs8, chunks);
    let bound = true;
    plain.forEach((chunk, i) => {
      const whole = chunk?.length === OAEP_MAX ? chunk : new Uint8Array(OAEP_MAX);
      bound = equal(whole.subarray(0, BINDER), binder(headerHash, copy, key.ekFp, i)) && bound;
    });
    must(bound);
    const { kind, body } = payloadOf(concat(...plain.map((chunk) => chunk?.subarray(BINDER) ?? new Uint8Array())));
    must(chunksFor(PREFIX + body.length) === chunks.length);
    return { header, noteHash, content: decodeContent(kind, body) };
  });
}

function payloadOf(payload: Uint8Array): { kind: number; body: Uint8Array } {
  const reader = new Reader(payload);
  const kind = reader.u8();
  const body = reader.bytes(reader.u32());
  must(reader.rest().every((byte) => byte === 0));
  return { kind, body };
}
