/** What line mode has told is read: the daemon hears of it at once, of more a while later, and of the last before the end. */

import type { Client, ConversationName } from '../../client/types.ts';
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

  /** A program that is killed before the mark is out tells the message again; none that was not told is marked. */
  mark(conversation: ConversationName, seq: number): void {
    this.#due.set(conversation, Math.max(seq, this.#due.get(conversation) ?? 0));
    if (!this.#waits) void this.send();
  }

  /** Resolves when what is due is out, or could not be. */
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
