/**
 * Sends the read positions of printed messages: the first at once, further ones after an interval, and the last before the end.
 */

import type { Client } from '../../client/api/client-api.ts';
import type { ConversationName } from '../../client/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { READ_EVERY } from '../../tui/state/read-position.ts';

export class ReadMarks {
  readonly #client: Pick<Client, 'markRead'>;
  readonly #clock: Clock;
  readonly #due = new Map<ConversationName, number>();
  #waits = false;

  constructor(client: Pick<Client, 'markRead'>, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** A message is marked only after it was printed; a program that is killed before the mark is sent prints it again. */
  mark(conversation: ConversationName, seq: number): void {
    this.#due.set(conversation, Math.max(seq, this.#due.get(conversation) ?? 0));
    if (!this.#waits) void this.send();
  }

  /** Sends what is due. Resolves when that is done or has failed. */
  async send(): Promise<void> {
    const due = [...this.#due];
    this.#due.clear();
    this.#waits = true;
    this.#clock.after(READ_EVERY, () => {
      this.#waits = false;
      if (this.#due.size > 0) void this.send();
    });
    await Promise.allSettled(due.map(([conversation, seq]) => this.#client.markRead(conversation, seq)));
  }
}
