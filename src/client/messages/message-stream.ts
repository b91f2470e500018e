/** What arrives, as something to iterate over: `for await (const message of listen(client))`. */
import { ClientError, closedLinkError } from '../errors.ts';
import type { Client, ClientEvent, Message } from '../types.ts';

const MAX_WAITING = 10_000;

export type ListenOptions = {
  /** Ends the loop. */
  signal?: AbortSignal;
  /** One's own messages too, from here and from one's other devices; without it only those of others. */
  own?: boolean;
  /** How many messages may wait while the loop is busy; default 10,000. */
  max?: number;
};

/**
 * Every message of others that is new, in the order of its arrival, from the first step of the loop on. Edits, reactions and
 * receipts are no new messages; `client.subscribe` tells of them.
 *
 * What arrives while the loop is busy waits, up to `max`. Then nothing more is taken: the loop is given what waited,
 * and after it the error. Nothing is lost: `client.history` has what came later, and a new loop goes on with what comes
 * then.
 *
 * Ends with `signal`, when the client is closed (both after what had come), or when the loop is left.
 * @throws ClientError 'refused' when more than `max` messages waited; the reason, when there will be no link any more, as
 *   'key-changed' or 'login-refused'
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
