/** What is needed to resume a transfer, and its layout in the profile, before the profile seals it. */
import { basename } from 'node:path';
import { fromHex, fromUtf8, hex, Reader, utf8, Writer } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { safeFileName } from '../../protocol/base/safe-text.ts';
import type { ConversationName, FileRef } from '../types.ts';

const VERSION = 1;
const AUTHOR_BYTES = 32;
const KEY_BYTES = 32;

type CommonRecord = {
  file: Uint8Array;
  /** Who shares it: identity fingerprint, hex. */
  author: string;
  /** The conversation's id, and its name when the transfer was begun. */
  conversation: Uint8Array;
  to: ConversationName;
  size: number;
};

/** `version` is LocalFile's. `file` and `key` are used for this version of the file and this conversation only. */
export type UploadRecord = CommonRecord & {
  direction: 'up';
  path: string;
  version: string;
  segSize: number;
  key: Uint8Array;
};

/**
 * `dir` is the folder of the file; `tag` distinguishes its `.part` from that of another profile. `path` is the final path, stored
 * just before the complete file gets it; null until then.
 */
export type DownloadRecord = CommonRecord & {
  direction: 'down';
  name: string;
  dir: string;
  tag: string;
  path: string | null;
};

export type TransferRecord = UploadRecord | DownloadRecord;

/** What names a transfer: another author may choose the same id. */
export type TransferRef = Pick<CommonRecord, 'author' | 'file'>;

/** `Named` as a map key. */
export function mapKey({ author, file }: TransferRef): string {
  return `${author} ${hex(file)}`;
}

/** The file name that the person sees. */
export function fileNameOf(record: TransferRecord): string {
  return safeFileName(record.direction === 'up' ? basename(record.path) : record.name);
}

/** `file`, `conversation` and the direction have columns of their own. */
export function encodeTransfer(record: TransferRecord): Uint8Array {
  const writer = new Writer().u8(VERSION).bytes(fromHex(record.author)).var16(utf8(record.to)).u64(record.size);
  if (record.direction === 'down') {
    for (const text of [record.name, record.dir, record.tag, record.path ?? '']) writer.var16(utf8(text));
    return writer.finish();
  }
  const { path, version, segSize, key } = record;
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
export function transferRef({ author, id }: FileRef): TransferRef {
  return { author, file: /^[0-9a-f]{32}$/.test(id) ? fromHex(id) : new Uint8Array() };
}
