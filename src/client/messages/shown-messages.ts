/**
 * Folder `messages`: what a person reads: messages, gaps and their events, made from entries; it fetches nothing. Builds the
 * messages that the person sees from cached entries and outbox items.
 */
import { hex } from '../../protocol/base/bytes.ts';
import type { Content } from '../../protocol/sealed/content.ts';
import type { Manifest } from '../../protocol/sealed/file.ts';
import type { Cache, CachedEntry } from '../cache/cache.ts';
import { applyChanges, type MessageChange, reactionsOf } from '../cache/message-changes.ts';
import { ClientError } from '../errors.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef, PrivateRef } from '../notes/conversation-ref.ts';
import type { OutboxItem } from '../notes/outbox-item.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Body, FileInfo, Message, MessageRef } from '../types.ts';
import { GapBuilder } from './gap-builder.ts';
import { showableTime } from './written-time.ts';

/** Shown for a kind of content that only later versions know. */
const UNKNOWN_KIND = 'a message this version cannot show';

export class ShownMessages {
  readonly #context: ClientContext;
  readonly #cache: Cache;
  /** Gaps for entries that cannot be read. */
  readonly gaps: GapBuilder;

  constructor(context: ClientContext, cache: Cache, rooms: Rooms) {
    this.#context = context;
    this.#cache = cache;
    this.gaps = new GapBuilder(rooms);
  }

  /** The messages among these entries, with edits, deletes and reactions applied. */
  async build(ref: ConversationRef, entries: readonly CachedEntry[]): Promise<Message[]> {
    const { me } = this.#context.keyring;
    const mine = hex(me.idFp);
    const shown = entries.filter((entry) => entry.shown && entry.body !== null);
    const marking = await this.#cache.marks(ref.key, shown);
    const standing = await this.#trustOf([...shown, ...marking.map(({ entry }) => entry)]);
    const marks = new Map<string, MessageChange[]>();
    for (const { key, entry } of marking) {
      if (entry.body === null) continue;
      const list = marks.get(key) ?? [];
      const { from, content } = entry.body;
      const formerKey = standing.isFormer(from, entry.author);
      list.push({ seq: entry.seq, author: entry.author, from, formerKey, content });
      marks.set(key, list);
    }
    const ids = shown.filter((entry) => entry.author === mine).map((entry) => entry.id);
    const delivered = ref.kind === 'room' ? new Set<string>() : await this.#delivered(ref, ids);
    const messages: Message[] = [];
    for (const { author, id, seq, at, body } of shown) {
      if (body === null) continue;
      const sentAt = showableTime(body.sentAt);
      const formerKey = standing.isFormer(body.from, author);
      const applied = applyChanges(author, body.content, marks.get(`${author}/${id}`) ?? []);
      messages.push({
        id,
        author,
        conversation: ref.name,
        seq: seq + ref.seqOffset,
        from: body.from,
        formerKey,
        to: ref.kind === 'room' ? null : author === mine ? ref.with : me.name,
        at,
        sentAt,
        body: bodyOf(ref, body.content, applied.text, { author, from: body.from, formerKey, at, sentAt }),
        edited: applied.edited,
        deleted: applied.deleted,
        reactions: applied.reactions,
        verified: standing.verified.has(author),
        state: delivered.has(id) ? 'delivered' : 'sent',
        error: null,
        late: body.late,
      });
    }
    return messages;
  }

  /** @throws ClientError 'refused' when the message is not stored */
  async checkStored(ref: ConversationRef, { author, id }: MessageRef): Promise<void> {
    const entry = await this.#cache.find(ref.key, author, id);
    if (entry?.shown === true) return;
    throw new ClientError('refused', 'that message is not in this conversation, or was not sent yet');
  }

