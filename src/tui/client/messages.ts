/** From stored entries and queued items to what the person is shown. */
import { hex } from '../../protocol/bytes.ts';
import type { Content } from '../../protocol/content.ts';
import { applyMarks, type Mark } from './applied.ts';
import type { Cache, CachedEntry } from './cache.ts';
import type { ChatContext } from './chat-context.ts';
import type { Place } from './notes.ts';
import type { Queued } from './outbox-store.ts';
import type { Body, FileInfo, Gap, Message } from './types.ts';

export class Messages {
  readonly #context: ChatContext;
  readonly #cache: Cache;

  constructor(context: ChatContext, cache: Cache) {
    this.#context = context;
    this.#cache = cache;
  }

  /** The messages among these entries, with what later entries made of them. */
  async of(place: Place, entries: readonly CachedEntry[]): Promise<Message[]> {
    const { me } = this.#context.keyring;
    const mine = hex(me.idFp);
    const shown = entries.filter((entry) => entry.shown && entry.said !== null);
    const marks = new Map<string, Mark[]>();
    for (const { key, entry } of await this.#cache.marks(place.key, shown)) {
      if (entry.said === null) continue;
      const list = marks.get(key) ?? [];
      list.push({ seq: entry.seq, author: entry.author, from: entry.said.from, content: entry.said.content });
      marks.set(key, list);
    }
    const ids = shown.filter((entry) => entry.author === mine).map((entry) => entry.id);
    const delivered = place.with === null ? new Set<string>() : await this.#delivered(place, ids);
    const verified = await this.#verified(shown);
    const messages: Message[] = [];
    for (const { author, id, seq, at, said } of shown) {
      if (said === null) continue;
      const applied = applyMarks(author, said.content, marks.get(`${author}/${id}`) ?? []);
      messages.push({
        id,
        conversation: place.name,
        seq,
        from: said.from,
        to: place.with === null ? null : author === mine ? place.with : me.name,
        at,
        sentAt: said.sentAt,
        body: bodyOf(place, said.content, applied.text, { from: said.from, at }),
        edited: applied.edited,
        deleted: applied.deleted,
        reactions: applied.reactions,
        verified: verified.has(said.from),
        state: delivered.has(id) ? 'delivered' : 'sent',
        error: null,
        late: said.late,
      });
    }
    return messages;
  }

  /** A message of mine that the conversation does not hold yet; null for what is no message of its own. */
  queued(place: Place, item: Queued): Message | null {
    const { content } = item;
    if (content.kind !== 'text' && content.kind !== 'reply' && content.kind !== 'manifest') return null;
    const { me } = this.#context.keyring;
    const at = item.placedAt ?? item.at;
    return {
      id: item.id,
      conversation: place.name,
      seq: item.seq,
      from: me.name,
      to: place.with,
      at,
      sentAt: item.at,
      body: bodyOf(place, content, content.kind === 'manifest' ? null : content.text, { from: me.name, at }),
      edited: false,
      deleted: false,
      reactions: {},
      verified: true,
      state: item.state === 'placed' ? 'sent' : item.state,
      error: item.error,
      late: false,
    };
  }

  /** What stands for an edit, a delete or a reaction on its way, where a message is asked for. */
  nameless(place: Place, item: Queued): Message {
    const message = this.queued(place, { ...item, content: { kind: 'text', text: '' } });
    if (message === null) throw new Error('a text is a message');
    return message;
  }

  async #delivered(place: Place, ids: readonly string[]): Promise<Set<string>> {
    // A note to myself is where it goes the moment it is stored.
    if (place.with === this.#context.keyring.me.name) return new Set(ids);
    const pinned = place.with === null ? null : await this.#context.keyring.pinned(place.with);
    return pinned === null ? new Set() : this.#cache.receipts(place.key, hex(pinned.card.idFp), ids);
  }

  async #verified(entries: readonly CachedEntry[]): Promise<Set<string>> {
    const { keyring } = this.#context;
    const names = new Set(entries.flatMap((entry) => entry.said?.from ?? []));
    const verified = new Set<string>();
    for (const name of names)
      if (name === keyring.me.name || (await keyring.pinned(name))?.verified === true) verified.add(name);
    return verified;
  }
}

/** Of gaps that stand next to each other for one reason and one person, the first. */
export function gapsOf(place: Place, entries: readonly CachedEntry[]): Gap[] {
  const gaps: Gap[] = [];
  let last = '';
  for (const entry of entries) {
    const from = entry.said?.from ?? entry.name ?? '';
    const key = entry.gap === null ? '' : `${entry.gap}/${from}`;
    if (entry.gap !== null && (key !== last || entry.gap !== 'unreadable'))
      gaps.push({ conversation: place.name, from, before: entry.seq, reason: entry.gap });
    last = key;
  }
  return gaps;
}

/** What a manifest says, as the person sees it. */
export function fileOf(
  place: Place,
  manifest: Extract<Content, { kind: 'manifest' }>['manifest'],
  by: { from: string; at: number },
): FileInfo {
  return {
    id: hex(manifest.fileId),
    conversation: place.name,
    from: by.from,
    name: manifest.name,
    type: manifest.type,
    size: manifest.size,
    sha256: hex(manifest.sha256),
    at: by.at,
  };
}

function bodyOf(place: Place, content: Content, text: string | null, by: { from: string; at: number }): Body {
  if (content.kind === 'manifest') return { kind: 'file', file: fileOf(place, content.manifest, by) };
  if (content.kind === 'reply') return { kind: 'reply', to: hex(content.to.id), text: text ?? '' };
  return { kind: 'text', text: text ?? '' };
}
