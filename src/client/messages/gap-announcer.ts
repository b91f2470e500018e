/** Announces gaps. Those for a missing room key are announced after a while, because the key mostly comes at once. */
import type { Cache, CachedEntry } from '../cache/cache.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { Gap } from '../types.ts';
import type { ShownMessages } from './shown-messages.ts';

/** ms. The daemon asks three members for a key, 2 s apart. */
const PATIENCE_MS = 8000;

export class GapAnnouncer {
  readonly #context: ClientContext;
  readonly #cache: Cache;
  readonly #messages: ShownMessages;
  readonly #bus: ClientBus;
  /** Keys of the conversations whose locked gaps are to be announced. */
  readonly #planned = new Set<string>();

  constructor(parts: {
    context: ClientContext;
    cache: Cache;
    messages: ShownMessages;
    bus: ClientBus;
  }) {
    this.#context = parts.context;
    this.#cache = parts.cache;
    this.#messages = parts.messages;
    this.#bus = parts.bus;
  }

  /** Announces the gaps among new entries; those for a missing key later, if it has not come by then. */
  async announce(ref: ConversationRef, entries: readonly CachedEntry[]): Promise<void> {
    const gaps = await this.#messages.gaps.build(ref, entries);
    this.#announceEach(gaps, (reason) => reason !== 'locked');
    if (!gaps.some(({ reason }) => reason === 'locked') || this.#planned.has(ref.key)) return;
    this.#planned.add(ref.key);
    this.#context.clock.after(PATIENCE_MS, () => void this.#announceLocked(ref).catch(() => {}));
  }

  async #announceLocked(ref: ConversationRef): Promise<void> {
    this.#planned.delete(ref.key);
    const gaps = await this.#messages.gaps.build(ref, await this.#cache.locked(ref.key));
    this.#announceEach(gaps, (reason) => reason === 'locked');
  }

  #announceEach(gaps: readonly Gap[], isDue: (reason: Gap['reason']) => boolean): void {
    for (const gap of gaps) if (isDue(gap.reason)) this.#bus.publish('announced', { type: 'gap', gap });
  }
}
