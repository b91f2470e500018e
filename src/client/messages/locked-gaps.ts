/** Tells listeners the gaps of what came: those for want of a room's key once it had time to come, for mostly it comes at once. */
import type { Cache, CachedEntry } from '../cache/cache.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { AccountContext } from '../login/account-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { Gap } from '../types.ts';
import type { MessageBuilder } from './message-builder.ts';

/** The daemon asks three members for a key, 2 s apart. */
const PATIENCE_MS = 8000;

export class LockedGaps {
  readonly #context: AccountContext;
  readonly #cache: Cache;
  readonly #messages: MessageBuilder;
  readonly #bus: ClientBus;
  /** By key of the place. */
  readonly #soon = new Set<string>();

  constructor(parts: {
    context: AccountContext;
    cache: Cache;
    messages: MessageBuilder;
    bus: ClientBus;
  }) {
    this.#context = parts.context;
    this.#cache = parts.cache;
    this.#messages = parts.messages;
    this.#bus = parts.bus;
  }

  /** Tells the gaps of what came; those for want of a key later, if it does not come. */
  async tell(ref: ConversationRef, entries: readonly CachedEntry[]): Promise<void> {
    const gaps = await this.#messages.gaps.of(ref, entries);
    this.#each(gaps, (reason) => reason !== 'locked');
    if (!gaps.some(({ reason }) => reason === 'locked') || this.#soon.has(ref.key)) return;
    this.#soon.add(ref.key);
    this.#context.clock.after(PATIENCE_MS, () => void this.#tellLocked(ref).catch(() => {}));
  }

  async #tellLocked(ref: ConversationRef): Promise<void> {
    this.#soon.delete(ref.key);
    const gaps = await this.#messages.gaps.of(ref, await this.#cache.locked(ref.key));
    this.#each(gaps, (reason) => reason === 'locked');
  }

  #each(gaps: readonly Gap[], isDue: (reason: Gap['reason']) => boolean): void {
    for (const gap of gaps) if (isDue(gap.reason)) this.#bus.publish('announced', { type: 'gap', gap });
  }
}
