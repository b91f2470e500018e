/** Converts between an entry from the daemon and the row that the cache keeps of it. */
import { hex } from '../../protocol/base/bytes.ts';
import type { Content } from '../../protocol/sealed/content.ts';
import { parseDelivered } from '../../protocol/sealed/note.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { OpenedEntry } from '../notes/private-notes.ts';
import type { MissingEpochKey } from '../rooms/room-keys.ts';
import type { CachedEntry } from './cache.ts';

/** The row of an opened entry. @param tag makes the tag of a hash */
export function openedRow(entry: Entry, opened: OpenedEntry, tag: (hash: Uint8Array) => string): CachedEntry {
  return {
    seq: entry.seq,
    at: entry.at,
    author: opened.author,
    id: opened.id,
    device: opened.device,
    deviceSeq: opened.deviceSeq,
    tag: tag(opened.body.hash),
    prev: tag(opened.prev),
    shown: isShown(opened.body.content),
    gap: null,
    body: opened.body,
    rawBytes: null,
    claimedName: null,
    epoch: null,
  };
}

/** Whether the person sees a message for this content; other contents change a message, or are for the client. */
function isShown(content: Content): boolean {
  return ['text', 'reply', 'manifest'].includes(content.kind) || (content.kind === 'unknown' && content.shown);
}

/**
 * The row of an unopened entry. @param claim the clear header of a message whose key is missing
 * @param isBefore it was said in a room before I joined
 * @param tag as of openedEntry
 */
export function unopenedRow(
  entry: Entry,
  claim: MissingEpochKey | null,
  isBefore: boolean,
  tag: (hash: Uint8Array) => string,
): CachedEntry {
  const hash = entry.kind === 'note' ? noteHashOf(entry.bytes) : null;
  return {
    seq: entry.seq,
    at: entry.at,
    author: claim?.author ?? '',
    id: '',
    device: claim?.device ?? 0,
    deviceSeq: claim?.deviceSeq ?? 0,
    tag: hash === null ? '' : tag(hash),
    prev: '',
    shown: false,
    // Messages from before I joined a room are not missing: they were never for me.
    gap: claim !== null && isBefore ? null : 'unreadable',
    body: null,
    rawBytes: entry.bytes,
    claimedName: entry.from,
    epoch: claim?.epoch ?? null,
  };
}

/** The hash of a note, which can be computed without the key; null for bytes that are no note. */
function noteHashOf(bytes: Uint8Array): Uint8Array | null {
  try {
    return parseDelivered(bytes).noteHash;
  } catch {
    return null;
  }
}

/** The message that an edit, delete or reaction is about; null for other contents. */
export function targetOf(cached: CachedEntry, content: Content): { author: string; id: string } | null {
  if (content.kind === 'edit' || content.kind === 'delete') return { author: cached.author, id: hex(content.target) };
  if (content.kind === 'reaction') return { author: hex(content.to.author), id: hex(content.to.id) };
  return null;
}

/** The entry as the daemon gave it, as far as the row kept it. */
export function originalEntry(ref: ConversationRef, cached: CachedEntry): Entry {
  return {
    seq: cached.seq,
    at: cached.at,
    kind: ref.kind === 'room' ? 'message' : 'note',
    from: cached.claimedName,
    bytes: cached.rawBytes ?? new Uint8Array(),
    file: null,
    keys: [],
  };
}
