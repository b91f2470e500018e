/** The layout of an opened item in the cache, before the profile seals it. */
import { fromUtf8, Reader, utf8, Writer } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { type Content, decodeContent, encodeContent } from '../../protocol/sealed/content.ts';

const VERSION = 1;
const HASH_BYTES = 32;

export type EntryBody = {
  /** The author's name. */
  from: string;
  /** By the author's clock, ms since 1970. */
  sentAt: number;
  /** Sealed to a key that had long expired. */
  late: boolean;
  /** The hash that `prev` and `seen` of later items name. */
  hash: Uint8Array;
  content: Content;
};

export function encodeEntryBody(said: EntryBody): Uint8Array {
  const { kind, body } = encodeContent(said.content);
  return new Writer()
    .u8(VERSION)
    .u8(said.late ? 1 : 0)
    .u64(said.sentAt)
    .bytes(said.hash)
    .var16(utf8(said.from))
    .u8(kind)
    .bytes(body)
    .finish();
}

/** @throws ProtocolError 'layout' | 'version' */
export function decodeEntryBody(bytes: Uint8Array): EntryBody {
  const reader = new Reader(bytes);
  if (reader.u8() !== VERSION) throw new ProtocolError('version', 'a cached message of another version');
  const late = reader.u8() === 1;
  const sentAt = reader.u64();
  const hash = reader.bytes(HASH_BYTES);
  const from = fromUtf8(reader.var16());
  const kind = reader.u8();
  return { from, sentAt, late, hash, content: decodeContent(kind, reader.rest()) };
}
