/** An entry of the daemon's and the row that is kept of it, one from the other. */
import { hex } from '../../protocol/base/bytes.ts';
import type { Content } from '../../protocol/sealed/content.ts';
import { parseDelivered } from '../../protocol/sealed/note.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { Opened } from '../notes/private-notes.ts';
import type { Locked } from '../rooms/room-keys.ts';
import type { CachedEntry } from './cache.ts';

/** What was opened, as it is kept. @param tag stands for a hash */
export function openedEntry(entry: Entry, opened: Opened, tag: (hash: Uint8Array) => string): CachedEntry {
  const { kind } = opened.said.content;
  return {
    seq: entry.seq,
    at: entry.at,
    author: opened.author,
    id: opened.id,
    device: opened.device,
    deviceSeq: opened.deviceSeq,
    tag: tag(opened.said.hash),
    prev: tag(opened.prev),
    shown: kind === 'text' || kind === 'reply' || kind === 'manifest',
    gap: null,
    said: opened.said,
    raw: null,
    name: null,
    epoch: null,
  };
}

/**
 * What did not open. @param claim what a message without a key says of itself in the clear
 * @param isBefore it was said in a room before I was in it
 * @param tag as of openedEntry
 */
export function unopenedEntry(
  entry: Entry,
  claim: Locked | null,
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
    // What was said in a room before I joined is not missing: it never was for me.
    gap: claim !== null && isBefore ? null : 'unreadable',
    said: null,
    raw: entry.bytes,
    name: entry.from,
    epoch: claim?.epoch ?? null,
  };
}

/** A note's hash does not need its key. null for what is no note. */
function noteHashOf(bytes: Uint8Array): Uint8Array | null {
  try {
    return parseDelivered(bytes).noteHash;
  } catch {
    return null;
  }
}

/** The message that an entry speaks about. */
export function targetOf(cached: CachedEntry, content: Content): { author: string; id: string } | null {
  if (content.kind === 'edit' || content.kind === 'delete') return { author: cached.author, id: hex(content.target) };
  if (content.kind === 'reaction') return { author: hex(content.to.author), id: hex(content.to.id) };
  return null;
}

/** As the daemon gave it, as far as it was kept. */
export function entryOf(ref: ConversationRef, cached: CachedEntry): Entry {
  return {
    seq: cached.seq,
    at: cached.at,
    kind: ref.kind === 'room' ? 'message' : 'note',
    from: cached.name,
    bytes: cached.raw ?? new Uint8Array(),
    file: null,
    keys: [],
  };
}