  /** My messages with these ids that the cache has. */
  async storedOwn(ref: ConversationRef, ids: readonly string[]): Promise<Message[]> {
    const me = hex(this.#context.keyring.me.idFp);
    const found = await Promise.all(ids.map((id) => this.#cache.find(ref.key, me, id)));
    const stored = found.filter((entry) => entry !== null);
    return stored.length === 0 ? [] : this.build(ref, stored);
  }

  /** The message of an outbox item; null for an edit, a delete, a reaction or a receipt. */
  queued(ref: ConversationRef, item: OutboxItem): Message | null {
    const { content } = item;
    if (content.kind !== 'text' && content.kind !== 'reply' && content.kind !== 'manifest') return null;
    const { me } = this.#context.keyring;
    const at = item.placedAt ?? item.at;
    return {
      id: item.id,
      author: hex(me.idFp),
      conversation: ref.name,
      seq: item.seq === null ? null : item.seq + ref.seqOffset,
      from: me.name,
      formerKey: false,
      to: ref.kind === 'room' ? null : ref.with,
      at,
      sentAt: item.at,
      body: bodyOf(ref, content, content.kind === 'manifest' ? null : content.text, {
        author: hex(me.idFp),
        from: me.name,
        formerKey: false,
        at,
        sentAt: item.at,
      }),
      edited: false,
      deleted: false,
      reactions: reactionsOf([]),
      verified: true,
      state: item.state === 'placed' ? 'sent' : item.state,
      error: item.error,
      late: false,
    };
  }

  /** An empty message in place of an edit, a delete or a reaction, for callers that return a message. */
  placeholder(ref: ConversationRef, item: OutboxItem): Message {
    const message = this.queued(ref, { ...item, content: { kind: 'text', text: '' } });
    if (message === null) throw new Error('a text is a message');
    return message;
  }

  async #delivered(ref: PrivateRef, ids: readonly string[]): Promise<Set<string>> {
    // A note to myself is delivered when it is stored.
    if (ref.with === this.#context.keyring.me.name) return new Set(ids);
    return ref.peer === null ? new Set() : this.#cache.receipts(ref.key, ref.peer, ids);
  }

  /** Which authors of these entries are verified, and which used a former key. */
  async #trustOf(entries: readonly CachedEntry[]): Promise<AuthorTrust> {
    const { keyring } = this.#context;
    const names = new Set(entries.flatMap((entry) => entry.body?.from ?? []));
    const current = new Map([[keyring.me.name, hex(keyring.me.idFp)]]);
    const verified = new Set(current.values());
    for (const name of names) {
      const pinned = name === keyring.me.name ? null : await keyring.pinned(name);
      if (pinned === null) continue;
      current.set(name, hex(pinned.idFp));
      if (pinned.verified) verified.add(hex(pinned.idFp));
    }
    return { verified, isFormer: (name, author) => (current.get(name) ?? author) !== author };
  }
}

/** Identity fingerprints are hex. Messages that a former key signed are never verified. */
type AuthorTrust = { verified: ReadonlySet<string>; isFormer: (name: string, author: string) => boolean };

/** Who shared a file, and when, by the daemon's clock and by theirs. */
type SharedBy = Pick<FileInfo, 'author' | 'from' | 'formerKey' | 'at' | 'sentAt'>;

/** The file of a manifest, as the person sees it. */
export function fileInfoOf(ref: ConversationRef, manifest: Manifest, by: SharedBy): FileInfo {
  return {
    id: hex(manifest.fileId),
    author: by.author,
    conversation: ref.name,
    from: by.from,
    formerKey: by.formerKey,
    name: manifest.name,
    type: manifest.type,
    size: manifest.size,
    sha256: hex(manifest.sha256),
    at: by.at,
    sentAt: by.sentAt,
  };
}

function bodyOf(ref: ConversationRef, content: Content, text: string | null, by: SharedBy): Body {
  if (content.kind === 'manifest') return { kind: 'file', file: fileInfoOf(ref, content.manifest, by) };
  if (content.kind === 'reply')
    return { kind: 'reply', to: { author: hex(content.to.author), id: hex(content.to.id) }, text: text ?? '' };
  if (content.kind === 'unknown') return { kind: 'unknown', text: UNKNOWN_KIND };
  return { kind: 'text', text: text ?? '' };
}
