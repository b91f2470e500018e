/** Whether what the daemon has is known here. */
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

  /** @param catchingUp takes what is new after a login; never rejects */
  began(catchingUp: Promise<void>): void {
    this.#catchingUp = catchingUp;
  }

  /**
   * Resolves when what was new at the last login, and what came since, has been taken, or the link was lost meanwhile.
   * @param ref of what came since, only what is of this conversation
   */
  async synced(ref: ConversationRef | null = null): Promise<void> {
    await this.#catchingUp;
    await this.#conversations.settle();
    await this.#received.settled();
    await this.#conversations.idle(ref);
  }
}
