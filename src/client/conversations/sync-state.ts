/** Knows when this client has caught up with the daemon. */
import type { ReceivedEvents } from '../events/received-events.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { Conversations } from './conversations.ts';

export class SyncState {
  readonly #received: ReceivedEvents;
  readonly #conversations: Conversations;
  #catchingUp: Promise<void> = Promise.resolve();

  constructor(received: ReceivedEvents, conversations: Conversations) {
    this.#received = received;
    this.#conversations = conversations;
  }

  /** @param catchingUp resolves when what was new at a login was taken; never rejects */
  catchUpStarted(catchingUp: Promise<void>): void {
    this.#catchingUp = catchingUp;
  }

  /**
   * Resolves when everything that was new at the last login, and that came since then, was taken, or the link was lost.
   * @param ref waits, of what came since then, only for this conversation
   */
  async synced(ref: ConversationRef | null = null): Promise<void> {
    await this.#catchingUp;
    await this.#conversations.confirmEarly();
    await this.#received.settled();
    await this.#conversations.idle(ref);
  }
}
