/** Notes, contents, files and rooms. */
import { concat, demand, Fields, H, hkdf, isZero, number, same, utf8, zeros } from './bytes.ts';
import { checkSignature, NO_NONCE, type Opener, openGcm, openSealed } from './keys.ts';

const CHUNK_COUNTS = [1, 2, 3, 4, 6, 10, 16];
const VERSION = 2;

export type Reader = Opener & { idFp: Uint8Array };

/** Section 5. @param author the identity key and fingerprint of the expected author */
export function openNote(
  delivered: Uint8Array,
  o: { daemonId: Uint8Array; reader: Reader; author: { identity: Uint8Array; idFp: Uint8Array } },
) {
  const fields = new Fields(delivered);
  demand(fields.number(1) === VERSION && fields.number(1) === 1);
  const [conversation] = [fields.take(32), fields.take(16)];
  const [from, to] = [fields.take(32), fields.take(32)];
  const [device, seq] = [fields.number(4), fields.number(8)];
  fields.take(32 + 32 + 8);
  const count = fields.number(1);
  demand(device !== 0 && seq !== 0 && count === (same(from, to) ? 1 : 2));
  const copies = fields.list(count, () => ({ ekFp: fields.take(32), chunks: fields.number(1) }));
  const life = fields.number(4);
  const headerHash = H('notehdr', fields.before);
  const copy = fields.number(1);
  const mine = copies[copy];
  demand(mine !== undefined && CHUNK_COUNTS.includes(mine.chunks));
  const sealed = fields.take(1120 + 384 * mine.chunks + 16);
  const hashes = [H('notecopy', number(copy, 1), sealed)];
  if (count === 2) hashes.splice(1 - copy, 0, fields.take(32));
  const noteHash = H('note', headerHash, ...hashes);
  const signature = fields.take(384);
  fields.end();

  const [small, large] = [from, to].sort(Buffer.compare) as [Buffer, Buffer];
  demand(same(conversation, H('dm', o.daemonId, small, large)));
  demand(same(copy === 0 ? to : from, o.reader.idFp) && same(from, o.author.idFp));
  demand(same(mine.ekFp, o.reader.ekFp));
  checkSignature(o.author.identity, noteHash, signature);
  const { chunks } = openSealed(o.reader, H('notewrap', headerHash, number(copy, 1)), sealed);
  for (const [i, chunk] of chunks.entries()) {
    const binder = H('notechunk', headerHash, number(copy, 1), mine.ekFp, number(i, 2)).subarray(0, 16);
    demand(chunk.length === 318 && same(chunk.subarray(0, 16), binder));
  }
  const payload = new Fields(concat(...chunks.map((chunk) => chunk.subarray(16))));
  const kind = payload.number(1);
  const body = payload.take(payload.number(4));
  demand(isZero(payload.rest()));
  demand(CHUNK_COUNTS.find((each) => each * 302 >= 5 + body.length) === chunks.length);
  readContent(kind, body);
  return { kind, body, noteHash, conversation, life };
}

/** The table of contents in section 5. @throws Refused */
export function readContent(kind: number, body: Uint8Array): object {
  const fields = new Fields(body);
  const text = (max = 4096) => {
    const bytes = fields.rest();
    demand(bytes.length >= 1 && bytes.length <= max);
    return utf8(bytes);
  };
  const ref = () => ({ author: fields.take(32), id: fields.take(16) });
  const content = contentOf(kind, fields, { text, ref });
  fields.end();
  return content;
}

function contentOf(kind: number, fields: Fields, read: { text(max?: number): string; ref(): object }): object {
  const { text, ref } = read;
  switch (kind) {
    case 1:
      return { kind: 'text', text: text() };
    case 2:
      return { kind: 'reply', to: ref(), text: text() };
    case 3:
      return { kind: 'edit', target: fields.take(16), text: text() };
    case 4:
      return { kind: 'delete', target: fields.take(16) };
    case 5: {
      const [to, on] = [ref(), fields.number(1)];
      demand(on <= 1);
      return { kind: 'reaction', to, on: on === 1, emoji: text(64) };
    }
    case 6:
      return { kind: 'manifest', manifest: readManifest(fields) };
    case 7: {
      const ids = fields.rest();
      demand(ids.length % 16 === 0 && ids.length >= 16 && ids.length <= 256 * 16);
      return {
        kind: 'receipt',
        ids: Array.from({ length: ids.length / 16 }, (_, i) => ids.subarray(16 * i, 16 * i + 16)),
      };
    }
    case 8: {
      const [room, entry] = [fields.take(32), fields.take(32)];
      const info = { nonce: fields.take(16), name: fields.text16(), topic: fields.text16() };
      demand(info.name !== '');
      const key = fields.rest();
      demand(key.length === 0 || key.length === 64);
      const epochKey = key.length === 0 ? null : { epochId: key.subarray(0, 32), key: key.subarray(32) };
      return { kind: 'invitation', room, entry, info, epochKey };
    }
    case 9:
      return { kind: 'life', seconds: fields.number(4) };
    case 10:
      return { kind: 'removal', of: ref() };
  }
  demand(kind >= 64);
  return { kind: 'unknown', code: kind, body: fields.rest(), shown: kind < 128 };
}

/** Section 7. */
function readManifest(fields: Fields): object {
  const [fileId, size, segSize, count] = [fields.take(16), fields.number(8), fields.number(4), fields.number(8)];
  demand([65_536, 131_072, 262_144].includes(segSize) && count === segments(size, segSize));
  const [key, hash, name, type] = [fields.take(32), fields.take(32), fields.var16(), fields.var16()];
  demand(name.length >= 1 && name.length <= 255 && type.length <= 127);
  return { fileId, size, segSize, count, key, sha256: hash, name: utf8(name), type: utf8(type) };
}

