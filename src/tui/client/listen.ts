/** What arrives, as something to iterate over: `for await (const message of listen(client))`. */
import type { Client, ClientEvent, Message } from './types.ts';

/**
 * Every message that is new from now on, in the order of its arrival, one's own included. Ends with `signal`, when the client
 * is closed, or when the loop is left. What arrives while the loop is busy waits.
 */
export async function* listen(
  client: Pick<Client, 'subscribe'>,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<Message, void, undefined> {
  const { signal } = options;
  const waiting: Message[] = [];
  let ended = signal?.aborted ?? false;
  let wake = (): void => {};
  const end = (): void => {
    ended = true;
    wake();
  };
  const take = (event: ClientEvent): void => {
    if (event.type === 'message' && event.fresh) waiting.push(event.message);
    else if (event.type === 'link' && event.link.state === 'closed') ended = true;
    else return;
    wake();
  };
  const unsubscribe = client.subscribe(take);
  signal?.addEventListener('abort', end);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
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
