/** Publishes the daemon's events one after the other: the next one when all subscribers are done with the one before it. */
import { EventQueue } from '../connection/event-queue.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ClientBus } from './client-bus.ts';

export class ReceivedEvents {
  readonly #connection: ClientContext['connection'];
  readonly #queue: EventQueue;

  constructor({ connection }: Pick<ClientContext, 'connection'>, bus: ClientBus) {
    this.#connection = connection;
    // When too many wait, the link is given up; on the next one this client fetches everything at its own pace.
    this.#queue = new EventQueue(
      (event) => bus.attempt(() => bus.publishAndWait('received', event)),
      () => connection.link?.destroy(),
    );
  }

  /** Starts publishing; call it when all parts have subscribed. The returned function ends it. */
  begin(): () => void {
    return this.#connection.onEvent((event) => this.#queue.add(event));
  }

  /** Resolves when all events so far are handled. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }
}
