/**
 * Conversations that the daemon tells of before this client knows whose they are: that may take an answer of its, and one that
 * does not come holds up nobody else. Nothing of their entries is kept; they are fetched once it is known.
 */
import { hex } from '../../protocol/base/bytes.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** More is dropped, and fetched after the next login. */
const MAX_STRANGERS = 1000;

export class PendingConversations {
  readonly #find: (conversation: Uint8Array, name: string) => Promise<Timeline | null>;
  /** By key of the conversation: the lowest and the highest place that events named. */
  readonly #heard = new Map<string, { first: number; last: number; found: Promise<void> }>();

  /** `find` gives null for a conversation that is none of mine. */
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
        // Without a link: the next login tells of it again.
        .catch(() => {})
        .finally(() => this.#heard.delete(key));
    }
  }

  /** Resolves when it is known whose conversation it is, if it was told of. */
  async settled(key: string): Promise<void> {
    await this.#heard.get(key)?.found;
  }
}
