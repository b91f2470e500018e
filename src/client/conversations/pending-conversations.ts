/**
 * Conversations with events that this client cannot assign to a person yet: it asks the daemon, and an answer that does not come
 * delays no other conversation. Their entries are not kept, but fetched once the person is known.
 */
import { hex } from '../../protocol/base/bytes.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** How many wait at most; more are dropped, and fetched after the next login. */
const MAX_STRANGERS = 1000;

export class PendingConversations {
  readonly #find: (conversation: Uint8Array, name: string) => Promise<Timeline | null>;
  /** The lowest and the highest seq that events named, by the conversation's key. */
  readonly #heard = new Map<string, { first: number; last: number; found: Promise<void> }>();

  /** @param find resolves to null for a conversation that this account is not part of */
  constructor(find: (conversation: Uint8Array, name: string) => Promise<Timeline | null>) {
    this.#find = find;
  }

  hear(conversation: Uint8Array, name: string, seq: number): void {
    const key = hex(conversation);
    const known = this.#heard.get(key);
    if (known !== undefined) {
      known.first = Math.min(known.first, seq);
      known.last = Math.max(known.last, seq);
    } else if (this.#heard.size < MAX_STRANGERS) {
      const heard = { first: seq, last: seq, found: Promise.resolve() };
      this.#heard.set(key, heard);
      heard.found = this.#find(conversation, name)
        .then((timeline) => timeline?.heard(heard.first, heard.last))
        // No link: after the next login the daemon lists it again.
        .catch(() => {})
        .finally(() => this.#heard.delete(key));
    }
  }

  /** Resolves when the conversation with this key waits no longer. */
  async settled(key: string): Promise<void> {
    await this.#heard.get(key)?.found;
  }
}
