/** Builds the gaps for entries that cannot be read: where, by whom and why. */
import type { CachedEntry } from '../cache/cache.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Gap } from '../types.ts';

export class GapBuilder {
  readonly #rooms: Pick<Rooms, 'of'>;

  constructor(rooms: Pick<Rooms, 'of'>) {
    this.#rooms = rooms;
  }

  /** One gap for each run of entries that cannot be read for the same reason, by the same person or, if a room's key is missing, by anybody. */
  async build(ref: ConversationRef, entries: readonly CachedEntry[]): Promise<Gap[]> {
    const gaps: Gap[] = [];
    const names = new Map<string, Promise<string | null>>();
    let last = '';
    for (const entry of entries) {
      const changed = await this.#changedKeyOf(ref, entry, names);
      const from = changed ?? entry.body?.from ?? entry.claimedName ?? '';
      const reason = changed === null ? reasonOf(entry) : 'key-changed';
      const key = reason === 'locked' ? reason : `${reason}/${from}`;
      const again = key === last && (reason === 'unreadable' || reason === 'locked' || reason === 'key-changed');
      if (reason !== null && !again)
        gaps.push({ conversation: ref.name, from, before: entry.seq + ref.seqOffset, reason });
      last = key;
    }
    return gaps;
  }

  /** The name of the person whose changed key must be accepted to open this entry; null for other reasons. @param names known answers, by identity */
  async #changedKeyOf(
    ref: ConversationRef,
    entry: CachedEntry,
    names: Map<string, Promise<string | null>>,
  ): Promise<string | null> {
    if (entry.gap !== 'unreadable' || entry.rawBytes === null || ref.kind === 'private') return null;
    const room = this.#rooms.of(ref);
    for (const idFp of room.neededIdentities(entry.rawBytes)) {
      const asked = names.get(idFp) ?? room.nameToAccept(idFp);
      names.set(idFp, asked);
      const name = await asked;
      if (name !== null) return name;
    }
    return null;
  }
}

/** locked: it waits for a room's key, and may still be opened. */
function reasonOf(entry: CachedEntry): Gap['reason'] | null {
  return entry.gap === 'unreadable' && entry.body === null && entry.epoch !== null ? 'locked' : entry.gap;
}
