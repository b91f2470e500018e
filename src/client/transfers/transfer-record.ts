/** A transfer that was begun, and how the profile keeps what is needed to go on with it, under its seal. */
import { basename } from 'node:path';
import { fromHex, fromUtf8, hex, Reader, utf8, Writer } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { fileName } from '../../protocol/base/text.ts';
import type { ConversationName, FileRef } from '../types.ts';

const VERSION = 1;
const AUTHOR_BYTES = 32;
const KEY_BYTES = 32;

type About = {
  file: Uint8Array;
  /** Who shares it: identity fingerprint, hex. */
  author: string;
  /** The conversation's hash, and what it was called then. */
  conversation: Uint8Array;
  to: ConversationName;
  size: number;
};

/** `version` is LocalFile's; the key and `file` name and seal this version of the file for this conversation only. */
export type UploadRecord = About & { direction: 'up'; path: string; version: string; segSize: number; key: Uint8Array };

/**
 * `dir` is the folder that it goes to, and `tag` tells its part there from that of another profile. `path` is what it is called
 * there from the moment in which it is whole, noted before it gets that name: null until then.
 */
export type DownloadRecord = About & { direction: 'down'; name: string; dir: string; tag: string; path: string | null };

export type TransferRecord = UploadRecord | DownloadRecord;

/** What names a transfer: another author may choose the same id. */
export type Named = Pick<About, 'author' | 'file'>;

/** The same as one text. */
export function keyOf({ author, file }: Named): string {
  return `${author} ${hex(file)}`;
}

/** What the person knows it by. */
export function nameOf(begun: TransferRecord): string {
  return fileName(begun.direction === 'up' ? basename(begun.path) : begun.name);
}

/** `file`, `conversation` and the direction have columns of their own. */
export function encodeTransfer(begun: TransferRecord): Uint8Array {
  const writer = new Writer().u8(VERSION).bytes(fromHex(begun.author)).var16(utf8(begun.to)).u64(begun.size);
  if (begun.direction === 'down') {
    for (const text of [begun.name, begun.dir, begun.tag, begun.path ?? '']) writer.var16(utf8(text));
    return writer.finish();
  }
  const { path, version, segSize, key } = begun;
  return writer.var16(utf8(path)).var16(utf8(version)).u32(segSize).bytes(key).finish();
}

/** @throws ProtocolError 'layout' | 'version' */
export function decodeTransfer(
  { direction, ...at }: Pick<TransferRecord, 'direction' | 'file' | 'conversation'>,
  bytes: Uint8Array,
): TransferRecord {
  const reader = new Reader(bytes);
  if (reader.u8() !== VERSION) throw new ProtocolError('version', 'a begun transfer of another version');
  const author = hex(reader.bytes(AUTHOR_BYTES));
  const about = { ...at, author, to: fromUtf8(reader.var16()) as ConversationName, size: reader.u64() };
  const [first, second] = [fromUtf8(reader.var16()), fromUtf8(reader.var16())];
  if (direction === 'down') {
    const [tag, path] = [fromUtf8(reader.var16()), fromUtf8(reader.var16())];
    return { ...about, direction, name: first, dir: second, tag, path: path === '' ? null : path };
  }
  return {
    ...about,
    direction,
    path: first,
    version: second,
    segSize: reader.u32(),
    key: Uint8Array.from(reader.bytes(KEY_BYTES)),
  };
}

/** Anything but 32 hex digits matches no transfer. */
export function namedBy({ author, id }: FileRef): Named {
  return { author, file: /^[0-9a-f]{32}$/.test(id) ? fromHex(id) : new Uint8Array() };
}