const segments = (size: number, segSize: number) => Math.max(1, Math.ceil(size / segSize));

/** Section 7. */
export function openSegment(
  file: { fileId: Uint8Array; size: number; segSize: number; key: Uint8Array },
  index: number,
  sealed: Uint8Array,
) {
  const last = segments(file.size, file.segSize) - 1;
  demand(index <= last);
  const place = [number(file.size, 8), number(file.segSize, 4), number(index, 8), number(index === last ? 1 : 0, 1)];
  const fields = new Fields(sealed);
  const nonce = fields.take(12);
  const plain = openGcm(hkdf(file.key, file.fileId, 'file'), nonce, H('seg', file.fileId, ...place), fields.rest());
  demand(plain.length === (index === last ? file.size - last * file.segSize : file.segSize));
  return { plain };
}

type Key = { chunk: Uint8Array } | { grant: Uint8Array };

/** Section 6, "Epoch" and "Grant". */
export function openEpoch(bytes: Uint8Array, maker: Uint8Array, given: Key, reader: Reader) {
  const fields = new Fields(bytes);
  demand(fields.number(1) === VERSION);
  const [room, logHead, memberSetHash] = [fields.take(32), fields.take(32), fields.take(32)];
  const [epochPrev, keyCommit] = [fields.take(32), fields.take(32)];
  fields.take(32);
  const time = fields.number(8);
  const [info, before] = [fields.var16(), fields.var16()];
  demand([0, 540].includes(info.length) && [0, 80].includes(before.length));
  const epochId = H('epoch', fields.before);
  checkSignature(maker, epochId, fields.take(384));
  fields.end();
  const key = openKey(room, epochId, given, reader);
  demand(same(H('keycommit', key), keyCommit));
  return { room, logHead, memberSetHash, epochPrev, keyCommit, time, info, before, epochId, key };
}

function openKey(room: Uint8Array, epochId: Uint8Array, given: Key, reader: Reader): Buffer {
  const header = concat(number(VERSION, 1), room, epochId, reader.idFp, reader.ekFp);
  const headerHash = H('granthdr', header);
  let [sealed, context] = ['chunk' in given ? given.chunk : zeros(0), H('epochwrap', epochId, reader.idFp)];
  let binder = H('epochchunk', epochId, reader.ekFp);
  if ('grant' in given) {
    const fields = new Fields(given.grant);
    demand(same(fields.take(header.length), header));
    [sealed, context, binder] = [fields.rest(), H('grantwrap', headerHash), H('grantchunk', headerHash)];
  }
  const { chunks } = openSealed(reader, context, sealed);
  demand(chunks.length === 1 && chunks[0]?.length === 318);
  const fields = new Fields(chunks[0]);
  demand(same(fields.take(16), binder.subarray(0, 16)));
  const key = fields.take(32);
  demand(same(fields.take(32), epochId) && isZero(fields.rest()));
  return key;
}

/** The id and the key of an earlier epoch, in the header of an epoch. */
export function openBefore(key: Uint8Array, before: Uint8Array) {
  const fields = new Fields(openGcm(hkdf(key, zeros(0), 'before'), NO_NONCE, zeros(0), before));
  return { epochId: fields.take(32), key: fields.take(32) };
}

/** Name and topic of a room. */
export function openInfo(
  sealed: Uint8Array,
  o: { key: Uint8Array; room: Uint8Array; entry: Uint8Array; commitment: Uint8Array },
) {
  demand(sealed.length === 540);
  const [nonce, rest] = [sealed.subarray(0, 12), sealed.subarray(12)];
  const fields = new Fields(openGcm(hkdf(o.key, zeros(0), 'infokey'), nonce, concat(o.room, o.entry), rest));
  const info = { nonce: fields.take(16), name: fields.text16(), topic: fields.text16() };
  demand(isZero(fields.rest()));
  demand(same(H('info', info.nonce, Buffer.from(info.name), Buffer.from(info.topic)), o.commitment));
  return info;
}

const SIZES = [512, 1024, 2048, 4096, 8192];

/** Section 6, "Message". */
export function openMessage(
  bytes: Uint8Array,
  o: { key: Uint8Array; room: Uint8Array; epochId: Uint8Array; author: Uint8Array },
) {
  const clear = new Fields(bytes);
  demand(clear.number(1) === VERSION && same(clear.take(32), o.room) && same(clear.take(32), o.epochId));
  clear.take(32);
  demand(clear.number(4) !== 0 && clear.number(8) !== 0);
  clear.take(16);
  const salt = clear.take(16);
  const life = clear.number(4);
  const header = clear.before;
  const padded = openGcm(hkdf(o.key, salt, H('roomkey', header)), NO_NONCE, header, clear.rest());
  const fields = new Fields(padded);
  fields.take(32);
  const count = fields.number(1);
  demand(count <= 4);
  const seen = fields.list(count, () => fields.take(32));
  const logHead = fields.take(32);
  const [sentAt, kind] = [fields.number(8), fields.number(1)];
  const body = fields.take(fields.number(4));
  const said = fields.before;
  const hash = H('roommsg', header, said);
  checkSignature(o.author, hash, fields.take(384));
  demand(isZero(fields.rest()) && SIZES.find((size) => size >= said.length + 384) === padded.length);
  readContent(kind, body);
  return { kind, body, hash, seen, logHead, life, sentAt };
}
