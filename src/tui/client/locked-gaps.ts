/** Tells listeners what nobody has given a room's key for, once it had time to come: mostly it comes at once. */
import type { Cache, CachedEntry } from './cache.ts';
import type { ChatContext } from './chat-context.ts';
import { gapsOf, isLocked } from './messages.ts';
import type { Place } from './notes.ts';
import type { ClientEvent } from './types.ts';

/** The daemon asks three members for a key, 2 s apart. */
const PATIENCE_MS = 8000;

export class LockedGaps {
  readonly #context: ChatContext;
  readonly #cache: Cache;
  readonly #emit: (event: ClientEvent) => void;
  /** By key of the place. */
  readonly #soon = new Set<string>();

  constructor(context: ChatContext, cache: Cache, emit: (event: ClientEvent) => void) {
    this.#context = context;
    this.#cache = cache;
    this.#emit = emit;
  }

  /** What came, without what cannot be opened for want of a key: that is told later, if the key does not come. */
  without(place: Place, entries: readonly CachedEntry[]): CachedEntry[] {
    const others = entries.filter((entry) => !isLocked(entry));
    if (others.length < entries.length && !this.#soon.has(place.key)) {
      this.#soon.add(place.key);
      this.#context.clock.after(PATIENCE_MS, () => void this.#tell(place).catch(() => {}));
    }
    return others;
  }

  async #tell(place: Place): Promise<void> {
    this.#soon.delete(place.key);
    for (const gap of gapsOf(place, await this.#cache.locked(place.key)))
      if (gap.reason === 'locked') this.#emit({ type: 'gap', gap });
  }
}
