/** What the daemon tells, published one after the other: the next one when all have taken the one before it. */
import { EventQueue } from '../connection/event-queue.ts';
import type { AccountContext } from '../login/account-context.ts';
import type { ClientBus } from './client-bus.ts';

export class ReceivedEvents {
  readonly #connection: AccountContext['connection'];
  readonly #queue: EventQueue;

  constructor({ connection }: Pick<AccountContext, 'connection'>, bus: ClientBus) {
    this.#connection = connection;
    // When too much waits the link is given up: with the next one all is fetched, at the pace of this machine.
    this.#queue = new EventQueue(
      (event) => bus.attempt(() => bus.publishAndWait('received', event)),
      () => connection.link?.destroy(),
    );
  }

  /** From now on, once all have subscribed. The returned function ends it. */
  begin(): () => void {
    return this.#connection.onEvent((event) => this.#queue.add(event));
  }

  /** Resolves when all that came so far was taken. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }
}
