/**
 * Conversations with events that this client cannot assign to a person yet: it asks the daemon, and an answer that does not come
 * delays no other conversation. Their entries are not kept, but fetched once the person is known.
 */
import { hex } from '../../protocol/base/bytes.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** How many wait at most; more are dropped, and fetched after the next login. */
const MAX_PENDING = 1000;

export class PendingConversations {
  readonly #find: (conversation: Uint8Array, name: string) => Promise<Timeline | null>;
  /** The lowest and the highest seq that events named, by the conversation's key. */
  readonly #pending = new Map<string, { first: number; last: number; found: Promise<void> }>();

  /** @param find resolves to null for a conversation that this account is not part of */
  constructor(find: (conversation: Uint8Array, name: string) => Promise<Timeline | null>) {
    this.#find = find;
  }

  add(conversation: Uint8Array, name: string, seq: number): void {
    const key = hex(conversation);
    const known = this.#pending.get(key);
    if (known !== undefined) {
      known.first = Math.min(known.first, seq);
      known.last = Math.max(known.last, seq);
    } else if (this.#pending.size < MAX_PENDING) {
      const heard = { first: seq, last: seq, found: Promise.resolve() };
      this.#pending.set(key, heard);
      heard.found = this.#find(conversation, name)
        .then((timeline) => timeline?.expect(heard.first, heard.last))
        // No link: after the next login the daemon lists it again.
        .catch(() => {})
        .finally(() => this.#pending.delete(key));
    }
  }

  /** Resolves when the conversation with this key waits no longer. */
  async settled(key: string): Promise<void> {
    await this.#pending.get(key)?.found;
  }
}
