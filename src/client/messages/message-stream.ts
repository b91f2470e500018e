/** New messages as an async iterable. */

import type { Client } from '../api/client-api.ts';
import { ClientError, closedLinkError } from '../errors.ts';
import type { ClientEvent, Message } from '../types.ts';

const MAX_WAITING = 10_000;

export type ListenOptions = {
  /** An abort ends the loop. */
  signal?: AbortSignal;
  /** Yields the messages of this account, too, from all its devices; default false. */
  own?: boolean;
  /** The most messages that wait while the loop is busy; default 10,000. */
  max?: number;
};

/**
 * Yields each new message in the order of arrival, from the first step of the loop on. Edits, reactions and receipts are not new
 * messages: `client.subscribe` reports them.
 *
 * Up to `max` messages wait while the loop is busy. When one more arrives, the loop gets the waiting ones and then the error.
 * Nothing is lost: `client.history` returns the later messages.
 *
 * The loop ends after the waiting messages when `signal` aborts or the client is closed.
 * @throws ClientError 'refused' when more than `max` messages waited; the `code` of the `closed` state when the connection is closed
 *   for good, such as 'key-changed' or 'login-refused'
 * @example
 * for await (const { from, body } of listen(client)) {
 *   if (body.kind === 'text') console.log(`${from}: ${body.text}`);
 * }
 */
export async function* listen(
  client: Pick<Client, 'subscribe' | 'me'>,
  options: ListenOptions = {},
): AsyncGenerator<Message, void, undefined> {
  const { signal, own = false, max = MAX_WAITING } = options;
  const waiting: Message[] = [];
  let ended = signal?.aborted ?? false;
  let failure: ClientError | null = null;
  let wake = (): void => {};
  const end = (): void => {
    ended = true;
    wake();
  };
  const take = (event: ClientEvent): void => {
    if (ended) return;
    if (event.type === 'link' && event.link.state === 'closed') {
      failure = closedLinkError(event.link);
      end();
    }
    if (event.type !== 'message' || !event.fresh || (!own && event.message.from === client.me.name)) return;
    if (waiting.length < max) waiting.push(event.message);
    else {
      failure = new ClientError(
        'refused',
        `more than ${max} messages came while the loop was busy; what came after them is in the history`,
      );
      ended = true;
      unsubscribe();
    }
    wake();
  };
  const unsubscribe = client.subscribe(take);
  signal?.addEventListener('abort', end);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (failure !== null) throw failure;
      else if (ended) return;
      else
        await new Promise<void>((done) => {
          wake = done;
        });
    }
  } finally {
    unsubscribe();
    signal?.removeEventListener('abort', end);
  }
}
